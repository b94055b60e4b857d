/**
 * Stands in the place of a Node handler under serverless-offline: runs it as Lambda's runtime does, and lets out only what survives
 * the way from a worker thread. There a thrown text arrives as if it were returned, and what cannot be cloned ends the service.
 */
import { join } from 'node:path'
import { inspect, types } from 'node:util'
import { isMainThread } from 'node:worker_threads'

/** What the plugin sends in the place of the event. */
export interface NodeCall {
  /** Absent: the handler is only loaded. */
  event?: unknown
  /** Address of this module. */
  shim: string
  /** Address of serverless-offline's module that loads handlers. */
  loader: string
  codeFolder: string
  /** As in `serverless.yml`. */
  handler: string
  /** From nodejs24.x on, what a handler returns counts without a promise, too. Runtimes before it answer null. */
  takesPlainReturns: boolean
  /** Becomes 1 when this thread is of no more use. */
  threadOver: SharedArrayBuffer
}

export interface NodeReply {
  /** As JSON: what Lambda would send. */
  answer: string
  /** The handler took a callback, or one of the context's old ways to end. */
  usesCallback: boolean
  /** It returned no promise and took no callback. */
  returnsPlainly: boolean
}

export type NodeHandler = (event: unknown, context: object, callback: Callback) => unknown
type Callback = (error?: unknown, answer?: unknown) => void

interface Ended extends Omit<NodeReply, 'answer'> {
  value: unknown
}

const handlers = new Map<string, Promise<NodeHandler>>()
let current: { fail(error: unknown): void } | undefined
/** The last call's: a thread may end between two calls, too. */
let threadOver: SharedArrayBuffer | undefined

/** Rejects with an Error that can be cloned. */
export async function run(call: NodeCall, context: object): Promise<NodeReply> {
  const { promise: thrownAside, reject: fail } = Promise.withResolvers<never>()
  current = { fail }
  threadOver = call.threadOver
  try {
    return await Promise.race([thrownAside, replyTo(call, context)])
  } catch (thrown) {
    throw plainError(thrown)
  } finally {
    current = undefined
  }
}

async function replyTo(call: NodeCall, context: object): Promise<NodeReply> {
  const handler = await loadOnce(call)
  if (call.event === undefined) return { answer: 'null', usesCallback: takesCallback(handler), returnsPlainly: false }
  const { value, ...how } = await callHandler(handler, call, context)
  return { answer: jsonOf(value), ...how }
}

// Lambda fails the invocation and starts a new process after both. Without this a thread would be gone unnoticed, or take the service with it.
if (!isMainThread) {
  process.on('exit', () => {
    giveUpThread()
    // The service waits for it: no answer comes any more.
    if (threadOver) Atomics.notify(new Int32Array(threadOver), 0)
  })
  process.on('uncaughtException', error => {
    if (!current) return console.error('thrown by what a handler had left running:', error)
    // This thread still answers, with the error: waking the service now would be quicker than the answer.
    current.fail(error)
    giveUpThread()
  })
}

function giveUpThread(): void {
  if (threadOver) Atomics.store(new Int32Array(threadOver), 0, 1)
}

/** As Lambda does: once per process. */
function loadOnce({ loader, codeFolder, handler }: NodeCall): Promise<NodeHandler> {
  const path = join(codeFolder, handler)
  let loading = handlers.get(path)
  if (!loading) {
    loading = import(loader).then(({ load }) => load(codeFolder, path))
    handlers.set(path, loading)
    loading.catch(() => handlers.delete(path))
  }
  return loading
}

const takesCallback = (handler: NodeHandler): boolean => handler.length >= 3

/** The first of callback, `context.done` and its like, and the promise counts. A promise is awaited whatever came first. */
export async function callHandler(
  handler: NodeHandler,
  { event, takesPlainReturns }: Pick<NodeCall, 'event' | 'takesPlainReturns'>,
  context: object,
): Promise<Ended> {
  const end = new End()
  const lambdaContext = contextWith(end, context)
  try {
    const returned = handler(event, lambdaContext, end.done)
    if (isThenable(returned)) await Promise.resolve(returned).then(end.succeed, end.throw)
    else if (!takesCallback(handler) && !end.isHeld) end.returnPlainly(takesPlainReturns ? returned : null)
  } catch (thrown) {
    end.throw(thrown)
  }
  const { value } = await end.outcome
  return { value, usesCallback: takesCallback(handler) || end.isHeld, returnsPlainly: end.isPlain }
}

/** The end of one invocation: the first way to it counts. */
class End {
  readonly #outcome = Promise.withResolvers<{ value: unknown }>()
  #isOver = false
  /** The handler has read `context.done`, `succeed` or `fail`, or has called the callback. */
  isHeld = false
  isPlain = false

  get outcome(): Promise<{ value: unknown }> {
    return this.#outcome.promise
  }

  readonly done: Callback = (error, answer) => {
    this.isHeld = true
    if (error === undefined || error === null) this.succeed(answer)
    else this.throw(error)
  }

  // In an object: a promise that is given as the answer is not awaited.
  readonly succeed = (value?: unknown): void => this.#settle(() => this.#outcome.resolve({ value }))

  readonly throw = (error?: unknown): void => this.#settle(() => this.#outcome.reject(error))

  returnPlainly(value: unknown): void {
    this.isPlain = true
    this.succeed(value)
  }

  #settle(outcome: () => void): void {
    if (this.isPlain && this.#isOver)
      console.error(
        'A handler used its callback or context after it had returned: its records are taken as done already.',
      )
    this.#isOver = true
    outcome()
  }
}

/** `done`, `succeed` and `fail` as runtimes before nodejs24.x have them. A handler that takes hold of one is waited for. */
function contextWith(end: End, context: object): object {
  const ways = { done: end.done, succeed: end.succeed, fail: (error?: unknown) => end.throw(error ?? 'handled') }
  const copy = { ...context }
  for (const [name, way] of Object.entries(ways))
    Object.defineProperty(copy, name, {
      // Who copies or prints the context takes hold of nothing.
      enumerable: false,
      configurable: true,
      get() {
        end.isHeld = true
        return way
      },
    })
  return copy
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  value != null && typeof (value as { then?: unknown }).then === 'function'

/** Throws where Lambda cannot send the answer either. */
function jsonOf(value: unknown): string {
  const text = JSON.stringify(value === undefined ? null : value)
  if (text === undefined) throw new TypeError(`the answer is a ${typeof value}, which JSON does not have`)
  return text
}

/** The same words in another Error: of texts alone, so that it can be cloned. */
export function plainError(thrown: unknown): Error {
  const error = new Error('threw something that cannot be read')
  try {
    error.message = wordsOf(thrown)
    error.stack = inspect(thrown)
  } catch {
    // Its getters throw.
  }
  return error
}

function wordsOf(thrown: unknown): string {
  if (!(types.isNativeError(thrown) || thrown instanceof Error))
    return `threw ${inspect(thrown, { breakLength: Number.POSITIVE_INFINITY })}`
  return thrown.name === 'Error' ? `${thrown.message}` : `${thrown.name}: ${thrown.message}`
}
