/** How long a fetch waits for a record, for every consumer of kafkajs in this process: as it was set up, and shorter while a partition is paused. */
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js'

/** A partition that is resumed is fetched when the fetch under way has ended, which was asked for without it. */
const WAIT_MS_MAX_PAUSED = 250

const { fetch } = ConsumerGroup.prototype
const waits = new WeakMap<ConsumerGroup, number>()

ConsumerGroup.prototype.fetch = function fetchForAWhile(this: ConsumerGroup, nodeId) {
  const waitMs = waits.get(this) ?? this.maxWaitTime
  waits.set(this, waitMs)
  this.maxWaitTime = this.paused().length > 0 ? Math.min(waitMs, WAIT_MS_MAX_PAUSED) : waitMs
  return fetch.call(this, nodeId)
}
