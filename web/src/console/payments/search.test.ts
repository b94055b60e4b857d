import { describe, expect, test } from '@jest/globals'
import { DAYS_DEFAULT } from '../../../../shared/contracts/finding.ts'
import { paymentStatuses } from '../../../../shared/contracts/lists.ts'
import { findQuery } from '../../../../shared/contracts/routes/find-payments.ts'
import { en } from '../i18n/en.ts'
import { ko } from '../i18n/ko.ts'
import {
  ALL_TIME,
  countOn,
  countQueryOf,
  findQueryOf,
  formOf,
  inAllTime,
  isNoMethod,
  listSearchOf,
  nextPage,
  parseListSearch,
  parseQuery,
  paymentsOfMerchant,
  paymentsOfOrder,
  queryText,
  searchOf,
  tabs,
} from './search.ts'

const FROM = '2026-11-22T00:00:00.000Z'
const TO = '2026-11-29T12:34:56.789Z'

test('every status is on exactly one tab', () => {
  expect(Object.values(tabs).flat().sort()).toEqual([...paymentStatuses].sort())
})

describe('the address', () => {
  test('keeps what a list can be asked for, and an order id of digits as text', () => {
    const query = parseQuery('?orderId=001001&tab=refused&lang=en&limit=5')
    expect(listSearchOf(query)).toEqual({ tab: 'refused', orderId: '001001' })
    expect(queryText(listSearchOf(query))).toBe('?tab=refused&orderId=001001')
    expect(queryText({})).toBe('')
  })

  test('is kept for the tab, and is nothing where the storage has something else', () => {
    const search = { tab: 'refused', merchantId: 'm-1' } as const
    expect(parseListSearch(JSON.stringify(search))).toEqual(search)
    for (const text of [null, '', '{', '[]', '"a"', 'null', '{"tab":7,"limit":"5"}'])
      expect(parseListSearch(text)).toEqual({})
  })

  test.each(['all', 'toString', 'nope', ''])('tab %p shows all', tab => {
    expect(listSearchOf({ tab })).toEqual({})
  })
})

describe('the request', () => {
  test('is one that the API takes', () => {
    const query = findQueryOf({ tab: 'refused', from: FROM, to: TO, merchantId: 'm-1', orderId: '1001' })
    expect(query).toMatchObject({ status: 'DECLINED,FAILED', limit: 50 })
    expect(findQuery.safeParse({ ...query, limit: String(query.limit) }).success).toBe(true)
    expect(findQueryOf({})).toEqual({ limit: 50 })
  })

  test('of the next page has the time that was searched, and of the counts neither tab nor page', () => {
    const next = nextPage({ tab: 'refused', merchantId: 'm-1' }, { from: FROM, to: TO, nextCursor: 'c' })
    expect(next).toEqual({ tab: 'refused', merchantId: 'm-1', from: FROM, to: TO, cursor: 'c' })
    expect(countQueryOf(next)).toEqual({ merchantId: 'm-1', from: FROM, to: TO })
  })
})

describe('all time', () => {
  test('is taken by the API, keeps the filters, and ends nowhere', () => {
    const search = inAllTime({ tab: 'refused', merchantId: 'm-1', from: FROM, to: TO, cursor: 'c' })
    expect(listSearchOf({ ...search })).toEqual({ tab: 'refused', merchantId: 'm-1', from: ALL_TIME })
    for (const each of [search, paymentsOfOrder('1001'), paymentsOfMerchant('m-1')!])
      expect(findQuery.safeParse(parseQuery(queryText(findQueryOf(each)))).success).toBe(true)
  })

  test('is what the links of an order and of a merchant ask for', () => {
    expect(paymentsOfOrder('demo-7')).toEqual({ orderId: 'demo-7', from: ALL_TIME })
    expect(paymentsOfMerchant('m-1')).toEqual({ merchantId: 'm-1', from: ALL_TIME })
    for (const none of ['', 'a b', '가맹점', 'm'.repeat(33)]) expect(paymentsOfMerchant(none)).toBeUndefined()
  })

  test('is no day in the form, stays when something else is changed there, and gives way to a day', () => {
    const before = { orderId: '1001', from: ALL_TIME }
    expect(formOf(before).from).toBe('')
    expect(searchOf({ ...formOf(before), orderId: '1002' }, before)).toEqual({ orderId: '1002', from: ALL_TIME })
    expect(searchOf({ ...formOf(before), from: '2026-11-20' }, before)).toEqual({
      orderId: '1001',
      from: new Date(2026, 10, 20).toISOString(),
    })
  })

  test.each([ko, en])('the days that a list has without it are those of the API', ({ list }) => {
    for (const text of [list.lastDays, list.daysBefore]) expect(text.match(/\d+/)?.[0]).toBe(String(DAYS_DEFAULT))
  })
})

describe('the form', () => {
  const empty = formOf({})

  test('takes amounts in the unit of their currency, and asks in minor units', () => {
    const form = { ...empty, currency: 'usd', amountMin: '1,000.50', amountMax: '2000', method: ' tok_slow ' }
    const search = searchOf(form, {})
    expect(search).toEqual({ currency: 'USD', amountMin: '100050', amountMax: '200000', method: 'tok_slow' })
    expect(formOf(search)).toMatchObject({ currency: 'USD', amountMin: '1,000.50', amountMax: '2,000.00' })
    const query = findQueryOf(search)
    expect(query).toEqual({ currency: 'USD', amountMin: 100_050, amountMax: 200_000, method: 'tok_slow', limit: 50 })
    expect(countQueryOf(search)).toMatchObject({ amountMin: 100_050 })
    expect(findQuery.safeParse(parseQuery(queryText(query))).success).toBe(true)
  })

  test.each(['decline', 'tok_', 'TOK_DECLINE', 'tok_declin%', '4111'])('%p is no method, as the API says', method => {
    expect([isNoMethod(method), findQuery.safeParse({ method }).success]).toEqual([true, false])
  })

  test.each(['tok_decline', ' tok_of_tomorrow '])('%p is a method, or may be one', method => {
    expect(isNoMethod(method)).toBe(false)
    expect(findQuery.safeParse(searchOf({ ...empty, method }, {})).success).toBe(true)
  })

  test('an amount alone is one in KRW', () => {
    expect(searchOf({ ...empty, amountMin: '5,000' }, {})).toEqual({ currency: 'KRW', amountMin: '5000' })
  })

  test.each([
    ['many', 'KRW'],
    ['1.5', 'KRW'],
    ['5', 'XXX'],
  ])('the amount %p of %s stays for the API to judge', (amountMin, currency) => {
    const search = searchOf({ ...empty, amountMin, currency }, {})
    expect(search).toEqual({ amountMin, currency })
    const query = findQueryOf(search)
    expect(findQuery.safeParse(parseQuery(queryText(query))).success).toBe(false)
  })

  test('a chosen last day is shown whole, by the browser’s own days', () => {
    const search = searchOf({ ...empty, from: '2026-11-20', to: '2026-11-21', merchantId: ' m-1 ' }, { cursor: 'c' })
    expect(search).toEqual({
      from: new Date(2026, 10, 20).toISOString(),
      to: new Date(2026, 10, 22).toISOString(),
      merchantId: 'm-1',
    })
    expect(formOf(search)).toEqual({ ...empty, from: '2026-11-20', to: '2026-11-21', merchantId: 'm-1' })
  })

  test('days that were not touched keep their exact time, and the tab stays', () => {
    const before = { tab: 'captured', from: FROM, to: TO } as const
    expect(searchOf({ ...formOf(before), orderId: '1001' }, before)).toEqual({ ...before, orderId: '1001' })
  })

  test('emptied days are the usual time again; a time that is none is no day', () => {
    expect(searchOf(empty, { from: FROM, to: TO })).toEqual({})
    expect(formOf({ from: 'nope' }).from).toBe('')
  })
})

describe('counts', () => {
  const statuses = [
    { status: 'COMPLETED', count: 10_000, atLeast: true },
    { status: 'PARTIALLY_CAPTURED', count: 3, atLeast: false },
    { status: 'DECLINED', count: 4, atLeast: false },
  ]

  test('of a tab are those of its statuses', () => {
    const counts = { total: 10_000, atLeast: true, statuses }
    expect(countOn('all', counts)).toEqual({ count: 10_000, atLeast: true })
    expect(countOn('captured', counts)).toEqual({ count: 10_003, atLeast: true })
    expect(countOn('refused', counts)).toEqual({ count: 4, atLeast: false })
    expect(countOn('released', counts)).toEqual({ count: 0, atLeast: false })
    const early = statuses.map(one => ({ ...one, atLeast: true }))
    expect(countOn('released', { ...counts, statuses: early })).toEqual({ count: 0, atLeast: true })
  })
})
