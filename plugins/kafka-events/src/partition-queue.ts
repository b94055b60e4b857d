/** What was fetched of one partition and waits for its turn: filtered, measured, bounded. */
import type { KafkaMessage } from 'kafkajs'
import { createFilter } from './filter.ts'
import { type FetchedRecord, headingBytesOf, recordBytesOf } from './lambda-event.ts'
import type { KafkaSource } from './source.ts'

/** Records fetched ahead of the function: enough to keep it busy while a fetch is under way; more only grow old in memory. */
const WAITING_RECORDS_MAX = 1000
const WAITING_BYTES_MAX = 8 * 1024 * 1024

export class PartitionQueue {
  readonly partition: number
  readonly #isWanted: (value: Buffer | null) => boolean
  readonly #bytesOf: (message: KafkaMessage) => number
  readonly #headingBytes: number
  readonly #recordsMax: number
  #waiting: FetchedRecord[] = []
  #waitingBytes = 0
  #isFull = false
  /** The last record that was taken, until `settled`. */
  #lastTaken: FetchedRecord | undefined
  #nextOffset: number | null = null

  constructor(source: KafkaSource, partition: number) {
    this.partition = partition
    this.#isWanted = createFilter(source.filters)
    this.#bytesOf = recordBytesOf(source, partition)
    this.#headingBytes = headingBytesOf(source, partition)
    this.#recordsMax = Math.max(WAITING_RECORDS_MAX, 2 * source.batchSize)
  }

  /** Records that wait. */
  get length(): number {
    return this.#waiting.length
  }

  /** Bytes that the waiting records take in an event's JSON. */
  get bytes(): number {
    return this.#waiting.length === 0 ? 0 : this.#waitingBytes + this.#headingBytes
  }

  /** All records before this one are settled; null before the first is. */
  get nextOffset(): number | null {
    return this.#nextOffset
  }

  /** More fetched than should wait: fetch no more until it is not `isFull` any longer. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Takes in what was fetched, in order; `endOffset` is the offset behind the last of it. Gives the new `nextOffset` if it moved. */
  push(messages: readonly KafkaMessage[], endOffset: number): number | undefined {
    let movedTo: number | undefined
    messages.forEach((message, index) => {
      const offset = Number(message.offset)
      const nextOffset = index === messages.length - 1 ? endOffset : offset + 1
      if (this.#isWanted(message.value)) this.#wait(message, offset, nextOffset)
      else movedTo = this.#skip(nextOffset) ?? movedTo
    })
    this.#isFull = this.#fill() >= 1
    return movedTo
  }

  /** As many of the oldest as the limits allow, and the bytes that they and their heading take. */
  take(recordsMax: number, bytesMax: number): { records: FetchedRecord[]; bytes: number } {
    let count = 0
    let bytes = this.#headingBytes
    for (const { jsonBytes } of this.#waiting) {
      if (count === recordsMax || bytes + jsonBytes > bytesMax) break
      count += 1
      bytes += jsonBytes
    }
    if (count === 0) return { records: [], bytes: 0 }
    const records = this.#waiting.splice(0, count)
    this.#waitingBytes -= bytes - this.#headingBytes
    this.#lastTaken = records.at(-1)
    if (this.#isFull && this.#fill() < 0.5) this.#isFull = false
    return { records, bytes }
  }

  /** All records before are settled. */
  settleUpTo(nextOffset: number): void {
    this.#nextOffset = nextOffset
  }

  /** Everything that was taken is settled. Gives the offset behind it, and behind the unwanted records that follow it. */
  settleTaken(): number | undefined {
    const nextOffset = this.#lastTaken?.nextOffset
    this.#lastTaken = undefined
    return nextOffset
  }

  #wait(message: KafkaMessage, offset: number, nextOffset: number): void {
    const jsonBytes = this.#bytesOf(message)
    const timestampMs = Number(message.timestamp)
    this.#waiting.push({ partition: this.partition, offset, timestampMs, message, nextOffset, jsonBytes })
    this.#waitingBytes += jsonBytes
  }

  /** An unwanted record is settled with the wanted one before it, or at once when there is none. */
  #skip(nextOffset: number): number | undefined {
    const before = this.#waiting.at(-1) ?? this.#lastTaken
    if (before) before.nextOffset = nextOffset
    else this.#nextOffset = nextOffset
    return before ? undefined : nextOffset
  }

  /** How full it is; 1 is where fetching pauses. */
  #fill(): number {
    return Math.max(this.#waiting.length / this.#recordsMax, this.#waitingBytes / WAITING_BYTES_MAX)
  }
}
