/** Feeds the records of one partition to its function: one batch at a time, in order, the same batch until it succeeds. */
import { backOffMs, handlerBackOff, sleep } from './back-off.ts'
import { messageOf } from './errors.ts'
import { type FetchedRecord, jsonBytesOf, type LambdaKafkaEvent, lambdaEventOf } from './lambda-event.ts'
import type { Log } from './log.ts'
import type { KafkaSource } from './settings.ts'
import type { Slots } from './slots.ts'

/** AWS's limit on the payload of an invocation. */
const EVENT_BYTES_MAX = 6 * 1024 * 1024
/** Records fetched ahead of the handler: enough to keep it busy while a fetch is under way. */
const BUFFERED_RECORDS_MAX = 5000
const BUFFERED_BYTES_MAX = 8 * 1024 * 1024

export interface PartitionWorkerPorts {
  /** Runs the function to its real end. A rejection means: the same batch again. */
  invoke(functionKey: string, event: LambdaKafkaEvent): Promise<unknown>
  /** The records before this offset are processed. */
  processed(nextOffset: number): void
  /** The buffer has room again after it was full. */
  roomy(): void
  slots: Slots
  log: Log
  waitMs?(failedAttempts: number): number
}

export interface PartitionStatus {
  nextOffset: number | null
  inFlight: number
  waiting: number
  failedAttempts: number
  lastError: string | null
}

interface Batch {
  records: FetchedRecord[]
  nextOffset: number
}

export class PartitionWorker {
  /** Resolves when no handler of this worker runs any more and none will. */
  readonly ended: Promise<void>
  readonly #source: KafkaSource
  readonly #partition: number
  readonly #ports: PartitionWorkerPorts
  readonly #stopping = new AbortController()
  readonly #buffer: { record: FetchedRecord; bytes: number }[] = []
  #bufferedBytes = 0
  #full = false
  #wake = () => {}
  #status: PartitionStatus = { nextOffset: null, inFlight: 0, waiting: 0, failedAttempts: 0, lastError: null }

  /** `after` is the end of an earlier worker of the same partition: two handlers must not overlap. */
  constructor(source: KafkaSource, partition: number, ports: PartitionWorkerPorts, after: Promise<void>) {
    this.#source = source
    this.#partition = partition
    this.#ports = ports
    this.ended = after.catch(() => {}).then(() => this.#run())
  }

  /** Takes fetched records, in order. Says whether the buffer is full now: then fetch no more until `roomy`. */
  push(records: FetchedRecord[]): boolean {
    for (const record of records) {
      const bytes = jsonBytesOf(record)
      this.#buffer.push({ record, bytes })
      this.#bufferedBytes += bytes
    }
    this.#full = this.#fill() >= 1
    this.#wake()
    return this.#full
  }

  /** Starts no further attempt. A running handler goes on: wait for `ended`. */
  stop(): void {
    this.#stopping.abort()
    this.#wake()
  }

  status(): PartitionStatus {
    return { ...this.#status, waiting: this.#buffer.length }
  }

  get name(): string {
    return `${this.#source.functionKey} ${this.#source.topic}-${this.#partition}`
  }

  get inFlight(): number {
    return this.#status.inFlight
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#gather()
      if (this.#stopped) return
      const batch = this.#takeBatch()
      if (!(await this.#untilProcessed(batch))) return
      this.#status.nextOffset = batch.nextOffset
      this.#ports.processed(batch.nextOffset)
    }
  }

  /** Waits for a record, then as long as the batching window asks. */
  async #gather(): Promise<void> {
    while (this.#buffer.length === 0 && !this.#stopped) await this.#arrival()
    const { batchSize, batchingWindowMs } = this.#source
    if (batchingWindowMs === 0) return
    let isOver = false
    const timer = setTimeout(() => {
      isOver = true
      this.#wake()
    }, batchingWindowMs)
    const isFull = () => this.#buffer.length >= batchSize || this.#bufferedBytes >= EVENT_BYTES_MAX
    while (!isFull() && !isOver && !this.#stopped) await this.#arrival()
    clearTimeout(timer)
  }

  #arrival(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }

  #takeBatch(): Batch {
    const records: FetchedRecord[] = []
    let batchBytes = 0
    for (const { record, bytes } of this.#buffer) {
      const fits = records.length === 0 || batchBytes + bytes <= EVENT_BYTES_MAX
      if (!fits || records.length >= this.#source.batchSize) break
      records.push(record)
      batchBytes += bytes
    }
    this.#buffer.splice(0, records.length)
    this.#bufferedBytes -= batchBytes
    if (this.#full && this.#fill() < 0.5) {
      this.#full = false
      this.#ports.roomy()
    }
    return { records, nextOffset: records.at(-1)!.nextOffset }
  }

  /** How full the buffer is; 1 is where fetching pauses. */
  #fill(): number {
    const recordsMax = Math.max(BUFFERED_RECORDS_MAX, 2 * this.#source.batchSize)
    return Math.max(this.#buffer.length / recordsMax, this.#bufferedBytes / BUFFERED_BYTES_MAX)
  }

  /** Hands the batch over until the function succeeds. False when stopped before that. */
  async #untilProcessed(batch: Batch): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      if (await this.#attempt(batch, attempt)) return true
      if (this.#stopped) return false
      await sleep(this.#waitMs(batch, attempt), this.#stopping.signal)
      if (this.#stopped) return false
    }
  }

  async #attempt(batch: Batch, attempt: number): Promise<boolean> {
    const release = await this.#ports.slots.take()
    try {
      if (this.#stopped) return false
      this.#status.inFlight = batch.records.length
      await this.#ports.invoke(this.#source.functionKey, lambdaEventOf(this.#source, this.#partition, batch.records))
      if (attempt > 1) this.#ports.log.notice(`${this.name}: offset ${rangeOf(batch)} succeeded at attempt ${attempt}`)
      Object.assign(this.#status, { failedAttempts: 0, lastError: null })
      return true
    } catch (error) {
      Object.assign(this.#status, { failedAttempts: attempt, lastError: messageOf(error) })
      return false
    } finally {
      this.#status.inFlight = 0
      release()
    }
  }

  #waitMs(batch: Batch, attempt: number): number {
    const waitMs = this.#ports.waitMs?.(attempt) ?? backOffMs(attempt, handlerBackOff)
    this.#ports.log.warning(
      `${this.name}: offset ${rangeOf(batch)} failed (attempt ${attempt}): ${this.#status.lastError}; again in ${waitMs} ms`,
    )
    return waitMs
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted
  }
}

function rangeOf({ records }: Batch): string {
  const first = records[0]!.message.offset
  return records.length === 1 ? first : `${first}–${records.at(-1)!.message.offset}`
}
