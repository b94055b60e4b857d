/** Feeds the records of some partitions of a topic to their function: one batch at a time, in order, until all of it is settled. */
import type { KafkaMessage } from 'kafkajs'
import { Delivery, type DeliveryPorts } from './delivery.ts'
import { EVENT_BYTES_MAX, envelopeBytesOf, type FetchedRecord } from './lambda-event.ts'
import { PartitionQueue } from './partition-queue.ts'
import type { KafkaSource } from './source.ts'
import { otherTurns } from './turn.ts'

export interface ProcessorEvents {
  /** The records of the partition before this offset are settled. */
  settled(partition: number, nextOffset: number): void
  /** The partition's queue has room again after it was full. */
  roomy(partition: number): void
}

export type ProcessorPorts = DeliveryPorts & ProcessorEvents

export interface PartitionStatus {
  /** Behind the last settled record; null before the first is settled. */
  nextOffset: number | null
  inFlight: number
  waiting: number
  failedAttempts: number
  lastError: string | null
}

export class PartitionProcessor {
  /** Resolves when no invocation of this processor runs any more and none will. */
  readonly ended: Promise<void>
  readonly #source: KafkaSource
  readonly #queues: Map<number, PartitionQueue>
  readonly #ports: ProcessorPorts
  readonly #stopping = new AbortController()
  /** Which partition the next batch begins with. It moves on with each batch, so that no partition is always the last. */
  #turn = 0
  readonly #envelopeBytes: number
  #wake = () => {}
  readonly #delivery: Delivery

  /** Begins when `after` has settled: the end of the earlier processors of these partitions. Two invocations must not overlap. */
  constructor(source: KafkaSource, partitions: readonly number[], ports: ProcessorPorts, after: Promise<unknown>) {
    this.#source = source
    this.#queues = new Map(partitions.map(partition => [partition, new PartitionQueue(source, partition)]))
    this.#envelopeBytes = envelopeBytesOf(source)
    this.#ports = ports
    this.#delivery = new Delivery(this.name, source, ports, this.#stopping.signal)
    this.ended = after.catch(() => {}).then(() => this.#run())
  }

  get isStopped(): boolean {
    return this.#stopped
  }

  /** Takes fetched records, in order. Takes nothing once it is stopped. True when the queue is full: then fetch no more until `roomy`. */
  push(partition: number, messages: readonly KafkaMessage[], endOffset: number): boolean {
    // The queue was emptied, so a later record would look like the one after the last that is settled.
    if (this.#stopped) return false
    const queue = this.#queues.get(partition)!
    const movedTo = queue.push(messages, endOffset)
    if (movedTo !== undefined) this.#ports.settled(partition, movedTo)
    this.#wake()
    return queue.isFull
  }

  /** Starts no further attempt. A running one goes on: wait for `ended`. */
  stop(): void {
    this.#stopping.abort()
    for (const queue of this.#queues.values()) queue.clear()
    this.#wake()
  }

  status(partition: number): PartitionStatus {
    const queue = this.#queues.get(partition)!
    const { inFlight, failing } = this.#delivery
    const isFailing = failing?.records.some(record => record.partition === partition)
    return {
      nextOffset: queue.nextOffset,
      inFlight: inFlight.filter(record => record.partition === partition).length,
      waiting: queue.length,
      failedAttempts: isFailing ? failing!.failedAttempts : 0,
      lastError: isFailing ? failing!.error : null,
    }
  }

  get name(): string {
    return `${this.#source.functionKey} ${this.#source.topic}-${[...this.#queues.keys()].join(',')}`
  }

  get isInvoking(): boolean {
    return this.#delivery.inFlight.length > 0
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#gather()
      if (this.#stopped) return
      if (!(await this.#delivery.settle(this.#takeBatch(), (...moved) => this.#settled(...moved)))) return
      for (const queue of this.#queues.values()) {
        const nextOffset = queue.settleTaken()
        if (nextOffset !== undefined) this.#settled(queue.partition, nextOffset)
      }
      await otherTurns()
    }
  }

  #settled(partition: number, nextOffset: number): void {
    this.#queues.get(partition)!.settleUpTo(nextOffset)
    this.#ports.settled(partition, nextOffset)
  }

  /** Waits for a record, then as long as the batching window asks. */
  async #gather(): Promise<void> {
    while (this.#waiting === 0 && !this.#stopped) await this.#arrival()
    const { batchSize, batchingWindowMs } = this.#source
    if (batchingWindowMs === 0) return this.#restOfFetch()
    let isOver = false
    const timer = setTimeout(() => {
      isOver = true
      this.#wake()
    }, batchingWindowMs)
    const isFull = () => this.#waiting >= batchSize || this.#waitingBytes >= EVENT_BYTES_MAX
    while (!isFull() && !isOver && !this.#stopped) await this.#arrival()
    clearTimeout(timer)
  }

  /** kafkajs hands the partitions of a fetch over one after the other, in one turn of the event loop. */
  async #restOfFetch(): Promise<void> {
    if (this.#queues.size > 1) await new Promise(resolve => setImmediate(resolve))
  }

  #arrival(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }

  get #waiting(): number {
    return this.#queues.values().reduce((sum, queue) => sum + queue.length, 0)
  }

  get #waitingBytes(): number {
    return this.#queues.values().reduce((sum, queue) => sum + queue.bytes, this.#envelopeBytes)
  }

  #takeBatch(): FetchedRecord[] {
    const batch: FetchedRecord[] = []
    let bytesLeft = EVENT_BYTES_MAX - this.#envelopeBytes
    for (const queue of this.#inTurn()) {
      const { records, bytes } = this.#takeFrom(queue, this.#source.batchSize - batch.length, bytesLeft)
      // A record that is larger than the limit is a batch by itself. The delivery decides what becomes of it.
      if (batch.length === 0 && records.length === 0 && queue.length > 0)
        return this.#takeFrom(queue, 1, Number.POSITIVE_INFINITY).records
      batch.push(...records)
      bytesLeft -= bytes
    }
    return batch
  }

  /** The queues, another one first each time. */
  #inTurn(): PartitionQueue[] {
    const queues = [...this.#queues.values()]
    const first = this.#turn % queues.length
    this.#turn += 1
    return [...queues.slice(first), ...queues.slice(0, first)]
  }

  #takeFrom(queue: PartitionQueue, recordsMax: number, bytesMax: number) {
    const wasFull = queue.isFull
    const taken = queue.take(recordsMax, bytesMax)
    if (wasFull && !queue.isFull) this.#ports.roomy(queue.partition)
    return taken
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted
  }
}
