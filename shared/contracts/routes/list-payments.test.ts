/** Which queries are taken, and which are not. */
import { describe, expect, test } from '@jest/globals'
import { paymentStatuses } from '../lists.ts'
import { listQuery } from './list-payments.ts'

const fits = (value: unknown): boolean => listQuery.safeParse(value).success

describe('listQuery', () => {
  test('without parameters a page has 20 payments', () => {
    expect(listQuery.parse({})).toEqual({ limit: 20 })
  })

  test('query strings are text: the limit becomes a number', () => {
    expect(listQuery.parse({ limit: '100', merchantId: 'shop', cursor: 'abc' })).toEqual({
      limit: 100,
      merchantId: 'shop',
      cursor: 'abc',
    })
  })

  test('every status can be asked for', () => {
    for (const status of paymentStatuses) expect(fits({ status })).toBe(true)
  })

  test.each([
    { limit: '0' },
    { limit: '101' },
    { limit: '1.5' },
    { limit: '' },
    { limit: 'many' },
    { limit: '1e9' },
    { status: 'completed' },
    { merchantId: '' },
    { cursor: 'x'.repeat(65) },
    { offset: '5' },
  ])('%p is refused', value => {
    expect(fits(value)).toBe(false)
  })
})
