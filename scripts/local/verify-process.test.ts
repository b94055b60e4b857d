/** The process that the starter begins for a run of `npm run verify`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants, getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { identityOf, isAlive } from './process-table.ts'
import { VerifyProcess } from './verify-process.ts'

let logs: string
let process_: VerifyProcess
beforeEach(() => {
  logs = mkdtempSync(join(tmpdir(), 'verify-process-'))
})
afterEach(async () => {
  await process_.stop()
  rmSync(logs, { recursive: true, force: true })
})

function withProgram(source: string): VerifyProcess {
  const program = join(logs, 'program.mjs')
  writeFileSync(program, source)
  process_ = new VerifyProcess({ logs, runFile: '/run.json' }, program, 200)
  return process_
}

const log = () => readFileSync(join(logs, 'verify.log'), 'utf8')
const WAITS = `console.log(process.argv.slice(2).join(' ')); setInterval(() => {}, 1_000)`

test('is told which system and which run, and ends by itself', async () => {
  const started = withProgram(`console.log(process.argv.slice(2).join(' '))`)
  await started.start('vrf_1', { PATH: '' })
  await until(async () => started.pid === undefined, { what: 'its end' })
  expect(log()).toBe('--run-file /run.json --save vrf_1\n')
})

test('lets payments go first', async () => {
  const started = withProgram(WAITS)
  await started.start('vrf_1', {})
  expect(getPriority(started.pid!)).toBeGreaterThanOrEqual(constants.priority.PRIORITY_BELOW_NORMAL)
})

test('is not begun twice for one run, and ends for another', async () => {
  const started = withProgram(WAITS)
  await started.start('vrf_1', {})
  const first = identityOf(started.pid!)
  await started.start('vrf_1', {})
  expect(started.pid).toBe(first.pid)
  await started.start('vrf_2', {})
  expect([isAlive(first), started.pid === first.pid]).toEqual([false, false])
  await until(async () => log().includes('--save vrf_2'), { what: 'the second' })
})

test('is ended with its system, also when it takes no TERM', async () => {
  const started = withProgram(
    `process.on('SIGTERM', () => console.log('no')); console.log('up'); setInterval(() => {}, 1_000)`,
  )
  await started.start('vrf_1', {})
  const running = identityOf(started.pid!)
  await until(async () => log().includes('up'), { what: 'its first word' })
  await started.stop()
  expect([isAlive(running), started.pid]).toEqual([false, undefined])
  await started.stop()
})
