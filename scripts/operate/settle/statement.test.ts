/** A merchant's statement: its rows, page by page, and what may stand in a cell. */
import { describe, expect, test } from '@jest/globals'
import { batchOf, FakeSettlementReader, itemOf } from '../../../shared/settlement/fake-settlements.ts'
import { times } from '../../../test/support/rows.ts'
import { guarded, majorUnits } from '../csv.ts'
import { agrees, refusalOf, statementRows } from './statement.ts'
import { noTotals, statementHeads } from './statement-csv.ts'

const refundOf = (number: number) =>
  itemOf(number, { type: 'refund', grossMinor: -4_000, feeMinor: -100, vatMinor: -10, netMinor: -3_890 })

async function rowsOf(items: ReturnType<typeof itemOf>[], batch = batchOf(1), language: 'en' | 'ko' = 'en') {
  const reader = new FakeSettlementReader()
  reader.items.push(...items)
  const totals = noTotals()
  const rows: (readonly string[])[] = []
  for await (const row of statementRows(reader, batch, language, totals)) rows.push(row)
  return { rows, totals }
}

describe('the rows', () => {
  test('are the heads, the items and their totals', async () => {
    const { rows } = await rowsOf([itemOf(1), refundOf(2)])
    const { batchId } = batchOf(1)

    expect(rows[0]).toEqual(statementHeads.en)
    expect(rows.slice(1)).toEqual([
      [
        ...['shop', batchId, itemOf(1).itemId, 'sale', '2026-11-22', '2026-11-24', itemOf(1).paymentId, 'KRW'],
        ...['10000', '250', '0', '9750'],
      ],
      [
        ...['shop', batchId, refundOf(2).itemId, 'refund', '2026-11-22', '2026-11-24', refundOf(2).paymentId, 'KRW'],
        ...['-4000', '-100', '-10', '-3890'],
      ],
      ['shop', batchId, 'total', '', '', '', '', 'KRW', '6000', '150', '-10', '5860'],
    ])
    for (const row of rows) expect(row).toHaveLength(statementHeads.ko.length)
  })

  test('are in Korean', async () => {
    const { rows } = await rowsOf([itemOf(1)], batchOf(1), 'ko')
    expect([rows[0]?.[0], rows[1]?.[3], rows[2]?.[2]]).toEqual(['가맹점', '매출', '합계'])
  })

  test('say what a dispute took, cost and gave back', async () => {
    const disputed = [
      itemOf(1, { type: 'chargeback', grossMinor: -4_000, feeMinor: 0, netMinor: -4_000 }),
      itemOf(2, { type: 'dispute_fee', grossMinor: -3_000, feeMinor: 0, netMinor: -3_000 }),
      itemOf(3, { type: 'chargeback_won', grossMinor: 4_000, feeMinor: 0, netMinor: 4_000 }),
    ]
    const { rows } = await rowsOf(disputed)
    expect(rows.slice(1).map(row => [row[3], ...row.slice(-4)])).toEqual([
      ['chargeback', '-4000', '0', '0', '-4000'],
      ['dispute fee', '-3000', '0', '0', '-3000'],
      ['chargeback won', '4000', '0', '0', '4000'],
      ['', '-3000', '0', '0', '-3000'],
    ])
    const korean = await rowsOf(disputed, batchOf(1), 'ko')
    expect(korean.rows.slice(1, 4).map(row => row[3])).toEqual(['차지백', '분쟁 수수료', '차지백 환입'])
  })

  test('of a batch of more than a page come once each', async () => {
    const { rows, totals } = await rowsOf(times(2_000, itemOf))
    expect(new Set(rows.slice(1, -1).map(row => row[2])).size).toBe(2_000)
    expect(rows).toHaveLength(2_002)
    expect(totals).toMatchObject({ itemCount: 2_000, netMinor: 19_500_000n })
  })

  test('agree with the batch in number and sum', async () => {
    const { totals } = await rowsOf([itemOf(1), refundOf(2)])
    expect(agrees(totals, batchOf(1, { itemCount: 2, netMinor: 5_860 }))).toBe(true)
    expect(agrees(totals, batchOf(1, { itemCount: 2, netMinor: 5_861 }))).toBe(false)
    expect(agrees(totals, batchOf(1, { itemCount: 1, netMinor: 5_860 }))).toBe(false)
  })
})

describe('a cell', () => {
  test.each(['=1+1', '+1', '-shop', '@shop', '\tshop', '\rshop'])('that begins like a formula is guarded: %j', text => {
    expect(guarded(text)).toBe(`'${text}`)
  })

  test.each(['', 'shop', 's=1', '1-2'])('is left: %j', text => {
    expect(guarded(text)).toBe(text)
  })

  test('of a merchant with such a name is guarded, and an amount is not', async () => {
    const { rows } = await rowsOf(
      [itemOf(1, { merchantId: '=shop', netMinor: -1 })],
      batchOf(1, { merchantId: '=shop' }),
    )
    expect(rows.slice(1).map(row => [row[0], row.at(-1)])).toEqual([
      ["'=shop", '-1'],
      ["'=shop", '-1'],
    ])
  })

  test.each([
    [1_999n, 'KRW', '1999'],
    [-1_999n, 'USD', '-19.99'],
    [5n, 'USD', '0.05'],
    [-5n, 'USD', '-0.05'],
    [0n, 'USD', '0.00'],
    [1_234n, 'BHD', '1.234'],
    [90_071_992_547_409_930n, 'USD', '900719925474099.30'],
  ])('has %d of %s as %s', (amountMinor, currency, text) => {
    expect(majorUnits(amountMinor, currency)).toBe(text)
  })
})

test('there is none of another merchant, of no batch, and of one that is OPEN', () => {
  expect(refusalOf(batchOf(1), 'shop')).toBeUndefined()
  expect(refusalOf(batchOf(1), 'Shop')).toMatch('no such batch')
  expect(refusalOf(undefined, 'shop')).toMatch('no such batch')
  expect(refusalOf(batchOf(1, { state: 'OPEN' }), 'shop')).toMatch('OPEN')
})
