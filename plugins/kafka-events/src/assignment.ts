/** The partitions that one generation of a group assigns to a member: their processors, and the commits of what these settle. */
import { within } from './back-off.ts'
import { CommitQueue, type CommitQueuePorts } from './commit-queue.ts'
import type { PartitionProcessor } from './partition-processor.ts'
import type { Processors } from './processors.ts'
import type { KafkaSource } from './source.ts'

export interface AssignmentPorts extends CommitQueuePorts {
  processors: Pick<Processors, 'open'>
  partitionsPerEventMax: number
  /** Fetch the partition again: it was paused because its queue was full. */
  resume(topic: string, partition: number): void
  /** A processor has ended by an error. No handler causes that. */
  processorFailed(error: Error): void
}

export interface AssignedPartition {
  topic: string
  partition: number
  source: KafkaSource
  processor: PartitionProcessor
}

export class Assignment {
  readonly #ports: AssignmentPorts
  readonly #commits: CommitQueue
  /** By `topic-partition`. */
  readonly #partitions = new Map<string, AssignedPartition>()
  #isOver = false

  constructor(ports: AssignmentPorts) {
    this.#ports = ports
    this.#commits = new CommitQueue(ports)
  }

  /** Opens the processors of partitions of one topic. */
  open(source: KafkaSource, partitions: readonly number[]): void {
    for (const shared of chunksOf(partitions, this.#ports.partitionsPerEventMax)) this.#openProcessor(source, shared)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get partitions(): AssignedPartition[] {
    return [...this.#partitions.values()]
  }

  processorOf(topic: string, partition: number): PartitionProcessor | undefined {
    return this.#partitions.get(keyOf(topic, partition))?.processor
  }

  /**
   * Begins no further attempt and waits for the handlers that run, at most so long. Gives the names of the processors whose
   * handlers run even then; undefined when all processors have ended.
   */
  async drain(timeoutMs: number): Promise<string[] | undefined> {
    const processors = this.#processors
    for (const processor of processors) processor.stop()
    const inTime = await within(timeoutMs, Promise.all(processors.map(({ ended }) => ended)))
    return inTime ? undefined : processors.filter(({ isInvoking }) => isInvoking).map(({ name }) => name)
  }

  /** Waits until everything that is settled is committed, at most so long. Says whether it is. */
  flush(timeoutMs: number): Promise<boolean> {
    return this.#commits.flush(timeoutMs)
  }

  /** The partitions may be another member's from here on. Nothing of them is begun or committed any more; what runs runs on. */
  end(): void {
    this.#isOver = true
    for (const processor of this.#processors) processor.stop()
    this.#partitions.clear()
    this.#commits.abandon()
  }

  get #processors(): PartitionProcessor[] {
    return [...new Set(this.partitions.map(({ processor }) => processor))]
  }

  #openProcessor(source: KafkaSource, partitions: readonly number[]): void {
    const { topic } = source
    const processor = this.#ports.processors.open(source, partitions, {
      settled: (partition, offset) => this.#commits.mark({ topic, partition, offset }),
      roomy: partition => this.#ports.resume(topic, partition),
    })
    for (const partition of partitions)
      this.#partitions.set(keyOf(topic, partition), { topic, partition, source, processor })
    processor.ended.catch(error => this.#ports.processorFailed(error as Error))
  }
}

const keyOf = (topic: string, partition: number): string => `${topic}-${partition}`

function chunksOf<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}
