/** The managed runtime and its environments, with handlers made up for the purpose. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { identityOf, isAlive } from '../../scripts/local/process-table.ts'
import { until } from '../../shared/runtime/until.ts'
import { deploySample, type SampleOptions } from '../support/lambda/sample-function.ts'

const deployed: { close(): Promise<void> }[] = []

async function sample(options: string | SampleOptions) {
  const made = await deploySample(typeof options === 'string' ? { code: options } : options)
  deployed.push(made)
  return made
}

afterEach(async () => {
  for (const made of deployed.splice(0)) await made.close()
})

const answerOf = ({ payload }: { payload: string }) => JSON.parse(payload)

describe('the managed runtime', () => {
  test('gives the event and a context, and answers with what the handler returns', async () => {
    const { fn } = await sample(
      `export const handler = async (event, context) => ({ event, context, left: context.getRemainingTimeInMillis() })`,
    )
    const invocation = await fn.invoke({ amount: 1 })
    const { event, context, left } = answerOf(invocation)
    expect(event).toEqual({ amount: 1 })
    expect(context).toMatchObject({
      awsRequestId: invocation.requestId,
      functionName: 'sample',
      functionVersion: '$LATEST',
      memoryLimitInMB: '128',
      invokedFunctionArn: 'arn:aws:lambda:ap-northeast-2:123456789012:function:sample',
    })
    expect(context).not.toHaveProperty('callbackWaitsForEmptyEventLoop')
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(5_000)
  })

  test('the process has the environment of its configuration and Lambda, and nothing of ours', async () => {
    const { fn } = await sample({
      code: `export const handler = async () => ({ ...process.env, cwd: process.cwd() })`,
      environment: { DATABASE_URL: 'mysql://there' },
    })
    const { cwd, ...env } = answerOf(await fn.invoke({}))
    expect(env).toMatchObject({ DATABASE_URL: 'mysql://there', LAMBDA_TASK_ROOT: cwd, AWS_REGION: 'ap-northeast-2' })
    expect(
      Object.keys(env)
        .filter(name => !/^(AWS_|LAMBDA_|_)/.test(name))
        .sort(),
    ).toEqual(['DATABASE_URL', 'LANG', 'PATH', 'TMPDIR', 'TZ'])
  })

  test('a module that is not in the zip is not found, nor a file beside it; the code is read-only, /tmp is not', async () => {
    const { fn } = await sample(`
      import { readFileSync, writeFileSync } from 'node:fs'
      const codeOf = work => { try { work(); return 'done' } catch (error) { return error.code } }
      export const handler = async () => ({
        module: await import('middy' + '-core').catch(error => error.code),
        file: codeOf(() => readFileSync('${process.cwd()}/package.json')),
        task: codeOf(() => writeFileSync(process.env.LAMBDA_TASK_ROOT + '/x', '')),
        tmp: codeOf(() => writeFileSync(process.env.TMPDIR + '/x', '')),
      })`)
    expect(answerOf(await fn.invoke({}))).toEqual({
      module: 'ERR_MODULE_NOT_FOUND',
      file: 'ERR_ACCESS_DENIED',
      task: 'ERR_ACCESS_DENIED',
      tmp: 'done',
    })
  })

  test('one environment serves invocations one after the other, each further one at once gets its own', async () => {
    const { fn } = await sample(`
      let count = 0
      export const handler = async () => { await new Promise(done => setTimeout(done, 50)); return { pid: process.pid, count: ++count } }`)
    const first = answerOf(await fn.invoke({}))
    const second = answerOf(await fn.invoke({}))
    expect(second).toEqual({ pid: first.pid, count: 2 })
    const [one, other] = (await Promise.all([fn.invoke({}), fn.invoke({})])).map(answerOf)
    expect(one.pid).not.toBe(other.pid)
    expect(fn.environments).toHaveLength(2)
  })

  test('an error becomes its name, message and trace, and the environment lives on', async () => {
    const { fn } = await sample(`
      let count = 0
      export const handler = async () => { if (++count === 1) throw new TypeError('not today'); return count }`)
    const failed = await fn.invoke({})
    expect(failed.functionError).toBe('Unhandled')
    expect(answerOf(failed)).toMatchObject({ errorType: 'TypeError', errorMessage: 'not today' })
    expect(answerOf(failed).trace[0]).toBe('TypeError: not today')
    expect(answerOf(await fn.invoke({}))).toBe(2)
  })

  test('undefined is null; what cannot be JSON is an error of the runtime', async () => {
    const { fn } = await sample(`export const handler = async event => (event.big ? { a: 1n } : undefined)`)
    expect(answerOf(await fn.invoke({}))).toBeNull()
    expect(answerOf(await fn.invoke({ big: true }))).toMatchObject({ errorType: 'Runtime.JSONStringifyError' })
  })

  test.each([
    ['throws when loaded', `throw new Error('no database'); export const handler = 1`, 'Error'],
    ['does not export it', `export const other = async () => 1`, 'Runtime.HandlerNotFound'],
    [
      'wants a callback',
      `export const handler = (event, context, callback) => callback(null, 1)`,
      'Runtime.CallbackHandlerDeprecated',
    ],
  ])('a module that %s is an init error', async (_, code, errorType) => {
    const { fn } = await sample(code)
    const failed = await fn.invoke({})
    expect(failed.functionError).toBe('Unhandled')
    expect(answerOf(failed).errorType).toBe(errorType)
    expect(fn.environments).toEqual([])
  })

  test('a handler whose file is not in the zip is an init error', async () => {
    const { fn } = await sample({ code: '', handler: 'functions/gone.handler' })
    expect(answerOf(await fn.invoke({})).errorType).toBe('Runtime.ImportModuleError')
  })
})

describe('an execution environment', () => {
  test('is killed at its time-out, and the next invocation starts a new one', async () => {
    const { fn } = await sample({
      code: `export const handler = async event => { while (event.busy); return process.pid }`,
      timeoutMs: 1_500,
    })
    const pid = answerOf(await fn.invoke({}))
    const failed = await fn.invoke({ busy: true })
    expect(failed.functionError).toBe('Unhandled')
    expect(answerOf(failed)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${failed.requestId} Error: Task timed out after 1.50 seconds`,
    })
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    const fresh = await fn.invoke({})
    expect(answerOf(fresh)).not.toBe(pid)
    expect(fresh.initMs).toBeGreaterThan(0)
  })

  test.each([
    ['exits', 'process.exit(3)', 'Runtime exited with error: exit status 3'],
    ['waits for nothing', 'await new Promise(() => {})', 'Runtime exited without providing a reason'],
    ['is killed', `process.kill(process.pid, 'SIGKILL')`, 'Runtime exited with error: signal: SIGKILL'],
    [
      'throws outside of promises',
      `setTimeout(() => { throw new Error('late') }); await new Promise(done => setTimeout(done, 1000))`,
      'Runtime exited with error: exit status 1',
    ],
    [
      'leaves a rejection alone',
      `Promise.reject(new Error('late')); await new Promise(done => setTimeout(done, 1000))`,
      'Runtime exited with error: exit status 1',
    ],
  ])('a process that %s ends the invocation, and the next one starts afresh', async (_, crash, text) => {
    const { fn } = await sample(`export const handler = async event => { if (event.crash) { ${crash} } return 'well' }`)
    const failed = await fn.invoke({ crash: true })
    expect(answerOf(failed)).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${failed.requestId} Error: ${text}`,
    })
    expect(answerOf(await fn.invoke({}))).toBe('well')
  })

  test('freezes after the answer: what the handler left undone goes on with the next invocation', async () => {
    const code = `
      let ticks = 0
      export const handler = async event => {
        if (event.begin) setInterval(() => ticks++, 1)
        else await new Promise(done => setTimeout(done, 30))
        return ticks
      }`
    const { fn } = await sample(code)
    await fn.invoke({ begin: true })
    expect(fn.environment.frozen).toBe(true)
    await until(() => stateOf(fn.environment.pid) === 'T', { what: 'a stopped process' })
    expect(answerOf(await fn.invoke({}))).toBeGreaterThan(0)
    const awake = await sample({ code, freezes: false })
    await awake.fn.invoke({ begin: true })
    expect(stateOf(awake.fn.environment.pid)).not.toBe('T')
  })

  test('ends with the test run, also when it is frozen and the run was killed', async () => {
    const samples = JSON.stringify(new URL('../support/lambda/sample-function.ts', import.meta.url).href)
    const run = `
      const { deploySample } = await import(${samples})
      const { fn } = await deploySample({ code: 'export const handler = async () => process.pid' })
      console.log((await fn.invoke({})).payload)
      setInterval(() => {}, 1000)`
    const folder = mkdtempSync(join(tmpdir(), 'test-run-'))
    deployed.push({ close: async () => rmSync(folder, { recursive: true }) })
    const testRun = spawn(process.execPath, ['--input-type=module', '--eval', run], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(testRun.stdout, 'data')
    const frozen = identityOf(Number(String(line)))
    expect(isAlive(frozen)).toBe(true)
    testRun.kill('SIGKILL')
    await until(() => !isAlive(frozen), { what: `the end of ${frozen.pid}` })
  })

  test('writes what the function says to its log, with the time and the id of the request', async () => {
    const { fn, logFile } = await sample(
      `export const handler = async () => { console.warn('careful\\nnow'); return 1 }`,
    )
    const { requestId } = await fn.invoke({})
    await until(() => readFileSync(logFile, 'utf8').includes(`\t${requestId}\tWARN\tcareful\rnow\n`), {
      what: 'the log line',
    })
  })

  test('an event over 6 MB is refused before it starts anything', async () => {
    const { fn } = await sample(`export const handler = async event => event.length`)
    await expect(fn.invoke('x'.repeat(6 * 1024 * 1024))).rejects.toThrow('RequestEntityTooLarge')
    expect(fn.environments).toEqual([])
  })

  test('an answer over 6 MB is an error, and the environment lives on', async () => {
    const { fn } = await sample(`export const handler = async event => 'x'.repeat(event.length)`)
    expect(answerOf(await fn.invoke({ length: 7_000_000 })).errorType).toBe('Function.ResponseSizeTooLarge')
    expect(answerOf(await fn.invoke({ length: 2 }))).toBe('xx')
  })
})

/** The letter for what a process does: T when it is stopped. A bare Linux has no ps. */
function stateOf(pid: number): string {
  if (process.platform === 'linux') return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))![1]!
  return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })[0]!
}
