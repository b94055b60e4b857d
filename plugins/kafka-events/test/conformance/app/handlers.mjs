/** The functions of the conformance rows: each writes down what it is given, and then behaves as its name says. */
import { appendFileSync, existsSync } from 'node:fs'
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
