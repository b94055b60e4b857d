/** The fees of a month: by merchant, refunds apart, and compared with the ledger event by event. */
import { describe, expect, test } from '@jest/globals'
import { entryOf, FakeFeeItems, FakeJournal, feeItemOf } from './fake-books.ts'
import type { FeeItem, JournalEntry } from './ports.ts'
import { differs, monthOf, totalFees } from './total-fees.ts'

const november = monthOf('2026-11', 'Asia/Seoul')

const feeOf = (number: number, given: Partial<JournalEntry> = {}): JournalEntry =>
  entryOf(number, {
    ...{ entryId: `led_fee_${number}`, type: 'fee', amountMinor: 250 },
    ...{ debitAccount: 'merchant_payable:shop', creditAccount: 'fee_revenue' },
    ...given,
  })
const vatOf = (number: number, given: Partial<JournalEntry> = {}): JournalEntry =>
  feeOf(number, {
    entryId: `led_vat_${number}`,
    type: 'fee_vat',
    amountMinor: 25,
    creditAccount: 'vat_payable',
    ...given,
  })

const returned: Partial<FeeItem> = { type: 'refund', grossMinor: -4_000, feeMinor: -100, vatMinor: -10 }
const returnedEntries = (number: number): JournalEntry[] => [
  feeOf(number, {
    type: 'refund_fee',
    amountMinor: 100,
    debitAccount: 'fee_revenue',
    creditAccount: 'merchant_payable:shop',
  }),
  vatOf(number, {
    type: 'refund_fee_vat',
    amountMinor: 10,
    debitAccount: 'vat_payable',
    creditAccount: 'merchant_payable:shop',
  }),
]

function portsOf(items: readonly FeeItem[], entries: readonly JournalEntry[], settledFromMs = 0) {
  const [feeItems, journal] = [new FakeFeeItems(), new FakeJournal()]
  feeItems.items.push(...items)
  journal.entries.push(...entries)
  return { feeItems, journal, settlementStart: { settledFromMs: async () => settledFromMs } }
}

test('a month has its days, and the moments of Seoul', () => {
  expect(november).toEqual({
    days: { from: '2026-11-01', to: '2026-11-30' },
    span: { fromMs: Date.parse('2026-10-31T15:00:00Z'), toMs: Date.parse('2026-11-30T15:00:00Z') },
  })
  expect(monthOf('2028-02', 'Asia/Seoul').days.to).toBe('2028-02-29')
})

describe('the totals', () => {
  test('are by merchant and currency, what was returned apart', async () => {
    const items = [
      feeItemOf(1),
      feeItemOf(2, returned),
      feeItemOf(3, { merchantId: 'another', feeMinor: 250, vatMinor: 0 }),
      feeItemOf(4, { currency: 'USD', feeMinor: 0, vatMinor: 0 }),
      feeItemOf(5, { soldOn: '2026-10-31' }),
      feeItemOf(6, { soldOn: '2026-12-01' }),
    ]
    const entries = [
      ...[feeOf(1), vatOf(1), ...returnedEntries(2)],
      feeOf(3, { debitAccount: 'merchant_payable:another' }),
    ]
    const { totals, unitemed } = await totalFees(portsOf(items, entries), november)

    expect(totals).toEqual([
      {
        ...{ merchantId: 'another', currency: 'KRW' },
        sales: { count: 1, grossMinor: 10_000n, supplyMinor: 250n, vatMinor: 0n },
        refunds: { count: 0, grossMinor: 0n, supplyMinor: 0n, vatMinor: 0n },
        booked: { supplyMinor: 250n, vatMinor: 0n },
      },
      {
        ...{ merchantId: 'shop', currency: 'KRW' },
        sales: { count: 1, grossMinor: 10_000n, supplyMinor: 250n, vatMinor: 25n },
        refunds: { count: 1, grossMinor: -4_000n, supplyMinor: -100n, vatMinor: -10n },
        booked: { supplyMinor: 150n, vatMinor: 15n },
      },
      expect.objectContaining({ merchantId: 'shop', currency: 'USD' }),
    ])
    expect(totals.filter(differs)).toEqual([])
    expect(unitemed).toEqual([])
  })

  test('know nothing of disputes: what these cost the merchant is no fee of a sale', async () => {
    const disputeFee = feeOf(2, { type: 'dispute_fee', amountMinor: 3_000, creditAccount: 'dispute_fee' })
    const chargeback = feeOf(3, { type: 'chargeback', amountMinor: 10_000, creditAccount: 'acquirer_receivable' })
    const entries = [feeOf(1), vatOf(1), disputeFee, chargeback]
    const { totals, unitemed } = await totalFees(portsOf([feeItemOf(1)], entries), november)
    expect(totals).toMatchObject([{ sales: { count: 1, supplyMinor: 250n, vatMinor: 25n } }])
    expect([totals.filter(differs), unitemed]).toEqual([[], []])
  })

  test('of a merchant are the only ones', async () => {
    const items = [feeItemOf(1), feeItemOf(2, { merchantId: 'another' })]
    const { totals } = await totalFees(portsOf(items, []), november, 'another')
    expect(totals.map(({ merchantId }) => merchantId)).toEqual(['another'])
  })

  test('of more than a page have every item once', async () => {
    const items = Array.from({ length: 2_001 }, (_, number) => feeItemOf(number))
    const { totals } = await totalFees(portsOf(items, []), november)
    expect(totals[0]?.sales).toMatchObject({ count: 2_001, supplyMinor: 500_250n })
  })

  test('of a fee with VAT within it are without it in the ledger, too', async () => {
    const item = feeItemOf(1, { feeMinor: 227, vatMinor: 23 })
    const entries = [feeOf(1), vatOf(1, { amountMinor: 23, debitAccount: 'fee_revenue' })]
    const { totals } = await totalFees(portsOf([item], entries), november)
    expect(totals[0]?.booked).toEqual({ supplyMinor: 227n, vatMinor: 23n })
    expect(totals.filter(differs)).toEqual([])
  })
})

describe('a difference is found', () => {
  test.each([
    ['of the fee', [feeOf(1, { amountMinor: 251 }), vatOf(1)]],
    ['of the VAT', [feeOf(1), vatOf(1, { amountMinor: 24 })]],
    ['of an entry that is missing', [feeOf(1)]],
  ])('%s', async (_, entries) => {
    const { totals } = await totalFees(portsOf([feeItemOf(1)], entries), november)
    expect(totals.filter(differs)).toHaveLength(1)
  })

  test('of events without an item, those from before settlement apart', async () => {
    const startsMs = Date.UTC(2026, 10, 15)
    const early = { occurredAtMs: startsMs - 1 }
    const entries = [
      ...[entryOf(1), feeOf(1), vatOf(1)],
      ...[entryOf(2, early), feeOf(2, early)],
      // Refunded after the start, captured before it.
      ...[entryOf(3, early), ...returnedEntries(3)],
    ]
    const { unitemed } = await totalFees(portsOf([], entries, startsMs), november)

    expect(unitemed).toHaveLength(2)
    expect(unitemed).toEqual(
      expect.arrayContaining([
        { currency: 'KRW', isLeftOut: false, supplyMinor: 250n, vatMinor: 25n, eventIds: [entryOf(1).eventId] },
        expect.objectContaining({ currency: 'KRW', isLeftOut: true, supplyMinor: 150n, vatMinor: -10n }),
      ]),
    )
  })

  test('of events of another month it is not', async () => {
    const before = { occurredAtMs: november.span.fromMs - 1 }
    const { unitemed } = await totalFees(portsOf([], [entryOf(1, before), feeOf(1, before)]), november)
    expect(unitemed).toEqual([])
  })

  test('of another merchant it is not, where one is wanted', async () => {
    const entries = [entryOf(1), feeOf(1)]
    expect((await totalFees(portsOf([], entries), november, 'another')).unitemed).toEqual([])
    expect((await totalFees(portsOf([], entries), november, 'shop')).unitemed).toHaveLength(1)
  })
})
