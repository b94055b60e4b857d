import { describe, expect, test } from '@jest/globals'
import { optionsFor, pastedPlace } from './options.ts'

const PAYMENT = 'pay_01M81XZHJW17YGZNRCM5X9JWX9'
const OPERATION = 'op_01M81Y01T0ZB6J3W9H5XE8R2QN'
const pages = [
  { name: '현황', href: '/console' },
  { name: '결제', href: '/console/payments' },
  { name: 'Payments', href: '/console/payments' },
]
const places = { base: '/console', pages, has: (path: string) => path !== '/reconciliation/breaks/$breakId' }
const merchant = (id: string) => `/console/payments?merchantId=${id}&from=1970-01-01T00%3A00%3A00.000Z`
const hrefs = (text: string) => optionsFor(text, places).map(({ href }) => href)

describe('what was typed', () => {
  test('nothing: every page', () => {
    expect(hrefs('')).toEqual(pages.map(({ href }) => href))
    expect(hrefs('  ')).toHaveLength(3)
  })

  test('a payment id leads to its page, any other id to what it is of, before the pages', () => {
    expect(optionsFor(` ${PAYMENT} `, places)[0]).toEqual({
      ...{ kind: 'open', id: PAYMENT, href: `/console/payments/${PAYMENT}` },
    })
    expect(hrefs(OPERATION)).toEqual([`/console/lookup?id=${OPERATION}`])
  })

  test('other ids with a page of their own lead there, where the console has that page', () => {
    const ulid = PAYMENT.slice(4)
    expect(hrefs(`bat_${ulid}`)).toEqual([`/console/settlement/batches/bat_${ulid}`])
    expect(hrefs(`brk_${ulid}`)).toEqual([`/console/lookup?id=brk_${ulid}`])
  })

  test('a part of a name finds its page first; it may still be a key', () => {
    expect(hrefs('pay')).toEqual(['/console/payments', '/console/lookup?id=pay', merchant('pay')])
    expect(hrefs('결')).toEqual(['/console/payments'])
    expect(hrefs('order 7')).toEqual([])
  })

  test('the name of a merchant leads to its payments of all time, after the look-up; an id of ours is none', () => {
    expect(optionsFor('shop-1', places).map(({ kind }) => kind)).toEqual(['lookup', 'merchant'])
    expect(hrefs('shop-1').at(-1)).toBe(merchant('shop-1'))
    expect(hrefs('k'.repeat(33))).toEqual([`/console/lookup?id=${'k'.repeat(33)}`])
    expect(optionsFor(OPERATION, places).map(({ kind }) => kind)).toEqual(['lookup'])
  })

  test('stands in the address as text', () => {
    expect(hrefs('a&b=c')).toEqual(['/console/lookup?id=a%26b%3Dc', merchant('a%26b%3Dc')])
  })
})

describe('what was pasted', () => {
  test('leads on at once when it is an id of ours', () => {
    expect(pastedPlace(`${PAYMENT}\n`, places)).toBe(`/console/payments/${PAYMENT}`)
    expect(pastedPlace(OPERATION, places)).toBe(`/console/lookup?id=${OPERATION}`)
    for (const text of ['pay', `${PAYMENT}X`, `${PAYMENT} ${PAYMENT}`, PAYMENT.toLowerCase(), 'key-1'])
      expect(pastedPlace(text, places)).toBeUndefined()
  })
})
