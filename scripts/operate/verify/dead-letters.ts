/**
 * Reads payment.dlq: the original record of each dead letter, why it was refused, and what was done about it.
 * What was done is a note: a record of its own on the same partition, behind the letter that it names (docs/decisions/0026).
 */
import { DEAD_LETTER_TOPIC } from '../../../shared/contracts/topics.ts'
import { objectOf, parseJson } from '../../../shared/invariants/payment-history.ts'
import type { LogRecord } from '../../../shared/invariants/record-comparison.ts'
import { type KafkaLog, REDRIVE_GROUP } from './kafka-log.ts'

/** The record a consumer could not use, as it was. */
export interface OriginalRecord {
  topic: string
  partition: number
  offset: number
  key: Buffer | null
  value: Buffer | null
  headers: [name: string, value: Buffer][]
}

export interface DeadLetter {
  partition: number
  offset: number
  /** Null when the letter itself cannot be read. */
  original: OriginalRecord | null
  /** Where it came from, `topic partition/offset`. */
  origin: string
  error: string
  failedAt: string
  state: LetterState
}

/** `redriven`: sent to its topic once more. `put aside`: settled without. */
export type LetterState = 'waiting' | 'redriven' | 'put aside'
export type HandledState = Exclude<LetterState, 'waiting'>

type Place = Pick<DeadLetter, 'partition' | 'offset'>

/** How a letter is named on the command line. */
export const idOf = ({ partition, offset }: Place): string => `${partition}/${offset}`

/** Every dead letter in order, with what its last note says. */
export async function readDeadLetters(kafka: KafkaLog): Promise<DeadLetter[]> {
  // Older versions kept their progress as the offset of a consumer group, which Kafka forgets after a week.
  const committed = await kafka.committed(REDRIVE_GROUP, DEAD_LETTER_TOPIC)
  const letters: DeadLetter[] = []
  const notes = new Map<string, HandledState>()
  await kafka.read(await kafka.spansOf(DEAD_LETTER_TOPIC), async records => {
    for (const record of records) {
      const note = noteIn(record)
      if (note !== undefined) notes.set(idOf(note), note.state)
      else letters.push(letterOf(record, record.offset < (committed.get(record.partition) ?? 0)))
    }
  })
  return letters.map(letter => ({ ...letter, state: notes.get(idOf(letter)) ?? letter.state }))
}

/** The record that says what was done about a letter. */
export const noteOf = ({ partition, offset }: Place, state: HandledState, at: Date) => ({
  partition,
  key: null,
  value: JSON.stringify({ handled: { partition, offset, state, at: at.toISOString() } }),
})

function noteIn({ partition, value }: LogRecord): (Place & { state: HandledState }) | undefined {
  const handled = objectOf(objectOf(parseJson(value?.toString('utf8') ?? ''))?.handled)
  if (!handled || handled.partition !== partition || !Number.isInteger(handled.offset)) return undefined
  if (handled.state !== 'redriven' && handled.state !== 'put aside') return undefined
  return { partition, offset: Number(handled.offset), state: handled.state }
}

export function letterOf(record: LogRecord, wasHandled: boolean): DeadLetter {
  const { partition, offset } = record
  const state: LetterState = wasHandled ? 'redriven' : 'waiting'
  const letter = objectOf(parseJson(record.value?.toString('utf8') ?? ''))
  if (!letter || typeof letter.topic !== 'string' || !Number.isInteger(letter.partition))
    return { partition, offset, original: null, origin: 'unknown', error: 'not a dead letter', failedAt: '', state }
  return {
    partition,
    offset,
    original: originalOf(letter as { topic: string }),
    origin: `${letter.topic} ${letter.partition}/${letter.offset}`,
    error: String(letter.error),
    failedAt: String(letter.failedAt),
    state,
  }
}

const originalOf = (letter: Record<string, unknown> & { topic: string }): OriginalRecord => ({
  topic: letter.topic,
  partition: Number(letter.partition),
  offset: Number(letter.offset),
  key: bytesOf(letter.key),
  value: bytesOf(letter.value),
  headers: (Array.isArray(letter.headers) ? letter.headers : []).map(([name, value]) => [
    String(name),
    bytesOf(value) ?? Buffer.alloc(0),
  ]),
})

const bytesOf = (base64: unknown): Buffer | null => (typeof base64 === 'string' ? Buffer.from(base64, 'base64') : null)
