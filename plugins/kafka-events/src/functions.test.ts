/** A function's threads and processes, under serverless-offline itself: one that has ended is not used again. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { hasPython } from '../test/functions-app.ts'
import { until } from '../test/until.ts'
import { Functions } from './functions.ts'
import type { LambdaKafkaEvent } from './lambda-event.ts'
import type { Log } from './log.ts'
import type { FunctionDefinition } from './shims.ts'

const TEST_TIMEOUT_MS = 60_000
/** Of what must load. */
const LOAD_MS_MAX = 30_000
/** Of what must not, and then must: a Python that starts takes a quarter of a second. */
const HANGING_LOAD_MS_MAX = 6_000
const event = { records: {} } as unknown as LambdaKafkaEvent
const log = { warning: () => undefined } as unknown as Log
const options = { host: '127.0.0.1', lambdaPort: 0, noTimeout: true, useInProcess: false }

let folder: string
let functions: Functions
let definition: FunctionDefinition

function functionsOf(of: FunctionDefinition, file: string, text: string, loadMsMax = LOAD_MS_MAX): Functions {
  definition = of
  folder = mkdtempSync(join(tmpdir(), 'kafka-events-functions-'))
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  writeFileSync(join(folder, file), text)
  const service = { service: 'shop', provider: { runtime: 'nodejs24.x' }, getFunction: () => definition }
  functions = new Functions({ config: { servicePath: folder }, service }, options, log, loadMsMax)
  return functions
}

const isWritten = (name: string) => until(() => existsSync(join(folder, name)), { what: name })

afterEach(async () => {
  await functions.cleanup()
  rmSync(folder, { recursive: true })
})

describe('in a worker thread', () => {
  test.each([
    ['by process.exit in a timer', 'setTimeout(() => process.exit(1), 10)'],
    ['by its own answer to a rejection that nobody takes', "setTimeout(() => Promise.reject(new Error('late')), 10)"],
  ])(
    'one that ends between two events gives way to a new one: %s',
    async (_how, leaves) => {
      const handler = `
        import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
        const file = new URL('ended', import.meta.url)
        process.on('unhandledRejection', () => process.exit(1))
        process.on('exit', () => writeFileSync(file, ''))
        export const handler = async () => {
          if (existsSync(file)) return 'second'
          ${leaves}
          return 'first'
        }`
      const { load, run } = boundTo(functionsOf({ handler: 'handler.handler' }, 'handler.mjs', handler))
      expect(await load(['ship'])).toEqual([])
      expect(await run('ship', event)).toBe('first')
      await isWritten('ended')
      expect(await run('ship', event)).toBe('second')
    },
    TEST_TIMEOUT_MS,
  )
})

const withPython = hasPython ? test : test.skip

/** A module that Python finds wherever it runs: the tests of a file share their working folder. */
function pythonFunctions(text: string, loadMsMax?: number): Functions {
  const name = `module_${randomBytes(6).toString('hex')}`
  const made = functionsOf({ handler: `${name}.handler`, runtime: 'python3.13' }, `${name}.py`, text, loadMsMax)
  definition.environment = { PYTHONPATH: folder }
  return made
}

describe('in Python', () => {
  withPython.each([
    ['a child process', 'subprocess.run(["printf", "x"])'],
    ['os.write', 'os.write(1, b"x")'],
    ['another stream in the place of sys.stdout', 'sys.stdout = open(os.devnull, "w")'],
    ['a thread that never ends its lines', 'threading.Thread(target=print, args=("x",), kwargs={"end": ""}).start()'],
  ])(
    'output that bypasses sys.stdout loses no answer: %s',
    async (_what, statement) => {
      const handler = `
import os, subprocess, sys, threading

def handler(event, context):
    ${statement}
    return "answered"
`
      const { load, run } = boundTo(pythonFunctions(handler))
      expect(await load(['ship'])).toEqual([])
      expect(await run('ship', event)).toBe('answered')
      expect(await run('ship', event)).toBe('answered')
    },
    TEST_TIMEOUT_MS,
  )

  withPython.each([
    ['hangs', 'time.sleep(3600)'],
    ['dies', 'os._exit(1)'],
  ])(
    'one that is loaded again and %s at that fails the attempt, and the next one gets a new process',
    async (_how, statement) => {
      const module = `
import os, time
folder = os.path.dirname(__file__)
count = len([name for name in os.listdir(folder) if name.startswith("load")])
open(f"{folder}/load{count}-{os.getpid()}", "w").close()
if count == 1:
    ${statement}

def handler(event, context):
    if count == 0:
        os._exit(1)
    return "answered"
`
      const { load, run } = boundTo(pythonFunctions(module, HANGING_LOAD_MS_MAX))
      expect(await load(['ship'])).toEqual([])
      await expect(run('ship', event)).rejects.toThrow('its process has ended')
      await expect(run('ship', event)).rejects.toThrow('it did not load within')
      await untilGone(
        Number(
          readdirSync(folder)
            .find(name => name.startsWith('load1-'))!
            .slice('load1-'.length),
        ),
      )
      expect(await run('ship', event)).toBe('answered')
    },
    TEST_TIMEOUT_MS,
  )

  const handlerThatStays = `
import os, time
open(f"{os.path.dirname(__file__)}/runs-{os.getpid()}", "w").close()

def handler(event, context):
    open(f"{os.path.dirname(__file__)}/handler", "w").close()
    time.sleep(3600)
`
  const pidOfHandler = () =>
    Number(
      readdirSync(folder)
        .find(name => name.startsWith('runs-'))!
        .slice('runs-'.length),
    )

  withPython(
    'a handler that still runs at the end of a stop is ended',
    async () => {
      const { load, run } = boundTo(pythonFunctions(handlerThatStays))
      expect(await load(['ship'])).toEqual([])
      const attempt = run('ship', event).catch(error => `${error}`)
      await isWritten('handler')
      await functions.cleanup()
      await untilGone(pidOfHandler())
      expect(await attempt).toContain('its process has ended')
    },
    TEST_TIMEOUT_MS,
  )

  withPython(
    'a handler ends when the service is killed',
    async () => {
      pythonFunctions(handlerThatStays)
      const service = `
        import { Functions } from ${JSON.stringify(new URL('functions.ts', import.meta.url).href)}
        const definition = ${JSON.stringify(definition)}
        const service = { service: 'shop', provider: {}, getFunction: () => definition }
        const functions = new Functions({ config: { servicePath: '.' }, service }, ${JSON.stringify(options)}, console)
        await functions.load(['ship'])
        await functions.run('ship', {})`
      const child = spawn(process.execPath, ['--input-type=module', '-e', service], { cwd: folder, stdio: 'ignore' })
      await isWritten('handler')
      child.kill('SIGKILL')
      await untilGone(pidOfHandler())
    },
    TEST_TIMEOUT_MS,
  )
})

const untilGone = (pid: number) => until(() => !isAlive(pid), { what: `process ${pid} to be gone` })

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const boundTo = (of: Functions) => ({ load: of.load.bind(of), run: of.run.bind(of) })
