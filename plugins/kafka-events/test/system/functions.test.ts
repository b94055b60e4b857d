/** Functions that serverless-offline cannot run as Lambda would: refused at start, with function and reason. */
import { rmSync } from 'node:fs'
import { afterEach, describe, expect, test } from '@jest/globals'
import { startService } from '../fixture-app.ts'
import { hasPython, type Part, writeFunctions } from '../functions-app.ts'

const TEST_TIMEOUT_MS = 120_000
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe.each([
  ['in process', true],
  ['in worker threads', false],
])('%s', (_where, useInProcess) => {
  test(
    'the start is refused when a function cannot be loaded or run, with every function and its reason',
    async () => {
      const output = await outputOfRefused(useInProcess, {
        missingFile: { handler: 'no-such-file.handler' },
        missingExport: { handler: 'handlers.missing' },
        noFunction: { handler: 'handlers.noFunction' },
        throwsAtImport: { handler: 'throws.handler' },
        exitsAtOnce: useInProcess ? undefined : { handler: 'exits.handler' },
        inJava: { handler: 'com.example.Handler', runtime: 'java17' },
        inGo: { handler: 'bootstrap', runtime: 'provided.al2023' },
        oldNode: { handler: 'handlers.good', runtime: 'nodejs16.x' },
        fromZip: { handler: 'handlers.good', package: { artifact: 'code.zip' } },
      })
      expect(output).toContain('function missingFile cannot be run (nodejs24.x): ')
      expect(output).toMatch(/no-such-file/)
      expect(output).toMatch(/function missingExport cannot be run .*handlers\.missing is undefined or not exported/)
      expect(output).toMatch(/function noFunction cannot be run .*handlers\.noFunction is not a function/)
      expect(output).toMatch(/function throwsAtImport cannot be run .*no database/)
      expect(output).toContain('function inJava cannot be run (java17): only Node and Python are run here')
      expect(output).toContain('function inGo cannot be run (provided.al2023): only Node and Python are run here')
      expect(output).toContain('function oldNode cannot be run (nodejs16.x): Unsupported runtime')
      expect(output).toContain('function fromZip cannot be run (nodejs24.x): package.artifact')
      if (!useInProcess) expect(output).toMatch(/function exitsAtOnce cannot be run .*ended its worker thread/)
      expect(output).not.toContain('function good')
    },
    TEST_TIMEOUT_MS,
  )
})

describe('in a container', () => {
  test(
    'the start is refused: serverless-offline takes an error in there for an answer',
    async () => {
      const output = await outputOfRefused(true, {}, { useDocker: true })
      expect(output).toContain('function good cannot be run (nodejs24.x): useDocker')
    },
    TEST_TIMEOUT_MS,
  )
})

const withPython = hasPython ? test : test.skip

describe('in Python', () => {
  withPython(
    'the start is refused when a module or its function is missing, or it raises while it is loaded',
    async () => {
      const output = await outputOfRefused(true, {
        missingModule: { handler: 'nothing.handler', runtime: 'python3.13' },
        missingName: { handler: 'module.missing', runtime: 'python3.13' },
        raises: { handler: 'raises.handler', runtime: 'python3.13' },
      })
      expect(output).toMatch(/function missingModule cannot be run \(python3\.13\): ModuleNotFoundError: .*nothing/)
      expect(output).toMatch(/function missingName cannot be run .*AttributeError: .*missing/)
      expect(output).toMatch(/function raises cannot be run .*ValueError: no database/)
    },
    TEST_TIMEOUT_MS,
  )
})

async function outputOfRefused(useInProcess: boolean, functions: Record<string, Part | undefined>, offline = {}) {
  const parts = { good: { handler: 'handlers.good' }, ...functions }
  // Nothing answers at these brokers: the start must not come so far.
  const folder = writeFunctions(parts, { useInProcess, ...offline }, '127.0.0.1:1', {
    'handlers.mjs': 'export const good = async () => {}\nexport const noFunction = 1',
    'throws.mjs': "throw new Error('no database')",
    'exits.mjs': 'process.exit(0)',
    'module.py': 'def handler(event, context):\n  pass',
    'raises.py': "raise ValueError('no database')",
  })
  folders.push(folder)
  const app = await startService(folder, {})
  expect(await app.exited).toBe(1)
  return app.output()
}
