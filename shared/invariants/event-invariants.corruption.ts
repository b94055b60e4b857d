/** Corruptions that make the invariants of events in the outbox fail. For tests only. */
import type { eventInvariants } from './event-invariants.ts'
import { COPY_TO_ARCHIVE, change, type PlantedFor, remove } from './planted.corruption.ts'
import { NOW_MS } from './sample-payments.ts'

export const eventCorruptions: PlantedFor<(typeof eventInvariants)[number]['name']> = {
  'operations-have-events': {
    samples: [
      {
        what: 'an operation whose event names another',
        alsoBreaks: ['events-have-operations', 'one-expectation-per-event'],
        row: 'op_',
        inPayment: history => {
          history.outbox[1]!.event!.operationId = 'op_other'
        },
      },
    ],
    system: [
      {
        what: 'an event of another operation',
        payment: 'authorized',
        sql: [
          change.event('payment.authorized', `payload = REPLACE(payload, '"operationId":"op_', '"operationId":"op_X')`),
        ],
        alsoBreaks: ['events-have-operations', 'outbox-in-kafka'],
        offender: /^op_/,
      },
    ],
  },
  'events-have-operations': {
    samples: [
      {
        what: 'an event of another amount than its operation',
        alsoBreaks: ['event-totals', 'one-capture-entry', 'one-item-per-event', 'one-expectation-per-event'],
        row: 'evt_',
        inPayment: history => {
          history.outbox[1]!.event!.amount = 9_999
        },
      },
    ],
    system: [
      {
        what: 'a lost operation',
        payment: 'captured',
        sql: [remove.operation('capture')],
        alsoBreaks: ['approvals-known', 'captured-by-operations', 'keys-and-operations'],
        offender: /^evt_/,
      },
    ],
  },
  'event-sequence': {
    samples: [
      {
        what: 'a gap in the sequence',
        inPayment: history => {
          history.outbox[2]!.sequence = 4
          history.outbox[2]!.event!.sequence = 4
        },
      },
    ],
    system: [
      {
        what: 'a payment that counts an event too many',
        payment: 'refunded',
        sql: [change.payment('event_count = event_count + 1')],
      },
    ],
  },
  'event-in-one-place': {
    samples: [
      {
        what: 'an event in the outbox and in its archive',
        alsoBreaks: ['event-sequence', 'operations-have-events', 'order-in-topic'],
        row: 'evt_',
        inPayment: history => {
          history.outbox.push({ ...history.outbox[0]!, archived: true })
        },
      },
    ],
    system: [
      {
        what: 'an event in the outbox and in its archive',
        payment: 'authorized',
        sql: [COPY_TO_ARCHIVE],
        alsoBreaks: ['event-sequence', 'operations-have-events', 'order-in-topic', 'distinct-events'],
        offender: /^evt_/,
      },
    ],
  },
  'event-envelope': {
    samples: [
      {
        what: 'a payload with another event id',
        row: 'evt_',
        inPayment: history => {
          history.outbox[0]!.event!.eventId = 'evt_other'
        },
      },
      {
        what: 'an unreadable payload',
        alsoBreaks: ['operations-have-events'],
        row: 'evt_',
        inPayment: history => {
          history.outbox[0]!.event = null
        },
      },
    ],
    system: [
      {
        what: 'a payload that says another sequence',
        payment: 'captured',
        sql: [change.event('payment.captured', `payload = REPLACE(payload, '"sequence":2', '"sequence":3')`)],
        alsoBreaks: ['outbox-in-kafka'],
        offender: /^evt_/,
      },
    ],
  },
  'event-totals': {
    samples: [
      {
        what: 'an event with wrong running totals',
        alsoBreaks: ['answers-agree', 'event-releases'],
        row: 'evt_',
        inPayment: history => {
          history.outbox[1]!.event!.payment.capturedAmount = 9_999
        },
      },
    ],
    system: [
      {
        what: 'a payload with other running totals',
        payment: 'refunded',
        sql: [
          change.event('payment.captured', `payload = REPLACE(payload, '"refundedAmount":0', '"refundedAmount":1')`),
        ],
        alsoBreaks: ['answers-agree', 'outbox-in-kafka'],
        offender: /^evt_/,
      },
    ],
  },
  'event-releases': {
    samples: [
      {
        what: 'a capture of all that says it released something',
        inPayment: history => {
          history.outbox[1]!.event!.releasedAmount = 1
        },
      },
    ],
    system: [
      {
        what: 'a capture of all that says it released something',
        payment: 'captured',
        sql: [
          change.event(
            'payment.captured',
            `payload = REPLACE(payload, '"feeAmount"', '"releasedAmount":1,"feeAmount"')`,
          ),
        ],
        alsoBreaks: ['outbox-in-kafka'],
        offender: /^evt_/,
      },
    ],
  },
  'newest-event-is-payment': {
    samples: [
      {
        what: 'a newest event with another status',
        alsoBreaks: ['answers-agree'],
        inPayment: history => {
          history.outbox[2]!.event!.payment.status = 'COMPLETED'
        },
      },
    ],
    system: [
      {
        what: 'a newest event of another status',
        payment: 'captured',
        sql: [change.event('payment.captured', `payload = REPLACE(payload, 'COMPLETED', 'PARTIALLY_CAPTURED')`)],
        alsoBreaks: ['answers-agree', 'outbox-in-kafka'],
      },
    ],
  },
  'events-complete': {
    samples: [
      {
        what: 'a payment whose refunded event was never written',
        alsoBreaks: ['operations-have-events', 'newest-event-is-payment', 'entries-have-events', 'one-item-per-event'],
        inPayment: history => {
          history.outbox.pop()
          history.payment!.eventCount = 2
        },
      },
    ],
    system: [
      {
        what: 'a lost outbox row',
        payment: 'authorized',
        sql: [remove.event('payment.authorized')],
        alsoBreaks: ['operations-have-events', 'event-sequence', 'no-ghost-events', 'distinct-events'],
      },
    ],
  },
  'outbox-published': {
    samples: [
      {
        what: 'an outbox row that nobody publishes',
        row: 'evt_',
        inPayment: history => {
          history.outbox[0]!.publishedAtMs = null
          history.outbox[0]!.inKafka = null
        },
      },
      {
        what: 'a parked outbox row',
        row: 'evt_',
        inPayment: history => {
          Object.assign(history.outbox[0]!, {
            publishedAtMs: null,
            inKafka: null,
            createdAtMs: NOW_MS,
            parkedAtMs: NOW_MS,
          })
        },
      },
    ],
    system: [
      {
        what: 'an outbox row that nobody publishes',
        payment: 'authorized',
        sql: [change.event('payment.authorized', 'published_at = NULL')],
        offender: /^evt_/,
      },
      {
        what: 'a parked outbox row',
        payment: 'authorized',
        sql: [
          change.event('payment.authorized', "published_at = NULL, parked_at = created_at, last_error = 'too large'"),
        ],
        offender: /^evt_/,
      },
    ],
  },
}
