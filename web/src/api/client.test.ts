import { describe, expect, test } from '@jest/globals'
import { readAnswer, requestTo } from './client.ts'
import { answerOf, paymentOf, refusalOf, SAMPLE_PAYMENT_ID } from './sample-answers.ts'

describe('requestTo', () => {
  test('fills the path and leaves out what is not given', () => {
    expect(requestTo('getPayment', { path: { paymentId: 'pay_/1' } }, { 'accept-language': 'ko' })).toEqual({
      method: 'GET',
      path: '/payments/pay_%2F1',
      headers: { 'accept-language': 'ko' },
    })
  })

  test('writes query and body', () => {
    expect(requestTo('listPayments', { query: { merchantId: 'a&b', status: undefined, limit: 2 } }).path).toBe(
      '/payments?merchantId=a%26b&limit=2',
    )
    expect(
      requestTo('refundPayment', { path: { paymentId: 'pay_1' }, body: { reason: 'x' } }, { 'idempotency-key': 'k' }),
    ).toEqual({
      method: 'POST',
      path: '/payments/refund/pay_1',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
      body: '{"reason":"x"}',
    })
  })

  test('what the contract does not know does not compile', () => {
    // @ts-expect-error An authorization needs an amount.
    requestTo('authorizePayment', { body: { merchantId: 'm', currency: 'KRW' } })
    // @ts-expect-error A capture has no reason.
    requestTo('capturePayment', { path: { paymentId: 'pay_1' }, body: { reason: 'x' } })
    // @ts-expect-error A payment has an id.
    requestTo('getPayment', {})
    // @ts-expect-error There is no such route.
    expect(() => requestTo('disputePayment', {})).toThrow(TypeError)
  })
})

describe('readAnswer', () => {
  test('is one union, told apart by status and code', () => {
    const answer = readAnswer('capturePayment', refusalOf(409, 'CAPTURE_CONFLICT', { reason: 'status', remaining: 0 }))
    if (answer?.status !== 409 || answer.body.code !== 'CAPTURE_CONFLICT') throw new Error('not a conflict')

    const { details } = answer.body
    expect([answer.body.paymentId, details.reason]).toEqual([SAMPLE_PAYMENT_ID, 'status'])
    if (details.reason !== 'in_progress') expect(details.remaining).toBe(0)
    // @ts-expect-error What is in progress has no remaining amount.
    expect(details.remaining).toBe(0)
  })

  test('a success has the body of its route', () => {
    const answer = readAnswer('getPayment', answerOf(200, paymentOf('COMPLETED')))
    if (answer?.status !== 200) throw new Error('no success')

    expect([answer.body.status, answer.body.events]).toEqual(['COMPLETED', []])
    // @ts-expect-error Reading a payment is no operation.
    answer.body.operationId satisfies string
  })

  test.each([
    ['a page in place of the API', answerOf(200, '<!doctype html>')],
    ['a proxy without an API', answerOf(502, '')],
    ['a refusal by something before the API', answerOf(403, { message: 'Forbidden' })],
    ['a list', answerOf(200, '[]')],
  ])('%s is none', (_, answer) => {
    expect(readAnswer('getPayment', answer)).toBeUndefined()
  })
})
