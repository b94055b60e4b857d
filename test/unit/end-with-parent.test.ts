import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from '@jest/globals'
import { identityOf, isAlive, type ProcessIdentity } from '../../scripts/local/process-table.ts'
import { until } from '../../shared/runtime/until.ts'

const watch = new URL('../support/end-with-parent.mjs', import.meta.url).href
const program = 'process.on("SIGTERM", () => process.exit(0)); console.log("up"); setInterval(() => {}, 1000)'
/** Starts the program as tests start theirs, and says its pid when it is up. */
const parent = `
  const child = require('node:child_process').spawn(process.execPath, ['--import', ${JSON.stringify(watch)}, '-e', ${JSON.stringify(program)}])
  child.stdout.once('data', () => console.log(child.pid))
  setInterval(() => {}, 1000)`

let testRun: ChildProcess | undefined
let child: ProcessIdentity | undefined

afterEach(() => {
  testRun?.kill('SIGKILL')
  if (child && isAlive(child)) process.kill(child.pid, 'SIGKILL')
})

test('a program that a test has started ends when the test run is killed', async () => {
  testRun = spawn(process.execPath, ['-e', parent], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(testRun.stdout!, 'data')
  child = identityOf(Number(String(line)))
  expect(isAlive(child)).toBe(true)

  testRun.kill('SIGKILL')

  const started = child
  await until(() => !isAlive(started), { what: `the end of ${started.pid}` })
})
