import { expect, test } from '@jest/globals'
import { errorBodyOf } from '../contracts/errors.ts'
import { paymentIdOf } from './payment-id.ts'

const paymentId = 'pay_01M81XZHJW17YGZNRCM5X9JWX9'
const caller = { language: 'ko', requestId: 'mine' } as const

test('of the path, of an authorization that was claimed, of a payment and of an error in either language', () => {
  expect(paymentIdOf({ path: { paymentId }, caller })).toBe(paymentId)
  expect(paymentIdOf({ caller: { ...caller, paymentId } })).toBe(paymentId)
  expect(paymentIdOf({ caller }, JSON.stringify({ paymentId, merchantId: 'm' }))).toBe(paymentId)
  for (const language of ['en', 'ko'] as const)
    for (const code of ['OUTCOME_UNKNOWN', 'PAYMENT_DECLINED'] as const) {
      const body = errorBodyOf(code, language, { requestId: 'mine', paymentId, details: { reason: 'x' } })
      expect(paymentIdOf({ caller }, JSON.stringify(body))).toBe(paymentId)
    }
})

test.each([
  ['a list of payments', { items: [{ paymentId }] }],
  ['details that repeat what was sent', { code: 'X', message: 'm', requestId: 'r', details: { paymentId } }],
  ['what is no id', { paymentId: 'pay_\u001b' }],
])('not of %s', (_, body) => {
  expect(paymentIdOf({ caller }, JSON.stringify(body))).toBeUndefined()
})
