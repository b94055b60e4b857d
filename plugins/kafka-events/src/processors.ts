/** Opens the partition processors of a group, so that no two of them run a handler for the same partition at the same time. */
import type { DeliveryPorts } from './delivery.ts'
import { PartitionProcessor, type ProcessorEvents } from './partition-processor.ts'
import type { KafkaSource } from './source.ts'

export class Processors {
  readonly #ports: DeliveryPorts
  /** By partition: when the last invocation for it ends, whichever consumer and generation of the group began it. */
  readonly #ended = new Map<string, Promise<void>>()

  constructor(ports: DeliveryPorts) {
    this.#ports = ports
  }

  /** The processor begins when the earlier ones of its partitions have ended. They must have been stopped. */
  open(source: KafkaSource, partitions: readonly number[], events: ProcessorEvents): PartitionProcessor {
    const keys = partitions.map(partition => `${source.topic}-${partition}`)
    const earlier = Promise.allSettled(keys.map(key => this.#ended.get(key)))
    const processor = new PartitionProcessor(source, partitions, { ...this.#ports, ...events }, earlier)
    for (const key of keys) this.#ended.set(key, processor.ended)
    return processor
  }
}
