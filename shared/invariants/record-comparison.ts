/** Compares every Kafka record with its outbox row, and remembers in a few bytes a row where Kafka holds each event. */
import type { FoundInKafka, UnknownRecord } from './kafka-facts.ts'
import { objectOf, parseJson } from './payment-history.ts'

/** A record as it stands in a topic. */
export interface LogRecord {
  topic: string
  partition: number
  offset: number
  key: Buffer | null
  value: Buffer | null
  headers: Record<string, Buffer | undefined>
  /** When Kafka got it, as far as it is known. */
  timestampMs?: number
}

/** An outbox row as Kafka's records are compared with it. */
export interface OutboxRecord {
  id: number
  eventId: string
  topic: string
  paymentId: string
  payload: string
}

/** Answers which outbox rows events have. */
export interface OutboxLookup {
  /** By event id, as of the snapshot. */
  outboxRecords(eventIds: string[]): Promise<Map<string, OutboxRecord>>
  /** Which of these events have been committed by now, the snapshot aside. */
  committedSince(eventIds: string[]): Promise<Set<string>>
}

const LOOKUP_ROWS = 1_000

export class RecordComparison {
  records = 0
  distinct = 0
  /** Records of events that were committed after the snapshot: not counted. */
  newer = 0
  readonly unknownRecords: UnknownRecord[] = []
  readonly #firstId: number
  // 14 bytes an outbox row, so that millions of events fit.
  readonly #occurrences: Uint32Array
  readonly #partitions: Int16Array
  readonly #offsets: Float64Array
  readonly #differences = new Map<number, string[]>()

  constructor(firstId: number, lastId: number) {
    const size = Math.max(lastId - firstId + 1, 0)
    this.#firstId = firstId
    this.#occurrences = new Uint32Array(size)
    this.#partitions = new Int16Array(size)
    this.#offsets = new Float64Array(size)
  }

  /** What Kafka holds of an outbox row's event, or null. */
  foundOf(outboxId: number): FoundInKafka | null {
    const index = outboxId - this.#firstId
    const occurrences = this.#occurrences[index] ?? 0
    if (occurrences === 0) return null
    const differences = this.#differences.get(outboxId) ?? []
    return { occurrences, partition: this.#partitions[index]!, offset: this.#offsets[index]!, differences }
  }

  /** Takes in records in the order of their partition. */
  async add(records: LogRecord[], rows: OutboxLookup): Promise<void> {
    for (let from = 0; from < records.length; from += LOOKUP_ROWS)
      await this.#addSome(records.slice(from, from + LOOKUP_ROWS), rows)
  }

  async #addSome(records: LogRecord[], rows: OutboxLookup): Promise<void> {
    const named = records.map(record => ({ record, eventId: eventIdOf(record) }))
    const ids = [...new Set(named.map(({ eventId }) => eventId).filter(id => id !== undefined))]
    const known = await rows.outboxRecords(ids)
    const newer = await rows.committedSince(ids.filter(id => !known.has(id)))
    for (const { record, eventId } of named) {
      const row = eventId === undefined ? undefined : known.get(eventId)
      if (row) this.#compared(record, row)
      else if (eventId !== undefined && newer.has(eventId)) this.newer++
      else this.#unknown(record, eventId)
    }
  }

  #unknown({ topic, partition, offset, key }: LogRecord, eventId: string | undefined): void {
    this.records++
    this.unknownRecords.push({ topic, partition, offset, eventId, key: key?.toString() })
  }

  #compared(record: LogRecord, row: OutboxRecord): void {
    const index = row.id - this.#firstId
    this.records++
    this.#occurrences[index]!++
    const differences = differencesOf(record, row)
    if (this.#occurrences[index] === 1) {
      this.distinct++
      this.#partitions[index] = record.partition
      this.#offsets[index] = record.offset
    } else if (this.#partitions[index] !== record.partition) {
      differences.push(`in partitions ${this.#partitions[index]} and ${record.partition}`)
    }
    if (differences.length > 0)
      this.#differences.set(row.id, [...(this.#differences.get(row.id) ?? []), ...differences])
  }
}

/** The event a record says it is: by its payload, else by its header. */
export function eventIdOf({ value, headers }: LogRecord): string | undefined {
  const named = objectOf(parseJson(value?.toString('utf8') ?? ''))?.eventId
  return typeof named === 'string' ? named : headers['event-id']?.toString()
}

/** How a record differs from its outbox row, in words. */
export function differencesOf(record: LogRecord, row: OutboxRecord): string[] {
  const where = `${record.topic} ${record.partition}/${record.offset}`
  const compared: [what: string, inKafka: string | undefined, inOutbox: string][] = [
    ['topic', record.topic, row.topic],
    ['key', record.key?.toString(), row.paymentId],
    ['header event-id', record.headers['event-id']?.toString(), row.eventId],
    ['header event-type', record.headers['event-type']?.toString(), row.topic],
  ]
  const differences = compared
    .filter(([, inKafka, inOutbox]) => inKafka !== inOutbox)
    .map(([what, inKafka, inOutbox]) => `${where}: ${what} is ${inKafka}, in the outbox ${inOutbox}`)
  const sameBytes = record.value?.equals(Buffer.from(row.payload, 'utf8')) ?? false
  return sameBytes ? differences : [...differences, `${where}: its payload is not the outbox row's`]
}
