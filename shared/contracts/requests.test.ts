/** What the requests of several routes share. */
import { describe, expect, test } from '@jest/globals'
import { paymentPath } from './requests.ts'

const fits = (value: unknown): boolean => paymentPath.safeParse(value).success

describe('paymentPath', () => {
  test('a payment id is taken, anything else is not', () => {
    expect(fits({ paymentId: 'pay_01HZZZZZZZZZZZZZZZZZZZZZZZ' })).toBe(true)
    expect(fits({ paymentId: 'op_01HZZZZZZZZZZZZZZZZZZZZZZZ' })).toBe(false)
    expect(fits({ paymentId: "pay_' OR 1=1" })).toBe(false)
    expect(fits({})).toBe(false)
  })
})
