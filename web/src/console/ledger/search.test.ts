import { describe, expect, test } from '@jest/globals'
import { contract } from '../../../../shared/contracts/routes/get-ledger.ts'
import { contract as entries } from '../../../../shared/contracts/routes/list-account-entries.ts'
import { accountSearchOf, dayOf, fieldOf, ledgerSearchOf, PAGE_LIMIT, spanOf, timeOfField } from './search.ts'
import { formatSum } from './sums.ts'

const TIME = '2026-11-22T06:00:00.123Z'

describe('the address', () => {
  test('keeps what the pages can be asked for, which the API takes', () => {
    const ledger = { at: TIME, merchant: '0012', group: 'merchant_payable', cursor: 'x' }
    expect(ledgerSearchOf({ ...ledger, lang: 'en', empty: '' })).toEqual(ledger)
    expect(contract.query.safeParse(ledger).success).toBe(true)
    const account = { currency: 'KRW', at: TIME, entry: 'led_01M81Y01V9K4TS6P2M8HWQ3B7E', cursor: 'x' }
    expect(accountSearchOf({ ...account, at2: TIME, merchant: '' })).toEqual(account)
    expect(entries.query.safeParse({ ...account, limit: String(PAGE_LIMIT) }).success).toBe(true)
  })
})

describe('a time field', () => {
  test('shows a time of the browser’s zone, and keeps the exact one when it was not touched', () => {
    const field = fieldOf(TIME)
    expect(field).toMatch(/^2026-11-2[123]T\d\d:\d\d:00$/)
    expect(timeOfField(field, TIME)).toBe(TIME)
    expect(timeOfField(field, undefined)).toBe('2026-11-22T06:00:00.000Z')
    expect([fieldOf(undefined), fieldOf('soon'), timeOfField('', TIME), timeOfField('soon', TIME)]).toEqual([
      '',
      '',
      undefined,
      undefined,
    ])
  })
})

describe('the days of a file', () => {
  const nowMs = new Date(2026, 10, 30, 12).getTime()
  test('go from the beginning of the first to the end of the last, and not beyond now', () => {
    const [from, to] = [new Date(2026, 10, 22), new Date(2026, 10, 24)].map(date => date.toISOString())
    expect(spanOf('2026-11-22', '2026-11-23', nowMs)).toEqual({ from, to })
    expect(spanOf('2026-11-22', '2026-11-30', nowMs)).toEqual({ from, to: new Date(nowMs).toISOString() })
    expect(dayOf(nowMs)).toBe('2026-11-30')
  })

  test.each([
    ['2026-11-23', '2026-11-22'],
    ['2026-12-01', '2026-12-02'],
    ['', '2026-11-22'],
  ])('are none from %p to %p', (first, last) => {
    expect(spanOf(first, last, nowMs)).toBeUndefined()
  })
})

test.each([
  ['-1511250', 'KRW', '-₩1,511,250'],
  ['-1999', 'USD', '-$19.99'],
  ['9007199254740993', 'USD', '$90,071,992,547,409.93'],
  ['7', 'XXX', '7 XXX'],
])('%s minor units of %s are %s', (minor, currency, text) => {
  expect(formatSum(minor, currency, 'en')).toBe(text)
})
