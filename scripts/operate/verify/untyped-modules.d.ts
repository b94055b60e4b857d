/** The inside of kafkajs that `verify` uses, as far as it uses it. */
declare module 'kafkajs/src/consumer/batch.js' {
  import type { KafkaMessage } from 'kafkajs'
  export default class Batch {
    constructor(topic: string, fetchedOffset: string, partitionData: object)
    topic: string
    partition: number
    /** Records alone: no markers, nothing of aborted transactions. */
    messages: KafkaMessage[]
    isEmptyIncludingFiltered(): boolean
    /** Markers and aborted records count. */
    lastOffset(): string
  }
}
