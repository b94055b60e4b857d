/** Reads payment.dlq: the original record of each dead letter, why it was refused, and whether it was redriven. */
import { DEAD_LETTER_TOPIC } from '../../shared/contracts/topics.ts'
import { objectOf, parseJson } from './book.ts'
import type { KafkaLog, LogRecord } from './kafka-log.ts'

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
  redriven: boolean
}

/** Every dead letter in order. One is redriven when `redriveGroup` has committed past it. */
export async function readDeadLetters(kafka: KafkaLog, redriveGroup: string): Promise<DeadLetter[]> {
  const committed = await kafka.committed(redriveGroup, DEAD_LETTER_TOPIC)
  const letters: DeadLetter[] = []
  await kafka.read(await kafka.spansOf(DEAD_LETTER_TOPIC), async records => {
    for (const record of records) letters.push(letterOf(record, record.offset < (committed.get(record.partition) ?? 0)))
  })
  return letters
}

export function letterOf(record: LogRecord, redriven: boolean): DeadLetter {
  const { partition, offset } = record
  const letter = objectOf(parseJson(record.value?.toString('utf8') ?? ''))
  if (!letter || typeof letter.topic !== 'string')
    return { partition, offset, original: null, origin: 'unknown', error: 'not a dead letter', failedAt: '', redriven }
  return {
    partition,
    offset,
    original: originalOf(letter as { topic: string }),
    origin: `${letter.topic} ${letter.partition}/${letter.offset}`,
    error: String(letter.error),
    failedAt: String(letter.failedAt),
    redriven,
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
