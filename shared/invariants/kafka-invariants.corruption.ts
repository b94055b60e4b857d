/** Corruptions that make the invariants of what Kafka holds fail. For tests only. */

import type { DeadLetterFacts, HistoryInKafka } from './kafka-facts.ts'
import type { kafkaInvariants } from './kafka-invariants.ts'
import { COPY_TO_ARCHIVE, change, type PlantedFor, recordsOf, replaced } from './planted.corruption.ts'

export const kafkaCorruptions: PlantedFor<(typeof kafkaInvariants)[number]['name']> = {
  'outbox-in-kafka': {
    samples: [
      {
        what: 'a row marked published that never reached Kafka',
        alsoBreaks: ['distinct-events'],
        row: 'evt_',
        inPayment: history => {
          history.outbox[0]!.inKafka = null
        },
      },
      {
        what: 'a record with other bytes',
        row: 'evt_',
        inPayment: history => {
          history.outbox[0]!.inKafka!.differences.push('its payload is not the outbox row’s')
        },
      },
    ],
    system: [
      {
        what: 'a payload that differs from Kafka in one space',
        payment: 'authorized',
        sql: [change.event('payment.authorized', "payload = CONCAT(payload, ' ')")],
        offender: /^evt_/,
      },
      {
        what: 'a row on another topic than in Kafka',
        payment: 'declined',
        sql: [change.event('payment.declined', "topic = 'payment.voided'")],
        alsoBreaks: ['event-envelope', 'events-complete', 'operations-have-events'],
        offender: /^evt_/,
      },
      {
        what: 'an event that never arrived',
        record: recordsOf('authorized', () => []),
        alsoBreaks: ['distinct-events'],
        offender: /^evt_/,
      },
      {
        what: 'another byte in the payload',
        record: recordsOf('authorized', record => [{ ...record, value: replaced(record, '"amount"', ' "amount"') }]),
        offender: /^evt_/,
      },
      {
        what: 'another key',
        record: recordsOf('authorized', record => [{ ...record, key: Buffer.from('pay_other') }]),
        offender: /^evt_/,
      },
      {
        what: 'a missing header',
        record: recordsOf('authorized', record => [
          { ...record, headers: { ...record.headers, 'event-type': undefined } },
        ]),
        offender: /^evt_/,
      },
      {
        what: 'the wrong topic',
        record: recordsOf('authorized', record => [{ ...record, topic: 'payment.captured' }]),
        offender: /^evt_/,
      },
    ],
  },
  'order-in-topic': {
    samples: [
      {
        what: 'two events of one topic in the wrong order',
        alsoBreaks: [
          'one-item-per-event',
          'one-expectation-per-event',
          'item-in-ledger',
          'receivable-is-expected',
          'approvals-known',
          'outcomes-agree',
        ],
        row: 'evt_',
        inPayment: addSecondRefund,
      },
    ],
    system: [
      {
        what: 'an event that its topic has twice',
        payment: 'declined',
        sql: [COPY_TO_ARCHIVE],
        alsoBreaks: ['event-in-one-place', 'event-sequence', 'operations-have-events', 'distinct-events'],
        offender: /^evt_/,
      },
    ],
  },
  'no-ghost-events': {
    samples: [
      {
        what: 'a record that the outbox does not know',
        alsoBreaks: ['distinct-events'],
        row: 'payment.captured 0/7',
        inKafka: kafka => {
          kafka.records++
          kafka.unknownRecords.push({
            topic: 'payment.captured',
            partition: 0,
            offset: 7,
            eventId: 'evt_ghost',
            key: 'pay_ghost',
          })
        },
      },
    ],
    system: [
      {
        what: 'an event that the outbox never had',
        record: recordsOf('authorized', record => [record, { ...record, value: replaced(record, 'evt_', 'evt_X') }]),
        alsoBreaks: ['distinct-events'],
        offender: /^payment\.authorized/,
      },
      {
        what: 'a record that is no event at all',
        record: recordsOf('authorized', record => [
          record,
          { ...record, value: Buffer.from([0xff, 0x00]), headers: {} },
        ]),
        alsoBreaks: ['distinct-events'],
        offender: /^payment\.authorized/,
      },
    ],
  },
  'distinct-events': {
    samples: [
      {
        what: 'fewer event ids in Kafka than outbox rows',
        row: 'event ids',
        inKafka: kafka => {
          kafka.distinct--
        },
      },
    ],
    system: [
      {
        what: 'events that Kafka lost',
        record: recordsOf('captured', () => []),
        alsoBreaks: ['outbox-in-kafka'],
        offender: /^event ids$/,
      },
    ],
  },
  'kafka-keeps-all': {
    samples: [
      {
        what: 'a topic that forgot its first records',
        row: 'payment.captured 0',
        inKafka: kafka => {
          kafka.truncated.push({ topic: 'payment.captured', partition: 0, low: 3 })
        },
      },
    ],
    system: [
      {
        what: 'a topic that lost its first record',
        spans: ([first, ...others]) => [{ ...first!, low: first!.low + 1 }, ...others],
        offender: /^payment\./,
      },
    ],
  },
  'consumer-offsets': {
    samples: [
      {
        what: 'a consumer that stopped',
        row: 'record-ledger-captured payment.captured 0',
        inKafka: kafka => {
          Object.assign(kafka.lags[0]!, { committed: 5, overdue: 2 })
        },
      },
      {
        what: 'a group that committed beyond the end',
        row: 'record-ledger-captured payment.captured 0',
        inKafka: kafka => {
          kafka.lags[0]!.committed = 8
        },
      },
    ],
    system: [
      {
        what: 'a consumer group that is behind',
        lags: ([first, ...others]) => [{ ...first!, end: first!.end + 1, overdue: 1 }, ...others],
        offender: /^record-ledger-captured payment\.captured/,
      },
    ],
  },
  'no-dead-letters': {
    samples: [
      {
        what: 'a dead letter',
        row: 'payment.dlq 0/0',
        inKafka: kafka => {
          kafka.deadLetters.push({
            partition: 0,
            offset: 0,
            origin: 'payment.captured 0/1',
            error: 'schema',
            state: 'waiting',
            noted: 'waiting',
            writtenAtMs: 0,
            row: { origin: 'payment.captured 0/1', state: 'waiting', handledAtMs: 0 },
          })
        },
      },
    ],
    system: [
      {
        what: 'a dead letter that waits',
        deadLetter: { topic: 'payment.captured', partition: 0, offset: 1, error: 'schema' },
        alsoBreaks: ['dead-letters-listed'],
        offender: /^payment\.dlq/,
      },
    ],
  },
  'dead-letters-listed': {
    samples: [
      {
        what: 'a dead letter without a row',
        row: 'payment.dlq 0/0',
        inKafka: kafka => {
          kafka.deadLetters.push({ ...redriven, row: null })
        },
      },
      {
        what: 'a dead letter whose note was not read',
        row: 'payment.dlq 0/0',
        inKafka: kafka => {
          kafka.deadLetters.push({ ...redriven, row: { origin: redriven.origin, state: 'waiting', handledAtMs: 0 } })
        },
      },
      {
        what: 'another letter in the place of one',
        row: 'payment.dlq 0/0',
        inKafka: kafka => {
          kafka.deadLetters.push({
            ...redriven,
            row: { origin: 'payment.refunded 1/7', state: 'redriven', handledAtMs: 0 },
          })
        },
      },
    ],
    system: [
      {
        what: 'a dead letter that nobody has read',
        deadLetter: { topic: 'payment.refunded', partition: 1, offset: 7, error: 'not JSON' },
        alsoBreaks: ['no-dead-letters'],
        offender: /^payment\.dlq/,
      },
    ],
  },
}

const redriven: Omit<DeadLetterFacts, 'row'> = {
  ...{ partition: 0, offset: 0, origin: 'payment.captured 0/1', error: 'schema', writtenAtMs: 0 },
  ...{ state: 'redriven', noted: 'redriven' },
}

/** Splits the refund into two halves and swaps their places in Kafka; everything else stays right. */
function addSecondRefund(history: HistoryInKafka): void {
  const [operation, row, entry] = [history.operations[2]!, history.outbox[2]!, history.entries[2]!]
  const second = structuredClone({ operation, row, entry })
  second.operation.answer!.body = Buffer.from(operation.answer!.body!)
  for (const part of [operation, row.event!, entry, second.operation, second.row.event!, second.entry])
    part.amount = 5_000
  Object.assign(row.event!.payment, { refundedAmount: 5_000, status: 'PARTIALLY_REFUNDED' })
  operation.answer!.body = Buffer.from(
    operation
      .answer!.body!.toString()
      .replace('"refundedAmount":10000', '"refundedAmount":5000')
      .replace('"REFUNDED"', '"PARTIALLY_REFUNDED"'),
  )
  const ids = { operationId: 'op_second', eventId: 'evt_second' }
  Object.assign(second.operation, { operationId: ids.operationId, idempotencyKey: 'second' })
  Object.assign(second.operation.answer!, { operationId: ids.operationId, idempotencyKey: 'second' })
  second.operation.answer!.body = Buffer.from(
    second.operation.answer!.body!.toString().replace(operation.operationId, ids.operationId),
  )
  Object.assign(second.row, { id: 999, eventId: ids.eventId, sequence: 4 })
  Object.assign(second.row.event!, { ...ids, sequence: 4 })
  Object.assign(second.entry, { entryId: 'led_second', eventId: ids.eventId })
  second.row.inKafka!.offset = row.inKafka!.offset - 1
  history.payment!.eventCount = 4
  history.operations.push(second.operation)
  history.outbox.push(second.row)
  history.entries.push(second.entry)
}
