/** Acts on dead letters in Kafka: sends the record of one to its topic again, and notes on payment.dlq what was done. */
import type { ProducerRecord, RecordMetadata } from 'kafkajs'
import { type LetterNote, noteRecordOf, type OriginalRecord } from '../contracts/dead-letter-records.ts'
import { DEAD_LETTER_TOPIC } from '../contracts/topics.ts'
import { DependencyUnavailableError, type LetterSender, RecordRefusedError } from '../payments/ports.ts'
import { type LazyProducer, refusalIn } from './kafka-client.ts'
import { topicTroubleIn } from './topic-states.ts'
import { within } from './within.ts'

/** A send with acks from all replicas. */
export type Send = (record: Omit<ProducerRecord, 'acks'>) => Promise<RecordMetadata[]>

/** Sends a letter's record as it was: topic, partition, key, headers, value. */
export async function sendOriginal(send: Send, { topic, ...original }: OriginalRecord): Promise<void> {
  await send({ topic, messages: [messageOf(original)] })
}

/** Writes the note, and returns its offset on the letter's partition. */
export async function sendNote(send: Send, note: LetterNote): Promise<number> {
  const [written] = await send({ topic: DEAD_LETTER_TOPIC, messages: [noteRecordOf(note)] })
  return Number(written!.baseOffset)
}

/** Headers of one name are sent together, in their order. */
function messageOf({ key, value, partition, headers }: Omit<OriginalRecord, 'topic'>) {
  const byName: Record<string, Buffer | Buffer[]> = {}
  for (const [name, group] of Map.groupBy(headers, ([name]) => name)) {
    const values = group.map(([, bytes]) => bytes)
    byName[name] = values.length === 1 ? values[0]! : values
  }
  return { key, value, partition, headers: byName }
}

/** While it is waited for, the letter's row is locked. */
const SEND_MS_MAX = 4_000

export class KafkaLetterSender implements LetterSender {
  readonly #openProducer: () => LazyProducer
  readonly #notes: LazyProducer

  /** Each record has a producer of its own: one whose topic is missing would fail all later sends of the same producer. */
  constructor(openProducer: () => LazyProducer, notes: LazyProducer) {
    this.#openProducer = openProducer
    this.#notes = notes
  }

  async send(original: OriginalRecord): Promise<void> {
    const producer = this.#openProducer()
    try {
      await inTime(sendOriginal(producer.sendRecord, original), `Kafka did not take the record for ${original.topic}`)
    } finally {
      producer.close()
    }
  }

  note(note: LetterNote): Promise<number> {
    return inTime(sendNote(this.#notes.sendRecord, note), 'Kafka did not take the note about the letter')
  }
}

async function inTime<T>(sending: Promise<T>, problem: string): Promise<T> {
  try {
    if ((await within(SEND_MS_MAX, sending)) === 'late') throw new Error(`no answer within ${SEND_MS_MAX} ms`)
    return await sending
  } catch (error) {
    // Whoever stopped waiting for it hears of it nowhere else.
    sending.catch(() => undefined)
    const refusal = refusalIn(error)?.message ?? topicTroubleIn(error)
    if (refusal !== undefined) throw new RecordRefusedError(refusal, { cause: error })
    throw new DependencyUnavailableError(problem, { cause: error })
  }
}
