import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { CalledOff, StepFailure } from '../terminal/output.ts'
import { runTool } from './run-tool.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-tool-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const log = () => join(folder, 'tool.log')

describe('a tool', () => {
  test('that fails is reported with the end of its log', async () => {
    const failure = await runTool('sh', ['-c', 'echo no such mirror; exit 3'], { log: log(), fix: 'try' }).catch(e => e)
    expect(failure).toBeInstanceOf(StepFailure)
    expect(failure).toMatchObject({ message: 'sh exited with code 3', fix: 'try', log: { tail: ['no such mirror'] } })
  })

  test('that is not there is reported', async () => {
    await expect(runTool('no-such-tool', [], { log: log() })).rejects.toThrow('no-such-tool could not be run')
  })

  // Whoever called it off deletes what it was making: it must not write any more.
  test('that is called off has ended, and tidied up, before that is reported', async () => {
    const [started, tidied] = [join(folder, 'started'), join(folder, 'tidied')]
    const script = `trap 'sleep 0.05; touch ${tidied}; exit 0' TERM; touch ${started}; while :; do sleep 0.01; done`
    const controller = new AbortController()
    const run = runTool('sh', ['-c', script], { log: log(), signal: controller.signal })
    await until(() => existsSync(started), { what: 'its start', intervalMs: 5 })
    controller.abort()
    await expect(run).rejects.toThrow(CalledOff)
    expect(existsSync(tidied)).toBe(true)
  })

  test('that was called off before it began does not begin', async () => {
    const begun = join(folder, 'begun')
    const run = runTool('touch', [begun], { log: log(), signal: AbortSignal.abort() })
    await expect(run).rejects.toThrow(CalledOff)
    expect(existsSync(begun)).toBe(false)
  })
})
