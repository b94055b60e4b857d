/** The functions of the conformance rows: each writes down what it is given, and then behaves as its name says. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const folder = new URL('.', import.meta.url)
const attempts = new Map()

/** Nobody looks into larger values, and every look reads all of them. */
const shortened = (name, value) =>
  name === 'value' && value?.length > 10_000 ? `${value.slice(0, 20)}… ${value.length}` : value

const journaled = behave => async (event, context) => {
  const name = context.functionName
  const attempt = (attempts.get(name) ?? 0) + 1
  attempts.set(name, attempt)
  const write = line => appendFileSync(new URL(`${name}.jsonl`, folder), `${JSON.stringify(line, shortened)}\n`)
  const eventBytes = Buffer.byteLength(JSON.stringify(event))
  const remainingMs = context.getRemainingTimeInMillis()
  write({ kind: 'begin', attempt, atMs: Date.now(), eventBytes, remainingMs, event })
  try {
    const answer = await behave({ name, attempt, values: valuesOf(event), records: recordsOf(event) })
    write({ kind: 'done', attempt, atMs: Date.now() })
    return answer
  } catch (error) {
    write({ kind: 'fail', attempt, atMs: Date.now() })
    throw error
  }
}

const recordsOf = event =>
  Object.entries(event.records).flatMap(([partition, records]) =>
    records.map(record => ({ partition, offset: record.offset, text: textOf(record) })),
  )
const valuesOf = event => recordsOf(event).map(({ text }) => text)
const textOf = ({ value }) => (value == null ? null : Buffer.from(value, 'base64').toString())
const isPoison = text => text?.startsWith('poison') ?? false

export const succeed = journaled(() => {})

export const failAlways = journaled(() => {
  throw new Error('it always fails')
})

export const failTwice = journaled(({ attempt }) => {
  if (attempt <= 2) throw new Error('it fails twice')
})

export const failOnPoison = journaled(({ values }) => {
  if (values.some(isPoison)) throw new Error('poison')
})

/** Names every poisoned record. */
export const reportPoison = journaled(({ records }) => ({
  batchItemFailures: records
    .filter(({ text }) => isPoison(text))
    .map(({ partition, offset }) => ({ itemIdentifier: { partition, offset } })),
}))

const told = new Set()

/** Answers what the first record says it should, the first time that this record comes. */
export const answerAsTold = journaled(({ name, values, records: [{ partition, offset }] }) => {
  const record = `${name} ${partition} ${offset}`
  if (told.has(record)) return
  told.add(record)
  return JSON.parse(values[0]).answer
})

/** Only its first attempt is late, and ends well. */
export const sleepPastTimeout = journaled(async ({ attempt }) => {
  if (attempt === 1) await sleep(12_000)
})

/** A batch with the value `gate` waits until the test opens it. */
export const waitAtGate = journaled(async ({ name, values }) => {
  while (values.includes('gate') && !existsSync(new URL(`${name}.open`, folder))) await sleep(20)
})

/** The first time that a record comes, a handler ends as its value says; `fails:` and `succeeds:` say what that is. Then it succeeds. */
const ends = {
  'fails: throws a text': () => raise('text'),
  'fails: throws an object': () => raise({ code: 'E' }),
  'fails: throws null': () => raise(null),
  'fails: throws 0': () => raise(0),
  'fails: throws nothing': () => raise(undefined),
  'fails: rejects with nothing': () => Promise.reject(),
  'fails: throws what cannot be cloned': () => raise({ f: () => 1 }),
  'fails: an error whose cause cannot be cloned': () => raise(new Error('gone', { cause: { f: () => 1 } })),
  'fails: an error whose getters throw': () =>
    raise(Object.defineProperty(new Error(), 'message', { get: () => raise(1) })),
  'fails: answers with a BigInt': () => 1n,
  'fails: answers with a circle': () => circle(),
  'succeeds: answers with a function inside': () => ({ f: () => 1 }),
  'succeeds: answers with a symbol inside': () => ({ s: Symbol('s') }),
  'succeeds: answers with a text': () => 'text',
  'succeeds: answers with an Error': () => new Error('returned'),
  // biome-ignore lint/suspicious/noThenProperty: it is no promise.
  'succeeds: a thenable': () => ({ then: resolve => resolve() }),
  'fails: callback(Error)': callback => callback(new Error('gone')),
  'fails: callback(text)': callback => callback('text'),
  'fails: callback(0)': callback => callback(0),
  "fails: callback('Unauthorized')": callback => callback('Unauthorized'),
  'fails: callback(text) later': callback => void setTimeout(callback, 10, 'text'),
  'fails: context.fail()': (_, context) => context.fail(),
  'fails: context.fail(text) later': (_, { fail }) => void setTimeout(fail, 10, 'text'),
  'fails: context.done(text)': (_, context) => context.done('text'),
  'fails: an error before the callback': callback => void setTimeout(callback, 10) ?? raise('text'),
  'succeeds: callback(null)': callback => callback(null),
  'succeeds: callback(null) later': callback => void setTimeout(callback, 10, null),
  'succeeds: a callback that comes twice': callback => [callback(null), callback('late')],
  'succeeds: context.succeed()': (_, context) => context.succeed(),
  'succeeds: context.done()': (_, context) => context.done(),
  'succeeds: an error after the callback': callback => [callback(null), raise('text')],
  'fails: ends the process': () => process.exit(3),
  'fails: throws out of a timer': () => new Promise(() => setTimeout(raise, 10, new Error('aside, in a timer'))),
  'fails: leaves a rejection to itself': () => new Promise(() => void Promise.reject(new Error('aside, in a promise'))),
  'fails: throws': () => raise(new Error('gone')),
  'succeeds: returns': () => 'ignored',
}

const raise = thrown => {
  throw thrown
}

function circle() {
  const value = {}
  value.value = value
  return value
}

/** Nothing is kept in memory: a worker thread may have ended meanwhile. */
function endOf({ functionName }, event) {
  const file = new URL(`${functionName}.jsonl`, folder)
  const write = line => appendFileSync(file, `${JSON.stringify(line)}\n`)
  const begun = existsSync(file) ? linesOf(file).filter(({ kind }) => kind === 'begin') : []
  const [{ offset, text }] = recordsOf(event)
  const attempt = begun.length + 1
  write({ kind: 'begin', attempt, atMs: Date.now(), event })
  const isFirst = !begun.some(line => recordsOf(line.event)[0].offset === offset)
  write({ kind: isFirst && text.startsWith('fails') ? 'fail' : 'done', attempt, atMs: Date.now() })
  return isFirst ? ends[text] : callback => callback?.(null)
}

const linesOf = file =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line))

export const endAsTold = async (event, context) => endOf(context, event)(undefined, context)

export const endByCallback = (event, context, callback) => endOf(context, event)(callback, context)

export const endPlainly = (event, context) => endOf(context, event)()
