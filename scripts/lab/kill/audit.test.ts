/** The audit finds every way in which a client's answers can differ from the books and from Kafka. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { PaymentHistory } from '../../../shared/invariants/payment-history.ts'
import { settledPayment } from '../../../shared/invariants/sample-payments.ts'
import type { Snapshot } from '../../operate/verify/snapshot.ts'
import { answerOf } from '../client-answer.ts'
import { audit, type KafkaFacts } from './audit.ts'
import type { Transcript } from './client.ts'

const MERCHANT = 'kill-1'
let history: PaymentHistory
let transcript: Transcript
let kafka: KafkaFacts

/** A refunded payment and the client who was told so. */
beforeEach(() => {
  history = settledPayment(1, ['authorize', 'capture', 'refund'], MERCHANT)
  const flow = {
    index: 4,
    merchantId: MERCHANT,
    amount: 10_000,
    currency: 'KRW',
    paymentMethod: 'tok_approve',
    calls: [],
  }
  const told = history.operations.map(operation => ({
    call: {
      kind: operation.kind as 'authorize' | 'capture' | 'refund',
      key: operation.idempotencyKey!,
      expected: operation.answer!.statusCode!,
    },
    answer: answerOf(operation.answer!.statusCode!, Buffer.from(operation.answer!.body!), null),
    internalErrors: 0,
  }))
  transcript = { flow, paymentId: history.paymentId, told }
  const events = history.outbox.map(row => ({ ...row.event!, type: row.topic, feeAmount: row.event!.feeAmount ?? 0 }))
  kafka = { events: new Map([[history.paymentId, events]]), records: 3, distinct: 3 }
})

const snapshotOf = (...histories: PaymentHistory[]) =>
  ({
    histories: async function* () {
      yield* histories
    },
    answers: async function* () {
      for (const { operations } of histories) for (const { answer } of operations) if (answer) yield answer
    },
  }) as unknown as Snapshot

const mismatches = (...histories: PaymentHistory[]) => audit([transcript], MERCHANT, snapshotOf(...histories), kafka)

test('told = database = Kafka = ledger', async () => {
  expect(await mismatches(history)).toEqual([])
})

describe('a mismatch', () => {
  test.each<[string, (history: PaymentHistory, transcript: Transcript, kafka: KafkaFacts) => void, RegExp]>([
    ['a capture that the client was never told of', (_, { told }) => void told.pop(), /status "REFUNDED"/],
    [
      'money that did not move',
      ({ payment }) => {
        payment!.refundedAmount = 0
      },
      /totals/,
    ],
    ['a lost entry', ({ entries }) => void entries.pop(), /ledger/],
    ['an entry too many', ({ entries }) => void entries.push({ ...entries[0]!, entryId: 'led_x' }), /ledger/],
    [
      'a second operation',
      ({ operations }) => void operations.push({ ...operations[1]!, operationId: 'op_2' }),
      /operations/,
    ],
    ['an event missing in Kafka', (_, __, { events }) => void [...events.values()][0]!.pop(), /events in Kafka/],
    [
      'an event too many in Kafka',
      (_, __, { events }) => {
        const known = [...events.values()][0]!
        known.push({ ...known[2]!, eventId: 'evt_x', sequence: 4 })
      },
      /events in Kafka/,
    ],
    [
      'another fee than the event says',
      (_, __, { events }) => {
        ;[...events.values()][0]![1]!.feeAmount = 1
      },
      /ledger/,
    ],
    [
      'other bytes than those told',
      (_, { told }) => {
        told[1]!.answer!.body = Buffer.from('{}')
      },
      /key key-.*capture: stored/,
    ],
    [
      'an answer that was not stored',
      ({ operations }) => {
        operations[1]!.answer = null
      },
      /its answer is not stored/,
    ],
    [
      'a 500',
      (_, { told }) => {
        told[0]!.internalErrors = 2
      },
      /told 500, 2 times/,
    ],
    [
      'a call without an answer',
      (_, { told }) => {
        told[2]!.answer = null
      },
      /no final answer/,
    ],
    [
      'an unexpected answer',
      (_, { told }) => {
        told[2]!.call.expected = 409
      },
      /told 200 .*, expected 409/,
    ],
  ])('%s', async (_, spoil, found) => {
    spoil(history, transcript, kafka)
    expect((await mismatches(history)).join('\n')).toMatch(found)
  })

  test('a payment that no client knows', async () => {
    const unknown = settledPayment(2, ['authorize'], MERCHANT)
    expect((await mismatches(history, unknown)).join()).toMatch(`${unknown.paymentId}: in the database, but no client`)
  })

  test('a payment that is not in the database', async () => {
    expect((await mismatches()).join()).toMatch(
      `was told of payment ${history.paymentId}, which is not in the database`,
    )
  })
})

test('payments of other merchants are none of its business', async () => {
  expect(await mismatches(history, settledPayment(3, ['authorize'], 'other'))).toEqual([])
})
