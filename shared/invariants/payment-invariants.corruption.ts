/** Corruptions that make the invariants of the payment row fail. For tests only. */
import type { paymentInvariants } from './payment-invariants.ts'
import { change, type PlantedFor, remove } from './planted.corruption.ts'

export const paymentCorruptions: PlantedFor<(typeof paymentInvariants)[number]['name']> = {
  'totals-in-bounds': {
    samples: [
      {
        what: 'more refunded than captured, everywhere alike',
        alsoBreaks: [
          'status-fits-totals',
          'one-item-per-event',
          'one-expectation-per-event',
          'item-in-ledger',
          'receivable-is-expected',
          'approvals-known',
          'hold-is-payment',
        ],
        inPayment: history => {
          history.payment!.refundedAmount = 10_001
          const refund = history.operations[2]!
          refund.amount = 10_001
          history.entries[2]!.amount = 10_001
          history.outbox[2]!.event!.amount = 10_001
          history.outbox[2]!.event!.payment.refundedAmount = 10_001
          refund.answer!.body = Buffer.from(
            refund.answer!.body!.toString().replace('"refundedAmount":10000', '"refundedAmount":10001'),
          )
        },
      },
    ],
    system: [
      {
        what: 'more refunded than captured',
        payment: 'refunded',
        sql: [change.payment('refunded_amount = captured_amount + 1')],
        alsoBreaks: [
          'hold-is-payment',
          'status-fits-totals',
          'refunded-by-operations',
          'newest-event-is-payment',
          'refunded-in-ledger',
          'net-in-ledger',
          'balance-receivable',
          'balance-merchants',
        ],
      },
    ],
  },
  'status-fits-totals': {
    samples: [
      {
        what: 'a status that its totals do not fit',
        alsoBreaks: ['newest-event-is-payment'],
        inPayment: history => {
          history.payment!.status = 'PARTIALLY_REFUNDED'
        },
      },
    ],
    system: [
      {
        what: 'a status ahead of its totals',
        payment: 'authorized',
        sql: [change.payment("status = 'COMPLETED'")],
        alsoBreaks: ['hold-is-payment', 'status-fits-operations', 'newest-event-is-payment', 'events-complete'],
      },
    ],
  },
  'status-fits-operations': {
    samples: [
      {
        what: 'authorized for another amount',
        alsoBreaks: ['approvals-known', 'events-have-operations'],
        inPayment: history => {
          history.operations[0]!.amount = 9_999
        },
      },
    ],
    system: [
      {
        what: 'an authorization of another amount',
        payment: 'authorized',
        sql: [change.operation('authorize', 'amount = amount + 1')],
        alsoBreaks: ['approvals-known', 'events-have-operations'],
      },
    ],
  },
  'captured-in-time': {
    samples: [
      {
        what: 'a capture that was claimed when its time had run out',
        row: 'op_',
        inPayment: history => {
          history.payment!.captureBeforeMs = history.operations[1]!.createdAtMs
        },
      },
    ],
    system: [
      {
        what: 'a capture that was claimed when its time had run out',
        payment: 'captured',
        sql: [change.payment('capture_before = created_at')],
        offender: /^op_/,
      },
    ],
  },
  'captured-by-operations': {
    samples: [
      {
        what: 'a capture operation of another amount',
        alsoBreaks: ['approvals-known', 'events-have-operations'],
        inPayment: history => {
          history.operations[1]!.amount = 9_999
        },
      },
    ],
    system: [
      {
        what: 'a capture of another amount',
        payment: 'captured',
        sql: [change.operation('capture', 'amount = amount + 1')],
        alsoBreaks: ['approvals-known', 'events-have-operations'],
      },
    ],
  },
  'refunded-by-operations': {
    samples: [
      {
        what: 'a refund operation of another amount',
        alsoBreaks: ['approvals-known', 'events-have-operations'],
        inPayment: history => {
          history.operations[2]!.amount = 9_999
        },
      },
    ],
    system: [
      {
        what: 'a refund of another amount',
        payment: 'refunded',
        sql: [change.operation('refund', 'amount = amount + 1')],
        alsoBreaks: ['approvals-known', 'events-have-operations'],
      },
    ],
  },
  'one-merchant-one-currency': {
    samples: [
      {
        what: 'an operation in another currency',
        alsoBreaks: ['approvals-known'],
        row: 'op_',
        inPayment: history => {
          history.operations[1]!.currency = 'USD'
        },
      },
    ],
    system: [
      {
        what: 'an operation in another currency',
        alsoBreaks: ['approvals-known'],
        payment: 'captured',
        sql: [change.operation('capture', "currency = 'USD'")],
        offender: /^op_/,
      },
    ],
  },
  'pending-operation': {
    samples: [
      {
        what: 'a pending operation that is finished',
        inPayment: history => {
          history.payment!.pendingOperationId = history.operations[2]!.operationId
        },
      },
    ],
    system: [
      {
        what: 'a payment that waits for a finished operation',
        payment: 'authorized',
        sql: [change.payment('pending_operation_id = (SELECT MIN(operation_id) FROM payment_operation)')],
      },
    ],
  },
  'nothing-orphaned': {
    samples: [
      {
        what: 'a lost payment row',
        alsoBreaks: ['balance-merchants', 'balance-fees'],
        row: 'op_',
        inPayment: history => {
          history.payment = null
        },
      },
    ],
    system: [
      {
        what: 'a lost payment',
        payment: 'authorized',
        sql: [remove.payment()],
        offender: /^op_/,
      },
    ],
  },
}
