import { describe, expect, test } from '@jest/globals'
import { refundRequest } from '../../../shared/contracts/routes/refund-payment.ts'
import { SAMPLE_PAYMENT_ID } from '../api/sample-answers.ts'
import { changeRequestOf, REASON_LENGTH_MAX } from './requests.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'
const sender = { key: 'shop-refund-1', traceparent, language: 'ko' } as const
const bodyOf = (reason: string | undefined) =>
  JSON.parse(changeRequestOf(SAMPLE_PAYMENT_ID, { operation: 'refund', amount: 1, reason }, sender).body ?? '')

describe('a refund’s request', () => {
  test('says the reason, and nothing when there is none', () => {
    expect(bodyOf('단순 변심')).toEqual({ amount: 1, reason: '단순 변심' })
    expect(bodyOf(undefined)).toEqual({ amount: 1 })
  })

  test('belongs to the trace of its click, with its repeats', () => {
    const change = { operation: 'refund', amount: 1 } as const
    expect(changeRequestOf(SAMPLE_PAYMENT_ID, change, sender).headers).toMatchObject({ traceparent })
  })

  test('the longest reason of the form is the longest that the API takes', () => {
    const fits = (length: number) => refundRequest.safeParse(bodyOf('환'.repeat(length))).success
    expect([fits(REASON_LENGTH_MAX), fits(REASON_LENGTH_MAX + 1)]).toEqual([true, false])
  })
})
