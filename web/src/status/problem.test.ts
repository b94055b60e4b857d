import { describe, expect, test } from '@jest/globals'
import { answerOf, refusalOf } from '../api/sample-answers.ts'
import { declineOf, problemTextOf } from './problem.ts'

describe('problemTextOf', () => {
  test.each([
    [refusalOf(402, 'PAYMENT_DECLINED'), 'authorize', 'PAYMENT_DECLINED'],
    [refusalOf(402, 'PAYMENT_DECLINED'), 'capture', 'captureDeclined'],
    [refusalOf(402, 'PAYMENT_DECLINED'), 'refund', 'refundDeclined'],
    [refusalOf(402, 'PAYMENT_DECLINED'), 'void', 'voidDeclined'],
    [refusalOf(402, 'PAYMENT_DECLINED', { reason: 'canceled' }), 'capture', 'notCarriedOut'],
    [refusalOf(409, 'VOID_CONFLICT'), 'void', 'VOID_CONFLICT'],
    [refusalOf(409, 'REFUND_CONFLICT'), 'refund', 'REFUND_CONFLICT'],
    [refusalOf(409, 'DUPLICATE_REQUEST', { reason: 'expired' }), 'authorize', 'DUPLICATE_REQUEST'],
    [refusalOf(422, 'DUPLICATE_REQUEST', { reason: 'different_request' }), 'authorize', 'DIFFERENT_REQUEST'],
    [refusalOf(400, 'VALIDATION_FAILED'), 'authorize', 'VALIDATION_FAILED'],
    [refusalOf(403, 'A_CODE_OF_TOMORROW'), 'authorize', 'OTHER'],
    [answerOf(404, ''), 'authorize', 'OTHER'],
  ] as const)('%#', (answer, operation, text) => {
    expect(problemTextOf(answer, operation)).toBe(text)
  })
})

describe('declineOf', () => {
  test('a reason we have words for, one we have not, and none', () => {
    expect(declineOf(refusalOf(402, 'PAYMENT_DECLINED', { reason: 'insufficient_funds' }))).toEqual({
      text: 'insufficient_funds',
      reason: 'insufficient_funds',
    })
    expect(declineOf(refusalOf(402, 'PAYMENT_DECLINED', { reason: 'moon_phase' }))).toEqual({
      text: 'other',
      reason: 'moon_phase',
    })
    expect(declineOf(refusalOf(402, 'PAYMENT_DECLINED'))).toBeUndefined()
    expect(declineOf(refusalOf(402, 'PAYMENT_DECLINED', { reason: 'canceled' }))).toBeUndefined()
    expect(declineOf(refusalOf(409, 'CAPTURE_CONFLICT', { reason: 'x' }))).toBeUndefined()
  })
})
