/** What differs between the disputes that are there and those that must be. */
import { describe, expect, test } from '@jest/globals'
import type { DisputeTruth } from '../generate/truth.ts'
import { compareDisputes, type FoundDispute } from './disputes.ts'

const values = {
  ...{ paymentId: 'pay_1', merchantId: 'shop', currency: 'KRW' as const, amount: 100, fee: 5 },
  ...{ state: 'OPEN' as const },
}
const planted = (changes: Partial<DisputeTruth> = {}): DisputeTruth => ({
  ...{ ...values, externalRefs: ['op_1'], mutation: 'chargeback' },
  ...changes,
})
const found = (changes: Partial<FoundDispute> = {}): FoundDispute => ({ ...values, externalRef: 'op_1', ...changes })

describe('a dispute', () => {
  test('that is as it must be is no problem', () => expect(compareDisputes([planted()], [found()])).toEqual([]))

  test('that is not there is missed', () => {
    expect(compareDisputes([planted()], [])).toEqual([expect.stringContaining('not there: op_1')])
  })

  test('that must not be there is there for nothing', () => {
    expect(compareDisputes([], [found()])).toEqual([expect.stringContaining('there for nothing: op_1')])
  })

  test.each<Partial<FoundDispute>>([
    { amount: 99 },
    { fee: 0 },
    { state: 'LOST' },
    { currency: 'USD' },
    { paymentId: 'pay_2' },
    { merchantId: 'shop-2' },
  ])('is another with %j', changes => {
    expect(compareDisputes([planted()], [found(changes)])).toHaveLength(1)
  })

  test('of one of two captures may be of either, and not of both', () => {
    const either = planted({ externalRefs: ['op_1', 'op_2'] })
    expect(compareDisputes([either], [found({ externalRef: 'op_2' })])).toEqual([])
    expect(compareDisputes([either], [found(), found({ externalRef: 'op_2' })])).toHaveLength(1)
  })
})
