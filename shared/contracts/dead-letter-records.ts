/**
 * Records of payment.dlq: letters, each with the record that a consumer could not use, and notes of what was done about a letter
 * (docs/decisions/0026). Who writes and who reads them goes by this file.
 */
import type { DeadLetterState } from './lists.ts'

/** The record that a consumer could not use, as it was. */
export interface OriginalRecord {
  topic: string
  partition: number
  offset: number
  key: Buffer | null
  value: Buffer | null
  headers: (readonly [name: string, value: Buffer])[]
}

/** Where a letter stands on payment.dlq. */
export interface LetterPlace {
  partition: number
  offset: number
}

export interface LetterContent {
  /** Null when the letter itself cannot be read. */
  original: OriginalRecord | null
  error: string
  /** As the letter says it, which may be no time. */
  failedAt: string
}

export type HandledState = Exclude<DeadLetterState, 'WAITING'>

/** What was done about a letter. */
export interface LetterNote extends LetterPlace {
  state: HandledState
  /** Null where the note does not say so; those of earlier versions say neither. */
  at: string | null
  by: string | null
  reason: string | null
  /** Of the console's action. */
  key: string | null
}

type Fields = Record<string, unknown>

const objectOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined

function fieldsOf(value: Buffer | null): Fields | undefined {
  try {
    return objectOf(JSON.parse(value?.toString('utf8') ?? ''))
  } catch {
    return undefined
  }
}

const bytesOf = (base64: unknown): Buffer | null => (typeof base64 === 'string' ? Buffer.from(base64, 'base64') : null)
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const PARTITION_MAX = 2 ** 31 - 1
const isPartition = (value: unknown): value is number => isWhole(value) && value <= PARTITION_MAX

/** Anybody may have written a note: of what is longer the beginning counts. In characters. */
const noteLengths = { at: 40, by: 64, reason: 500, key: 300 }

const textOrNull = (value: unknown, charactersMax: number): string | null =>
  typeof value === 'string' ? [...value].slice(0, charactersMax).join('').toWellFormed() : null

/** Real time in epoch milliseconds; null for what is no time that the database can hold. */
export function letterTimeMs(text: string | null): number | null {
  const atMs = Date.parse(text ?? '')
  return atMs >= 0 && atMs < Date.UTC(10_000, 0) ? atMs : null
}

/** The words of notes, which are there for ever, and of commands. */
export const letterWords = {
  WAITING: 'waiting',
  REDRIVEN: 'redriven',
  PUT_ASIDE: 'put aside',
} as const satisfies Record<DeadLetterState, string>

const handledStates = ['REDRIVEN', 'PUT_ASIDE'] as const satisfies readonly HandledState[]

/** The note that a record is; undefined when it is none about a letter of its own partition. */
export function noteIn({ partition, value }: { partition: number; value: Buffer | null }): LetterNote | undefined {
  const handled = objectOf(fieldsOf(value)?.handled)
  if (handled === undefined || handled.partition !== partition || !isWhole(handled.offset)) return undefined
  const state = handledStates.find(each => letterWords[each] === handled.state)
  if (state === undefined) return undefined
  const { at, by, reason, key } = handled
  return {
    partition,
    offset: handled.offset,
    state,
    at: textOrNull(at, noteLengths.at),
    by: textOrNull(by, noteLengths.by),
    reason: textOrNull(reason, noteLengths.reason),
    key: textOrNull(key, noteLengths.key),
  }
}

/** The record that is written for a note. */
export function noteRecordOf({ partition, offset, state, at, by, reason, key }: LetterNote) {
  const said = { ...(by !== null && { by }), ...(reason !== null && { reason }), ...(key !== null && { key }) }
  const handled = { partition, offset, state: letterWords[state], at, ...said }
  return { partition, key: null, value: JSON.stringify({ handled }) }
}

/** What a record that is no note says as a letter. */
export function letterIn({ value }: { value: Buffer | null }): LetterContent {
  const letter = fieldsOf(value)
  if (
    letter === undefined ||
    typeof letter.topic !== 'string' ||
    !isPartition(letter.partition) ||
    !isWhole(letter.offset)
  )
    return { original: null, error: 'not a dead letter', failedAt: '' }
  return {
    original: {
      topic: letter.topic,
      partition: letter.partition,
      offset: letter.offset,
      key: bytesOf(letter.key),
      value: bytesOf(letter.value),
      headers: headersOf(letter.headers),
    },
    error: String(letter.error),
    failedAt: String(letter.failedAt),
  }
}

const headersOf = (headers: unknown): OriginalRecord['headers'] =>
  (Array.isArray(headers) ? headers : []).flatMap(header =>
    Array.isArray(header) ? [[String(header[0]), bytesOf(header[1]) ?? Buffer.alloc(0)] as const] : [],
  )

/** Where a letter came from, `topic partition/offset`. */
export const originOf = ({
  topic,
  partition,
  offset,
}: Pick<OriginalRecord, 'topic' | 'partition' | 'offset'>): string => `${topic} ${partition}/${offset}`

/** How a letter is named, on the command line and on the page. */
export const letterIdOf = ({ partition, offset }: LetterPlace): string => `${partition}/${offset}`
