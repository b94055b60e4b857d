/** A Node handler ends here as it ends under Lambda's runtime, and what it gives or throws can leave a worker thread. */
import { setImmediate as turn } from 'node:timers/promises'
import { types } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { callHandler, type NodeHandler, plainError, run } from './node-shim.ts'

// biome-ignore lint/suspicious/noExplicitAny: handlers as users write them.
type Handler = (event: any, context: any, callback: any) => unknown

const endOf = (handler: Handler, takesPlainReturns = true) =>
  callHandler(handler as NodeHandler, { event: { records: {} }, takesPlainReturns }, { awsRequestId: '1' })

const thrownBy = (handler: Handler): Promise<string> =>
  endOf(handler).then(
    () => 'nothing',
    error => plainError(error).message,
  )

describe('a failure', () => {
  test.each<[string, string, Handler]>([
    ['an Error that is thrown', 'gone', () => Promise.reject(new Error('gone'))],
    ['an Error of a class of its own', 'TypeError: gone', () => Promise.reject(new TypeError('gone'))],
    ['a text that is thrown', "threw 'text'", async () => Promise.reject('text')],
    ['an object that is thrown', "threw { code: 'E' }", () => Promise.reject({ code: 'E' })],
    ['a promise that rejects with nothing', 'threw undefined', () => Promise.reject()],
    ['null', 'threw null', () => Promise.reject(null)],
    ['0', 'threw 0', () => Promise.reject(0)],
    ['nothing that is thrown at once', 'threw undefined', (_event, _context, _callback) => raise(undefined)],
    ['a text that is thrown at once', "threw 'text'", () => raise('text')],
    ['callback(Error)', 'gone', (_event, _context, callback) => callback(new Error('gone'))],
    ['callback(text)', "threw 'text'", (_event, _context, callback) => callback('text')],
    ['callback(0)', 'threw 0', (_event, _context, callback) => callback(0)],
    ["callback('Unauthorized')", "threw 'Unauthorized'", (_event, _context, callback) => callback('Unauthorized')],
    ['context.fail()', "threw 'handled'", (_event, context) => context.fail()],
    ['context.fail(Error)', 'gone', (_event, context) => context.fail(new Error('gone'))],
    ['context.done(text)', "threw 'text'", (_event, context) => context.done('text')],
    // biome-ignore lint/suspicious/noThenProperty: a thenable that is no promise.
    ['a thenable that rejects', 'gone', () => ({ then: (_: unknown, reject: Callback) => reject(new Error('gone')) })],
    [
      'a thenable whose getter throws',
      'gone',
      () => Object.defineProperty({}, 'then', { get: () => raise(new Error('gone')) }),
    ],
  ])('is %s', async (_title, message, handler) => {
    expect(await thrownBy(handler)).toBe(message)
  })

  test('says what it can of an error that cannot be read', () => {
    const error = Object.defineProperty(new Error('gone'), 'message', { get: () => raise(new Error('no')) })
    expect(plainError(error).message).toBe('threw something that cannot be read')
  })

  test('can leave a worker thread, with the words of its cause, whatever hangs on it', () => {
    const error = Object.assign(new RangeError('gone', { cause: { f: () => 1 } }), { socket: Symbol('socket') })
    const clone = structuredClone(plainError(error))
    expect(types.isNativeError(clone)).toBe(true)
    expect(clone.message).toBe('RangeError: gone')
    expect(clone.stack).toContain('cause')
  })
})

describe('an answer', () => {
  test.each<[string, unknown, Handler]>([
    ['of a promise', 1, async () => 1],
    // biome-ignore lint/suspicious/noThenProperty: a thenable that is no promise.
    ['of a thenable', 1, () => ({ then: (resolve: Callback) => resolve(1) })],
    ['of a callback', 1, (_event, _context, callback) => callback(null, 1)],
    [
      'of a callback that comes later',
      1,
      (_event, _context, callback) => void turn().then(() => callback(undefined, 1)),
    ],
    ['of context.succeed', 1, (_event, context) => context.succeed(1)],
    ['of a context.succeed that comes later', 1, (_event, { succeed }) => void turn().then(() => succeed(1))],
    ['of context.done', 1, (_event, context) => context.done(null, 1)],
    ['of the first of two callbacks', 1, (_event, _context, callback) => [callback(null, 1), callback('late')]],
    ['of a callback before an error', 1, (_event, _context, callback) => [callback(null, 1), raise(new Error('late'))]],
    [
      'of a promise before its callback',
      1,
      async (_event, _context, callback) => [turn().then(() => callback('late'))].length,
    ],
    [
      'of a callback before its promise',
      1,
      async (_event, _context, callback) => [callback(null, 1), await turn(), raise('late')],
    ],
  ])('is that %s', async (_title, answer, handler) => {
    expect(await endOf(handler)).toMatchObject({ value: answer })
  })

  test('comes when the promise has ended, too: two attempts must not overlap', async () => {
    let isOver = false
    await endOf(async (_event, _context, callback) => {
      callback(null)
      await turn()
      isOver = true
    })
    expect(isOver).toBe(true)
  })
})

describe('a handler that returns no promise', () => {
  test('and takes no callback is done when it returns', async () => {
    const handler = (_event: unknown, context: object) => JSON.stringify({ ...context }).length
    expect(await endOf(handler, true)).toEqual({ value: 20, returnsPlainly: true, usesCallback: false })
    expect(await endOf(handler, false)).toEqual({ value: null, returnsPlainly: true, usesCallback: false })
  })

  test('and takes a callback is waited for', async () => {
    let end = (_error: unknown) => {}
    let isOver = false
    const outcome = endOf((_event, _context, callback) => {
      end = callback
    }).then(() => {
      isOver = true
    })
    await turn()
    expect(isOver).toBe(false)
    end(null)
    await outcome
  })
})

describe('a call', () => {
  const call = {
    shim: '',
    codeFolder: '/app',
    takesPlainReturns: true,
    threadOver: new SharedArrayBuffer(4),
    event: {},
  }
  const loaderOf = (handler: string) => `data:text/javascript,export const load = () => ${handler}`
  const answerTo = (handler: string) => run({ ...call, loader: loaderOf(handler), handler: `${handler}` }, {})

  test.each([
    ['null for nothing', 'async () => {}', 'null'],
    ['without what JSON has not', 'async () => ({ f: () => 1, s: Symbol(), n: NaN, a: 1 })', '{"n":null,"a":1}'],
    ['of a date', 'async () => new Date(0)', '"1970-01-01T00:00:00.000Z"'],
  ])('answers with JSON: %s', async (_title, handler, answer) => {
    expect(await answerTo(handler)).toMatchObject({ answer })
  })

  test.each([
    ['a BigInt', 'async () => 1n', 'TypeError: Do not know how to serialize a BigInt'],
    ['a circle', 'async () => { const a = {}; a.a = a; return a }', 'TypeError: Converting circular structure to JSON'],
    ['a function', 'async () => () => 1', 'TypeError: the answer is a function, which JSON does not have'],
    ['a symbol', 'async () => Symbol()', 'TypeError: the answer is a symbol, which JSON does not have'],
    ['a toJSON that throws', "async () => ({ toJSON() { throw 'no' } })", "threw 'no'"],
  ])('fails with an answer that is no JSON: %s', async (_title, handler, message) => {
    await expect(answerTo(handler)).rejects.toThrow(message)
  })

  test('without an event only loads the handler, and says whether it takes a callback', async () => {
    const handler = '(event, context, callback) => callback(Error())'
    const reply = await run({ ...call, event: undefined, loader: loaderOf(handler), handler }, {})
    expect(reply).toEqual({ answer: 'null', usesCallback: true, returnsPlainly: false })
  })
})

type Callback = (value: unknown) => void

function raise(thrown: unknown): never {
  throw thrown
}
