/** Which JSON pointers differ between two requests under one key. */
import { describe, expect, test } from '@jest/globals'
import { differencesOf } from './differences.ts'

interface Request {
  operation: string
  path: string
  body: unknown
}

const request = (given: Partial<Request> = {}): string =>
  JSON.stringify({ operation: 'capture', path: '/payments/capture/pay_1', body: {}, ...given })

describe('differencesOf', () => {
  test('the same request has no difference', () => {
    expect(differencesOf(request({ body: { amount: 1 } }), request({ body: { amount: 1 } }))).toEqual([])
  })

  test('another operation is the only thing worth saying', () => {
    const other = request({ operation: 'refund', path: '/payments/refund/pay_2', body: { amount: 5 } })

    expect(differencesOf(request(), other)).toEqual(['/operation'])
  })

  test('another payment, and the fields that differ', () => {
    const other = request({ path: '/payments/capture/pay_2', body: { amount: 5 } })

    expect(differencesOf(request(), other)).toEqual(['/paymentId', '/amount'])
  })

  test.each([
    { stored: { a: 1 }, sent: { a: 2 }, pointers: ['/a'] },
    { stored: { a: 1 }, sent: {}, pointers: ['/a'] },
    { stored: {}, sent: { a: null }, pointers: ['/a'] },
    { stored: { a: 1, c: 1 }, sent: { b: 1, c: 1 }, pointers: ['/a', '/b'] },
    { stored: { a: { b: 1, c: 2 } }, sent: { a: { b: 1, c: 3 } }, pointers: ['/a/c'] },
    { stored: { a: [1, 2] }, sent: { a: [1, 3] }, pointers: ['/a'] },
    { stored: { a: '1' }, sent: { a: 1 }, pointers: ['/a'] },
    { stored: { a: {} }, sent: { a: [] }, pointers: ['/a'] },
    { stored: { 'x/y': 1 }, sent: { 'x/y': 2 }, pointers: ['/x~1y'] },
    { stored: { 'm~n': 1 }, sent: {}, pointers: ['/m~0n'] },
  ])('$stored against $sent differs in $pointers', ({ stored, sent, pointers }) => {
    expect(differencesOf(request({ body: stored }), request({ body: sent }))).toEqual(pointers)
  })
})
