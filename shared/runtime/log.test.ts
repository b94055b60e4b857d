/** Lines reach standard output while the process goes on, and none is lost at its end. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { until } from './until.ts'

const module = JSON.stringify(join(import.meta.dirname, 'log.ts'))

/** A process with a log. */
function run(freezes: boolean, rest: string) {
  const code = `const { createLog } = await import(${module}); const log = createLog('info', { freezes: ${freezes} }); ${rest}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise(resolve => child.once('close', resolve))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
  })
  const messages = () => [...output.matchAll(/"msg":"(\w+)"/g)].map(([, message]) => message)
  return { child, exited, messages }
}

describe.each([false, true])('createLog (freezes: %s)', freezes => {
  test('writes while the process goes on, and again after a quiet while', async () => {
    const { child, exited, messages } = run(
      freezes,
      `log.info('first'); setTimeout(() => log.info('second'), 300); setInterval(() => {}, 1000)`,
    )
    await until(() => messages().length === 2, { what: 'two lines of a process that goes on' })
    expect(messages()).toEqual(['first', 'second'])
    child.kill()
    await exited
  })

  test('writes what is left when the process ends', async () => {
    const { exited, messages } = run(freezes, `log.info('first'); log.info('last'); process.exit()`)
    await exited
    expect(messages()).toEqual(['first', 'last'])
  })
})
