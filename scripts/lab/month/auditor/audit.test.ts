/** The auditor finds what is wrong, and nothing where all is right. */
import { describe, expect, test } from '@jest/globals'
import { auditMonth } from './audit.ts'
import { chargesOf, share } from './charges.ts'
import type { MonthFacts } from './facts.ts'

/** One sale of 10,000 won that the acquirer settled and the bank got, and that was paid to its merchant less a fee of 250. */
const facts = (): MonthFacts => ({
  decisions: [
    {
      ...{ type: 'decision', sequence: 1, operationId: 'op_1', state: 'APPROVED', reason: null },
      ...{ at: '2026-12-01T01:00:00.000Z', recordedAt: '2026-12-01T01:00:00.000Z' },
      order: { kind: 'capture', amount: 10_000, currency: 'KRW' },
    } as unknown as MonthFacts['decisions'][number],
  ],
  settled: [
    {
      batch: 'ACQ-1',
      currency: 'KRW',
      kind: 'capture',
      reference: 'op_1',
      amount: 10_000,
      fee: 150,
      vat: 15,
      net: 9_835,
    },
  ],
  movements: [movement('deposit', 'ACQ-1', 9_835), movement('payout', 'out_1', -9_750)],
  payments: [{ paymentId: 'pay_1', merchantId: 'shop', currency: 'KRW', feeBasisPoints: 250, feeFixed: 0 }],
  events: [
    {
      ...{ eventType: 'payment.captured', operationId: 'op_1', occurredAt: '2026-12-01T01:00:00.000Z', sequence: 2 },
      ...{ amount: 10_000, payment: { paymentId: 'pay_1', merchantId: 'shop', currency: 'KRW' } },
    },
  ],
  terms: [],
  entries: [
    entry('capture', 'acquirer_receivable', 'merchant_payable:shop', 10_000),
    entry('fee', 'merchant_payable:shop', 'fee_revenue', 250),
    entry('payout', 'merchant_payable:shop', 'payout_in_transit', 9_750),
    entry('settled_net', 'cash_in_transit', 'acquirer_receivable', 9_835),
    entry('settled_fee', 'acquirer_fee', 'acquirer_receivable', 150),
    entry('settled_vat', 'vat_receivable', 'acquirer_receivable', 15),
    entry('allocated', 'cash', 'cash_in_transit', 9_835),
    entry('payout_paid', 'payout_in_transit', 'cash', 9_750),
  ],
  items: [],
  payouts: [{ payoutId: 'out_1', merchantId: 'shop', currency: 'KRW', amount: 9_750, state: 'PAID' }],
  breaks: [],
})

function movement(kind: string, reference: string, amount: number): MonthFacts['movements'][number] {
  const place = { type: 'movement', account: 'operating', currency: 'KRW', bookedOn: '2026-12-03' }
  return { ...place, kind, reference, amount } as MonthFacts['movements'][number]
}

function entry(type: string, debit: string, credit: string, amount: number, subjectId: string | null = null) {
  return { type, debit, credit, amount, subjectId, currency: 'KRW' }
}

const problemsIn = (changed: MonthFacts): string[] =>
  auditMonth(changed, '2026-12-09').checks.flatMap(({ problems }) => problems)

describe('the auditor of the month', () => {
  test('finds nothing where everybody agrees, and has compared something in each check', () => {
    const { checks } = auditMonth(facts(), '2026-12-09')

    expect(checks.map(({ problems }) => problems)).toEqual([[], [], [], [], []])
    expect(checks.slice(0, 3).map(({ compared }) => compared)).toEqual([2, 1, 1])
  })

  test('does not count what no statement tells yet', () => {
    const today = facts()
    today.movements.push({ ...movement('deposit', 'gift', 7), bookedOn: '2026-12-09' })

    expect(problemsIn(today)).toEqual([])
  })

  test.each<[string, (of: MonthFacts) => void, string]>([
    ['money at the bank that is not booked', of => of.movements.push(movement('deposit', 'gift', 7)), 'cash KRW'],
    ['a sale that the acquirer never approved', of => of.decisions.pop(), 'op_1: the acquirer says undefined'],
    ['a fee that is not by the terms', of => (of.entries[1]!.amount += 1), 'shop KRW: -1'],
    ['a payout that the bank made twice', of => of.movements.push(movement('payout', 'out_1', -9_750)), 'shop KRW'],
    ['a line that is short, without a break', of => (of.settled[0]!.amount -= 1_000), 'breaks of op_1: 0'],
    ['a line that comes twice, without a break', of => of.settled.push({ ...of.settled[0]! }), 'breaks of op_1: 0'],
    ['a batch that was paid short', of => (of.movements[0]!.amount -= 1_000), 'breaks of ACQ-1: 0'],
    ['a break that nothing explains', of => of.breaks.push(breakOf(500)), 'breaks of op_1: 500'],
    [
      'suspense without a break',
      of => of.entries.push(entry('unexpected', 'cash', 'recon_suspense', 5, 'brk_9')),
      'suspense of brk_9: -5',
    ],
  ])('finds %s', (_, spoil, problem) => {
    const spoiled = facts()
    spoil(spoiled)

    expect(problemsIn(spoiled).join('\n')).toContain(problem)
  })

  test('takes a short line and its break together', () => {
    const short = facts()
    Object.assign(short.settled[0]!, { amount: 9_000, net: 8_835 })
    short.movements[0]!.amount -= 1_000
    short.entries[3]!.amount -= 1_000
    short.entries[6]!.amount -= 1_000
    short.entries.push(entry('differs_amount', 'recon_suspense', 'acquirer_receivable', 1_000, 'brk_1'))
    short.breaks.push(breakOf(1_000))

    expect(problemsIn(short)).toEqual([])
  })
})

const breakOf = (booked: number): MonthFacts['breaks'][number] => ({
  ...{ breakId: 'brk_1', class: 'AMOUNT_UNDER', matchKey: 'op_1', batchRef: 'ACQ-1', payoutId: null },
  ...{ booked, remaining: booked, currency: 'KRW', state: 'OPEN' },
})

describe('the charges', () => {
  test('are rounded half to even', () => {
    expect([share(25, 1, 10), share(35, 1, 10), share(36, 1, 10), share(34, 1, 10)]).toEqual([2, 4, 4, 3])
  })

  test('go back in parts as they would in one', () => {
    const capture = {
      operationId: 'c',
      isRefund: false,
      amount: 10_000,
      taken: 150,
      vatMode: 'exclusive',
      givesBack: true,
    }
    const refund = (operationId: string, amount: number) => ({ ...capture, operationId, isRefund: true, amount })

    expect(chargesOf([capture, refund('a', 4_000), refund('b', 6_000)])).toEqual([
      { operationId: 'c', fee: 150, vat: 15 },
      { operationId: 'a', fee: -60, vat: -6 },
      { operationId: 'b', fee: -90, vat: -9 },
    ])
    expect(chargesOf([{ ...capture, taken: 250, vatMode: 'inclusive' }])).toEqual([
      { operationId: 'c', fee: 227, vat: 23 },
    ])
  })
})
