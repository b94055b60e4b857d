/** Invariants that need Kafka's records: what was published is there, in order, and nothing else; consumers are at the end. */
import { type CheckResult, failed, holds, type KafkaInvariant, ok, pending, same } from './invariant.ts'
import type { RowInKafka } from './kafka-facts.ts'

const outboxInKafka = {
  name: 'outbox-in-kafka',
  sentence: 'Every published outbox row is in Kafka: same topic, key, headers and payload, byte for byte.',
  *checkEvents({ outbox }) {
    for (const row of outbox) {
      if (row.inKafka)
        yield holds(row.inKafka.differences.length === 0, row.eventId, row.inKafka.differences.join('; '))
      else if (row.publishedAtMs === null) yield pending(row.eventId, 'not published yet')
      else yield failed(row.eventId, `marked published, but not in Kafka (${row.topic})`)
    }
  },
} as const satisfies KafkaInvariant

const inOrder = (earlier: RowInKafka, later: RowInKafka): CheckResult => {
  const [a, b] = [earlier.inKafka!, later.inKafka!]
  const where = `${earlier.topic}: sequence ${earlier.sequence} at ${a.partition}/${a.offset}, ${later.sequence} at ${b.partition}/${b.offset}`
  return holds(a.partition === b.partition && a.offset < b.offset, later.eventId, `out of order in ${where}`)
}

const orderInTopic = {
  name: 'order-in-topic',
  sentence: 'Within a topic the events of a payment first occur in the order of their sequence, in one partition.',
  *checkEvents({ outbox }) {
    for (const rows of Object.values(Object.groupBy(outbox, row => row.topic))) {
      const found = rows!.filter(row => row.inKafka).sort((a, b) => a.sequence - b.sequence)
      for (const [index, later] of found.entries()) yield index === 0 ? ok : inOrder(found[index - 1]!, later)
    }
  },
} as const satisfies KafkaInvariant

const noGhosts = {
  name: 'no-ghost-events',
  sentence: 'Every record on the payment topics is an event of the outbox.',
  *checkKafka({ records, unknownRecords }) {
    for (let known = records - unknownRecords.length; known > 0; known--) yield ok
    for (const { topic, partition, offset, eventId, key } of unknownRecords)
      yield failed(
        `${topic} ${partition}/${offset}`,
        `${eventId ?? 'no event id'} of ${key ?? 'no payment'} is not in the outbox`,
      )
  },
} as const satisfies KafkaInvariant

const distinctEvents = {
  name: 'distinct-events',
  sentence: 'Kafka holds as many different event ids as the outbox has rows (duplicates allowed).',
  *checkKafka({ distinct, unknownRecords, outboxRows, outboxUnsent }) {
    const unknownIds = new Set(
      unknownRecords.map(({ eventId, topic, partition, offset }) => eventId ?? `${topic} ${partition}/${offset}`),
    )
    const found = distinct + unknownIds.size
    yield same('event ids', 'their number in Kafka', found, outboxRows - outboxUnsent)
    if (outboxUnsent > 0) yield pending('event ids', `${outboxUnsent} outbox rows are not published yet`)
  },
} as const satisfies KafkaInvariant

const fromZero = {
  name: 'kafka-keeps-all',
  sentence: 'The payment topics still hold every record from offset 0.',
  *checkKafka({ partitions, truncated }) {
    for (let whole = partitions - truncated.length; whole > 0; whole--) yield ok
    for (const { topic, partition, low } of truncated)
      yield failed(`${topic} ${partition}`, `its log starts at offset ${low}`)
  },
} as const satisfies KafkaInvariant

const consumerOffsets = {
  name: 'consumer-offsets',
  sentence: 'Every consumer group has committed up to the end of its topics.',
  *checkKafka({ lags }) {
    for (const { group, topic, partition, committed, end, overdue } of lags) {
      const row = `${group} ${topic} ${partition}`
      const problem = `committed ${committed} of ${end}`
      if (committed >= end) yield holds(committed === end, row, `${problem}: beyond the end`)
      else yield overdue > 0 ? failed(row, `${problem}, ${overdue} of them overdue`) : pending(row, problem)
    }
  },
} as const satisfies KafkaInvariant

const deadLetters = {
  name: 'no-dead-letters',
  sentence: 'No record waits among the dead letters (npm run dlq lists and redrives them).',
  *checkKafka({ deadLetters }) {
    if (deadLetters.length === 0) yield ok
    for (const { partition, offset, origin, error, state } of deadLetters)
      yield holds(state !== 'waiting', `payment.dlq ${partition}/${offset}`, `from ${origin}: ${error}`)
  },
} as const satisfies KafkaInvariant

const deadLettersListed = {
  name: 'dead-letters-listed',
  sentence:
    'Every dead letter is a row of the console’s list, from the same place and in the state that its last note says.',
  *checkKafka({ deadLetters }, { nowMs, graceMs }) {
    if (deadLetters.length === 0) yield ok
    for (const { partition, offset, origin, noted, writtenAtMs, row } of deadLetters) {
      const name = `payment.dlq ${partition}/${offset}`
      const problem = row === null ? 'has no row' : `from ${origin}, ${noted}; its row says ${row.origin}, ${row.state}`
      // The rows are read after the topic: one may be of a note that came in between.
      const youngestMs = Math.max(writtenAtMs, row?.handledAtMs ?? 0)
      if (row?.origin === origin && row.state === noted) yield ok
      else yield youngestMs > nowMs - graceMs ? pending(name, problem) : failed(name, problem)
    }
  },
} as const satisfies KafkaInvariant

export const kafkaInvariants = [
  outboxInKafka,
  orderInTopic,
  noGhosts,
  distinctEvents,
  fromZero,
  consumerOffsets,
  deadLetters,
  deadLettersListed,
] as const
