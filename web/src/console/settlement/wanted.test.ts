import { describe, expect, test } from '@jest/globals'
import { sampleWrite } from '../../../../shared/contracts/operator-write.ts'
import { contract } from '../../../../shared/contracts/routes/propose-for-break.ts'
import { type ProposalForm, usualWay, wantedIn, wrongIn } from './wanted.ts'

const formOf = (given: Partial<ProposalForm> = {}): ProposalForm => ({
  ...{ way: 'resolve', account: 'own_funds', merchantId: '', target: '', amount: '' },
  ...given,
})
const owed = { remaining: 1_000, currency: 'KRW' }

describe('the usual way', () => {
  test.each([
    [{ remaining: -5, class: 'MISSING_HERE' }, 'resolve'],
    [{ remaining: 0, class: 'MISSING_THERE' }, 'give_up'],
    [{ remaining: 0, class: 'DATE' }, 'close'],
  ] as const)('of %j is %s', (of, way) => {
    expect(usualWay(of)).toBe(way)
  })
})

describe('a proposal', () => {
  test.each<[Partial<ProposalForm>, typeof owed, object]>([
    [{}, owed, { kind: 'resolve', account: 'own_funds' }],
    [{ amount: '400' }, owed, { kind: 'resolve', account: 'own_funds', amount: 400 }],
    [{ amount: '4.5' }, { remaining: -900, currency: 'USD' }, { kind: 'resolve', account: 'own_funds', amount: -450 }],
    [
      { account: 'merchant_payable', merchantId: ' shop ' },
      owed,
      { kind: 'resolve', account: 'merchant_payable:shop' },
    ],
    [
      { account: 'cash_in_transit', target: 'ACQ-1' },
      owed,
      { kind: 'resolve', account: 'cash_in_transit', target: 'ACQ-1' },
    ],
    [{ target: 'left over' }, owed, { kind: 'resolve', account: 'own_funds' }],
    [{ way: 'close', amount: 'x' }, owed, { kind: 'close' }],
    [{ way: 'give_up' }, owed, { kind: 'give_up' }],
  ])('%j is a request that the API takes', (given, of, wanted) => {
    expect(wantedIn(formOf(given), of)).toEqual(wanted)
    expect(contract.body.safeParse({ ...sampleWrite, version: 0, wanted }).success).toBe(true)
  })

  test.each<[Partial<ProposalForm>, string]>([
    [{ amount: '1.5' }, 'amount'],
    [{ amount: '0' }, 'amount'],
    [{ amount: '-4' }, 'amount'],
    [{ account: '' }, 'account'],
    [{ account: 'merchant_payable' }, 'merchantId'],
    [{ account: 'payout_in_transit' }, 'target'],
  ])('%j is none, and says which field', (given, field) => {
    expect(wrongIn(formOf(given), 'KRW')).toEqual([field])
    expect(wantedIn(formOf(given), owed)).toBeUndefined()
  })
})
