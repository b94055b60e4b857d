/** What stands in a batch, how it is paid, and what each token spoils. */
import { describe, expect, test } from '@jest/globals'
import { AMOUNT_MAX } from '../../shared/contracts/identifiers.ts'
import { settlementFaults } from '../../shared/contracts/test-tokens.ts'
import type { SettledDispute } from './disputes.ts'
import { opOf } from './sample-orders.ts'
import { csvCell, settlementFileOf } from './settlement-file.ts'
import { amendedLine, linesOf, netOf, paymentsOf, type SettledOperation } from './settlement-rules.ts'

function captureOf(method = 'tok_approve', amount = 10_000): SettledOperation {
  const [kind, amountMinor] = ['capture' as const, BigInt(amount)]
  const operation = { sequence: 1, operationId: opOf(1), currency: 'KRW', method, soldOn: '2026-11-27' }
  return { ...operation, kind, amountMinor, movesOfHold: [{ kind, amountMinor }] }
}

function refundOf(method = 'tok_approve', amount = 4_000): SettledOperation {
  const captured = captureOf(method)
  const refunded = { kind: 'refund' as const, amountMinor: BigInt(amount) }
  return { ...captured, ...refunded, operationId: opOf(2), movesOfHold: [...captured.movesOfHold, refunded] }
}

function disputeOf(changes: Partial<SettledDispute> = {}): SettledDispute {
  const step = { kind: 'chargeback' as const, capture: 1, hold: opOf(9), day: '2026-12-02', amountMinor: 7_000n }
  return { ...step, operationId: opOf(1), currency: 'KRW', method: 'tok_settle_chargeback', ...changes }
}

const told = (operations: SettledOperation[], disputes: SettledDispute[] = []) =>
  linesOf({ operations, disputes }, undefined).map(({ kind, amountMinor, feeMinor, vatMinor, netMinor }) =>
    [kind, amountMinor, feeMinor, vatMinor, netMinor].join(' '),
  )
const paid = (netMinor: bigint, operations: SettledOperation[]) =>
  paymentsOf('B', netMinor, operations).map(({ reference, amountMinor }) => `${reference} ${amountMinor}`)

const plainLine = 'capture 10000 150 15 9835'

describe('a line', () => {
  test('is of a capture, or of a refund with all signs turned', () => {
    expect(told([captureOf(), refundOf()])).toEqual([plainLine, 'refund -4000 -60 -6 -3934'])
  })

  test('is what was carried, and stands first', () => {
    const lines = linesOf(
      { operations: [captureOf()], disputes: [] },
      { batch: 'A', day: '2026-11-26', netMinor: -500n },
    )
    expect(lines[0]).toEqual({
      ...{ kind: 'carry', reference: 'A', soldOn: '2026-11-26' },
      ...{ amountMinor: -500n, feeMinor: 0n, vatMinor: 0n, netMinor: -500n },
    })
    expect(netOf(lines)).toBe(9_335n)
  })
})

test('an amended line has another amount, and its fee', () => {
  const [line] = linesOf({ operations: [captureOf()], disputes: [] }, undefined)
  expect(amendedLine(line!)).toEqual({ ...line, amountMinor: 9_500n, netMinor: 9_335n })
})

test('no wrong amount of a capture is less than 1', () => {
  expect(told([captureOf('tok_settle_under', 500)])).toEqual(['capture 1 8 1 -8'])
})

describe('a line of a dispute', () => {
  test('takes back, with a fee, and gives back without one', () => {
    const won = disputeOf({ kind: 'chargeback_won', day: '2026-12-07' })
    expect(told([captureOf()], [disputeOf(), won])).toEqual([
      plainLine,
      'chargeback -7000 1000 0 -8000',
      'chargeback_won 7000 0 0 7000',
    ])
  })

  test('names the capture, and the day of its batch', () => {
    const [line] = linesOf({ operations: [], disputes: [disputeOf()] }, undefined)
    expect(line).toMatchObject({ reference: opOf(1), soldOn: '2026-12-02' })
  })

  test('is not there when nothing was left to take back', () => {
    expect(told([], [disputeOf({ amountMinor: 0n })])).toEqual([])
  })

  test('stands twice by its token', () => {
    expect(told([], [disputeOf({ method: 'tok_settle_chargeback_twice' })])).toHaveLength(2)
  })
})

describe('a batch', () => {
  test('is paid whole, by one deposit with its name', () => {
    expect(paid(9_835n, [captureOf()])).toEqual(['B 9835'])
  })

  test('that comes to nothing or less is not paid', () => {
    expect(paid(0n, [captureOf()])).toEqual([])
    expect(paid(-1n, [captureOf()])).toEqual([])
  })

  test('of more than the bank takes at once is paid by several deposits', () => {
    const max = BigInt(AMOUNT_MAX)
    expect(paid(2n * max, [captureOf()])).toEqual([`B-1 ${max}`, `B-2 ${max}`])
    expect(paid(max + 1n, [captureOf()])).toEqual([`B-1 ${max}`, 'B-2 1'])
  })
})

test.each([
  ['short', [plainLine], ['B 8835']],
  ['late', [plainLine], ['B 9835']],
  ['split', [plainLine], ['B-1 4917', 'B-2 4918']],
  ['twice', [plainLine, plainLine], ['B 9835']],
  ['missing', [], ['B 9835']],
  ['wrong_fee', ['capture 10000 250 15 9735'], ['B 9835']],
  ['over', ['capture 10500 150 15 10335'], ['B 9835']],
  ['under', ['capture 9500 150 15 9335'], ['B 9835']],
  ['amended', [plainLine], ['B 9835']],
  ['chargeback', [plainLine], ['B 9835']],
  ['chargeback_won', [plainLine], ['B 9835']],
  ['chargeback_twice', [plainLine], ['B 9835']],
  ['over_disputed', [plainLine], ['B 9835']],
])('tok_settle_%s', (fault, lines, payments) => {
  const operation = captureOf(`tok_settle_${fault}`)
  expect(told([operation])).toEqual(lines)
  expect(paid(9_835n, [operation])).toEqual(payments)
  expect(settlementFaults).toContain(fault)
})

test('refunds are settled rightly, whatever their token', () => {
  for (const fault of settlementFaults) {
    const operation = refundOf(`tok_settle_${fault}`)
    expect(told([operation])).toEqual(['refund -4000 -60 -6 -3934'])
    expect(paid(9_835n, [operation])).toEqual(['B 9835'])
  }
})

test('a short batch of almost nothing is paid 1, and is not split', () => {
  expect(paid(1_000n, [captureOf('tok_settle_short')])).toEqual(['B 1'])
  expect(paid(1n, [captureOf('tok_settle_split')])).toEqual(['B 1'])
})

describe('a file', () => {
  const lines = linesOf({ operations: [captureOf(), refundOf()], disputes: [] }, undefined)
  const fileOf = (currency: string) => settlementFileOf({ batch: 'B', day: '2026-11-27', currency, lines })

  test('has a header, its lines, and a total with their number', () => {
    expect(fileOf('KRW').split('\n')).toEqual([
      'line,kind,reference,sold_on,currency,amount,fee,vat,net',
      `1,capture,${opOf(1)},2026-11-27,KRW,10000,150,15,9835`,
      `2,refund,${opOf(2)},2026-11-27,KRW,-4000,-60,-6,-3934`,
      '2,total,B,2026-11-27,KRW,6000,90,9,5901',
      '',
    ])
  })

  test.each([
    ['USD', '100.00,1.50,0.15,98.35'],
    ['KWD', '10.000,0.150,0.015,9.835'],
  ])("has the decimals of %s's minor unit", (currency, amounts) => {
    expect(fileOf(currency)).toContain(`,${currency},${amounts}\n`)
  })

  test('quotes what would be taken for something else', () => {
    expect(['plain', 'a,b', 'say "x"', 'a\nb'].map(csvCell)).toEqual(['plain', '"a,b"', '"say ""x"""', '"a\nb"'])
  })
})
