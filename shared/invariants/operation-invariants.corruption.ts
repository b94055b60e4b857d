/** Corruptions that make the invariants of operations and of the answers stored under their keys fail. For tests only. */
import type { operationInvariants } from './operation-invariants.ts'
import { change, type PlantedFor, remove } from './planted.corruption.ts'
import { minutesAgo, pendingPayment } from './sample-payments.ts'

const STUCK_ID = `op_${'0'.repeat(26)}`

/** Adds what a person said of the payment's operation of this kind. `values`: outcome, who, reason, settled_at, acquirer_said. */
const settled = (kind: string, values: string): string =>
  `INSERT INTO manual_settlement
     (operation_id, payment_id, attempt, outcome, who, reason, settled_at, acquirer_said)
   SELECT operation_id, payment_id, attempt, ${values} FROM payment_operation WHERE payment_id = :payment AND kind = '${kind}'`

export const operationCorruptions: PlantedFor<(typeof operationInvariants)[number]['name']> = {
  'nothing-stuck': {
    samples: [
      {
        what: 'an operation nobody works on any more',
        row: 'op_',
        inPayment: history => {
          const [operation] = pendingPayment(99).operations
          operation!.leaseUntilMs = minutesAgo(2)
          history.payment!.pendingOperationId = operation!.operationId
          history.operations.push(operation!)
        },
      },
    ],
    system: [
      {
        what: 'an operation whose lease ran out long ago',
        payment: 'authorized',
        sql: [
          change.payment(`pending_operation_id = '${STUCK_ID}'`),
          `INSERT INTO payment_operation
             (operation_id, payment_id, merchant_id, kind, amount, currency, state, lease_until_ms, next_attempt_at_ms, created_at)
           SELECT '${STUCK_ID}', payment_id, merchant_id, 'capture', 1, currency, 'PENDING', 1, 1, created_at
           FROM payment WHERE payment_id = :payment`,
        ],
        offender: /^op_0+$/,
      },
    ],
  },
  'finished-has-time': {
    samples: [
      {
        what: 'a finished operation without a time',
        row: 'op_',
        inPayment: history => {
          history.operations[0]!.finishedAtMs = null
        },
      },
    ],
    system: [
      {
        what: 'a finished operation without its time',
        payment: 'captured',
        sql: [change.operation('capture', 'finished_at = NULL')],
        offender: /^op_/,
      },
    ],
  },
  'settled-by-hand': {
    samples: [
      {
        what: 'an operation that is not as it was settled',
        row: 'op_',
        inPayment: ({ operations, settlements }) => {
          settlements.push({ operationId: operations[1]!.operationId, outcome: 'FAILED', acquirerSaid: null })
        },
      },
      {
        what: 'an operation that was settled twice',
        row: 'op_',
        inPayment: ({ operations, settlements }) => {
          const settlement = { operationId: operations[0]!.operationId, outcome: 'SUCCEEDED', acquirerSaid: null }
          settlements.push(settlement, settlement)
        },
      },
      {
        what: 'an acquirer that says the contrary',
        row: 'op_',
        inPayment: ({ operations, settlements }) => {
          const { operationId } = operations[0]!
          settlements.push({ operationId, outcome: 'SUCCEEDED', acquirerSaid: 'canceled' })
        },
      },
      {
        what: 'a settlement of an operation that is not there',
        row: 'op_lost',
        inPayment: ({ settlements }) => {
          settlements.push({ operationId: 'op_lost', outcome: 'FAILED', acquirerSaid: null })
        },
      },
    ],
    system: [
      {
        what: 'an operation that is not as it was settled',
        payment: 'captured',
        sql: [settled('capture', "'FAILED', 'somebody', 'planted', created_at, NULL")],
        offender: /^op_/,
      },
      {
        what: 'an acquirer that says the contrary of a settlement',
        payment: 'authorized',
        sql: [settled('authorize', "'SUCCEEDED', 'somebody', 'planted', created_at, 'canceled'")],
        offender: /^op_/,
      },
    ],
  },
  'answers-stored': {
    samples: [
      {
        what: 'a lost answer',
        row: 'op_',
        inPayment: history => {
          history.operations[1]!.answer = null
        },
      },
    ],
    system: [
      {
        what: 'a lost answer',
        payment: 'authorized',
        sql: [remove.answer()],
        offender: /^op_/,
      },
    ],
  },
  'answers-agree': {
    samples: [
      {
        what: 'an answer that names another status code',
        row: 'op_',
        inPayment: history => {
          history.operations[1]!.answer!.statusCode = 402
        },
      },
      {
        what: 'an answer that names another total',
        row: 'op_',
        inPayment: history => {
          const answer = history.operations[1]!.answer!
          answer.body = Buffer.from(answer.body!.toString().replace('"capturedAmount":10000', '"capturedAmount":1'))
        },
      },
    ],
    system: [
      {
        what: 'an answer with another status code',
        payment: 'authorized',
        sql: [change.answer('status_code = 200')],
        offender: /^op_/,
      },
      {
        what: 'an answer whose bytes say another amount',
        payment: 'authorized',
        sql: [change.answer(`body = REPLACE(body, '"capturedAmount":0', '"capturedAmount":1')`)],
        offender: /^op_/,
      },
    ],
  },
  'keys-and-operations': {
    samples: [
      {
        what: 'a key that waits for nobody',
        alsoBreaks: ['answers-stored'],
        row: 'shop key-',
        inPayment: history => {
          Object.assign(history.operations[0]!.answer!, { statusCode: null, body: null, finishedAtMs: null })
        },
      },
    ],
    system: [
      {
        what: 'an unfinished answer that nobody works on',
        payment: 'declined',
        sql: [change.answer('status_code = NULL, body = NULL, content_type = NULL, finished_at = NULL')],
        alsoBreaks: ['answers-stored'],
        offender: /^verify-/,
      },
    ],
  },
}
