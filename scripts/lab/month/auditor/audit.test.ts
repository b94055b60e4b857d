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
      revision: 1,
      line: 1,
      soldOn: '2026-12-01',
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
  disputes: [],
  refusedRefunds: [],
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

    expect(checks.map(({ problems }) => problems)).toEqual([[], [], [], [], [], []])
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

/** The card holder takes everything back three days later; the acquirer's batch of that day is not paid. */
function disputed(): MonthFacts {
  const of = facts()
  const place = { batch: 'ACQ-2', revision: 1, line: 1, currency: 'KRW', reference: 'op_1', soldOn: '2026-12-04' }
  of.settled.push({ ...place, kind: 'chargeback', amount: -10_000, fee: 1_000, vat: 0, net: -11_000 })
  of.disputes.push({ reference: 'op_1', amount: 10_000, fee: 700, state: 'OPEN', closedAt: null })
  of.terms.push({
    ...{ merchantId: 'shop', currency: 'KRW', validFrom: new Date(0), vatMode: 'none', refundFee: 'keep' },
    disputeFee: 700,
  })
  of.entries.push(
    entry('chargeback', 'merchant_payable:shop', 'acquirer_receivable', 10_000),
    entry('dispute_fee', 'merchant_payable:shop', 'dispute_fee', 700),
  )
  return of
}

function win(of: MonthFacts, soldOn = '2026-12-07'): void {
  const [line] = of.settled.filter(({ kind }) => kind === 'chargeback')
  of.settled.push({ ...line!, batch: 'ACQ-3', kind: 'chargeback_won', soldOn, amount: 10_000, fee: 0, net: 10_000 })
}

describe('a chargeback', () => {
  test('and its dispute, with what it costs the merchant, are taken together', () => {
    expect(problemsIn(disputed())).toEqual([])
  })

  test('that is won gives back all but what it cost', () => {
    const of = disputed()
    win(of)
    of.disputes[0]!.state = 'WON'
    of.entries.push(entry('chargeback_won', 'acquirer_receivable', 'merchant_payable:shop', 10_000))

    expect(problemsIn(of)).toEqual([])
  })

  test('that was given up before it was won is a break', () => {
    const of = disputed()
    win(of)
    Object.assign(of.disputes[0]!, { state: 'LOST', closedAt: new Date('2026-12-05T00:00:00Z') })

    expect(problemsIn(of)).toEqual(['breaks of op_1: 0, and it should be -10000'])
  })

  test('of more than was left is a break, and no dispute', () => {
    const of = disputed()
    of.events.push({
      ...{ eventType: 'payment.refunded', operationId: 'op_2', occurredAt: '2026-12-02T01:00:00.000Z', sequence: 3 },
      ...{ amount: 1, payment: of.events[0]!.payment },
    })

    expect(problemsIn(of).join('\n')).toContain('breaks of op_1: 0, and it should be 11000')
    expect(problemsIn(of).join('\n')).toContain('dispute of op_1: OPEN of 10000, fee 700, and it should be undefined')
  })

  test('that came while a refund was under way, which was refused then, is a break', () => {
    const of = disputed()
    of.disputes = []
    of.entries.splice(-2)
    of.entries.push(entry('unexpected', 'recon_suspense', 'cash_in_transit', 11_000, 'brk_1'))
    of.breaks.push({ ...breakOf(11_000), class: 'OVER_DISPUTED' })
    expect(problemsIn(of).join('\n')).toContain('dispute of op_1: undefined')

    of.refusedRefunds = [{ paymentId: 'pay_1', amount: 1, finishedAt: new Date('2026-12-05T00:00:00Z') }]
    expect(problemsIn(of)).toEqual([])
    of.refusedRefunds[0]!.finishedAt = new Date('2026-12-04T00:00:00Z')
    expect(problemsIn(of).join('\n')).toContain('dispute of op_1: undefined')
  })

  test.each<[string, (of: MonthFacts) => void, string]>([
    ['a chargeback without a dispute', of => of.disputes.pop(), 'dispute of op_1: undefined'],
    ['a dispute without a chargeback', of => of.settled.pop(), 'dispute of op_1: OPEN'],
    ['a fee that is not by the terms', of => (of.disputes[0]!.fee = 0), 'dispute of op_1: OPEN of 10000, fee 0'],
    ['a merchant who did not pay for it', of => of.entries.pop(), 'shop KRW: '],
    ['a second line', of => of.settled.push({ ...of.settled[1]!, line: 2 }), 'it should be 11000'],
    ['another fee of the acquirer', of => (of.settled[1]!.fee = 1_200), 'it should be 200'],
  ])('finds %s', (_, spoil, problem) => {
    const of = disputed()
    spoil(of)

    expect(problemsIn(of).join('\n')).toContain(problem)
  })
})

describe('another revision', () => {
  test('is a break over what it changes, and is what is paid', () => {
    const of = facts()
    of.settled.push({ ...of.settled[0]!, revision: 2, amount: 9_500, net: 9_335 })
    of.movements[0]!.amount -= 500
    of.entries[6]!.amount -= 500

    expect(problemsIn(of)).toEqual(['breaks of op_1: 0, and it should be 500'])
  })
})

describe('a merchant', () => {
  test('is owed what is held back, and owes what is invoiced', () => {
    const of = facts()
    of.entries.push(entry('reserve_held', 'merchant_payable:shop', 'merchant_reserve:shop', 90))
    of.entries.push(entry('invoiced', 'merchant_receivable:shop', 'merchant_payable:shop', 40))

    expect(problemsIn(of)).toEqual([])
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
