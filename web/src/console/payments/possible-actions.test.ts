import { describe, expect, test } from '@jest/globals'
import { paymentOf } from '../../api/sample-answers.ts'
import { CallFailure } from '../session/session.ts'
import { possibleActions, refusalIn } from './possible-actions.ts'

const pendingOperation = {
  operationId: 'op_01M81Y01T0ZB6J3W9H5XE8R2QN',
  kind: 'capture',
  amount: 5,
  since: '2026-11-22T06:00:17.421Z',
} as const

test.each([
  [paymentOf('AUTHORIZED'), ['capture', 'void']],
  [paymentOf('PARTIALLY_CAPTURED', { capturableAmount: 5 }), ['capture', 'void']],
  [paymentOf('COMPLETED'), ['refund']],
  [paymentOf('PARTIALLY_REFUNDED', { refundableAmount: 1 }), ['refund']],
  [paymentOf('REFUNDED'), []],
  [paymentOf('VOIDED'), []],
  [paymentOf('DECLINED'), []],
  [paymentOf('AUTHORIZED', { pendingOperation }), ['inquire']],
  [paymentOf('REQUESTED', { pendingOperation }), ['inquire']],
])('$status with pendingOperation $pendingOperation.kind', (payment, possible) => {
  expect(possibleActions(payment)).toEqual(possible)
})

describe('a refusal', () => {
  const failure = (code: ConstructorParameters<typeof CallFailure>[0], details: object) =>
    refusalIn(new CallFailure(code, 'req_1', { details: details as Record<string, unknown>, isFinal: true }))

  test.each([
    ['PAYMENT_DECLINED', { reason: 'lost_card' }, { kind: 'declined', reason: 'lost_card' }],
    ['REFUND_CONFLICT', { reason: 'amount', remaining: 7 }, { kind: 'amount', remainingMinor: 7 }],
    ['CAPTURE_CONFLICT', { reason: 'expired', remaining: 0 }, { kind: 'expired' }],
    ['VOID_CONFLICT', { reason: 'status', status: 'VOIDED', remaining: 0 }, { kind: 'status', status: 'VOIDED' }],
    ['FORBIDDEN', { reason: 'role' }, undefined],
  ] as const)('%s %p', (code, details, refusal) => expect(failure(code, details)).toEqual(refusal))
})
