/** What was fetched of one partition and waits for its turn: filtered, measured, bounded. */
import type { KafkaMessage } from 'kafkajs'
import { createFilter } from './filter.ts'
import { type FetchedRecord, headingBytesOf, recordBytesOf } from './lambda-event.ts'
import type { KafkaSource } from './source.ts'

/** Records fetched ahead of the function: enough to keep it busy while a fetch is under way; more only grow old in memory. */
const WAITING_RECORDS_MAX = 1000
const WAITING_BYTES_MAX = 8 * 1024 * 1024

/** Messages wait as they came, in arrays of plain values: a wrapper for each would live just long enough to be expensive. */
export class PartitionQueue {
  readonly partition: number
  readonly #isWanted: (value: Buffer | null) => boolean
  readonly #bytesOf: (message: KafkaMessage) => number
  readonly #headingBytes: number
  readonly #recordsMax: number
  readonly #waiting: KafkaMessage[] = []
  /** What each takes in an event's JSON. */
  readonly #sizes: number[] = []
  #waitingBytes = 0
  /** By the offset of a waiting message: where the next one begins, when that is not the next offset. */
  readonly #nextOffsets = new Map<number, number>()
  #isFull = false
  /** The last record that was taken, until `settleTaken`. */
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

  /** Takes in what was fetched, in order; `endOffset` is the offset behind all of it. Gives the new `nextOffset` if it moved. */
  push(messages: readonly KafkaMessage[], endOffset: number): number | undefined {
    let movedTo: number | undefined
    for (const message of messages)
      if (this.#isWanted(message.value)) this.#wait(message)
      else movedTo = this.#skipTo(Number(message.offset) + 1) ?? movedTo
    const last = messages.at(-1)
    // The broker kept what lies between for itself: marks of transactions, and what an aborted one wrote.
    if (!last || endOffset > Number(last.offset) + 1) movedTo = this.#skipTo(endOffset) ?? movedTo
    this.#isFull = this.#fill() >= 1
    return movedTo
  }

  /** As many of the oldest as the limits allow, and the bytes that they and their heading take. */
  take(recordsMax: number, bytesMax: number): { records: FetchedRecord[]; bytes: number } {
    const { count, bytes } = this.#fitting(recordsMax, bytesMax)
    if (count === 0) return { records: [], bytes: 0 }
    const sizes = this.#sizes.splice(0, count)
    const records = this.#waiting.splice(0, count).map((message, index) => this.#recordOf(message, sizes[index]!))
    this.#waitingBytes -= bytes - this.#headingBytes
    this.#lastTaken = records.at(-1)
    if (this.#isFull && this.#fill() < 0.5) this.#isFull = false
    return { records, bytes }
  }

  /** Forgets what waits: it will be fetched again. */
  clear(): void {
    this.#waiting.length = 0
    this.#sizes.length = 0
    this.#waitingBytes = 0
    this.#nextOffsets.clear()
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

  #wait(message: KafkaMessage): void {
    const bytes = this.#bytesOf(message)
    this.#waiting.push(message)
    this.#sizes.push(bytes)
    this.#waitingBytes += bytes
  }

  /** What lies before the offset is nothing for the function: it is settled with the record before it, or at once. */
  #skipTo(nextOffset: number): number | undefined {
    const last = this.#waiting.at(-1)
    if (last) this.#nextOffsets.set(Number(last.offset), nextOffset)
    else if (this.#lastTaken) this.#lastTaken.nextOffset = nextOffset
    else {
      this.#nextOffset = nextOffset
      return nextOffset
    }
  }

  #fitting(recordsMax: number, bytesMax: number): { count: number; bytes: number } {
    let count = 0
    let bytes = this.#headingBytes
    for (const size of this.#sizes) {
      if (count === recordsMax || bytes + size > bytesMax) break
      count += 1
      bytes += size
    }
    return { count, bytes }
  }

  #recordOf(message: KafkaMessage, jsonBytes: number): FetchedRecord {
    const offset = Number(message.offset)
    const nextOffset = this.#nextOffsets.get(offset) ?? offset + 1
    this.#nextOffsets.delete(offset)
    return { partition: this.partition, offset, message, nextOffset, jsonBytes }
  }

  /** How full it is; 1 is where fetching pauses. */
  #fill(): number {
    return Math.max(this.#waiting.length / this.#recordsMax, this.#waitingBytes / WAITING_BYTES_MAX)
  }
}
