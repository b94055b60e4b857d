/** The merchants of the month, and their terms: together they have every way of being settled. */
import type { SettlementTerms } from '../../../shared/domain/settlement-terms.ts'

export interface Merchant {
  merchantId: string
  currency: string
  /** What differs from the defaults. */
  terms: Partial<SettlementTerms>
  /** How much of the sales are its own, of 100. */
  share: number
  /** Minor units. */
  smallest: number
  largest: number
}

const MARU = 'maru-books'

export const merchants: readonly Merchant[] = [
  {
    ...{ merchantId: 'sori-audio', currency: 'KRW', share: 30, smallest: 9_900, largest: 1_890_000 },
    terms: { vatMode: 'exclusive', refundFee: 'return', disputeFeeMinor: 15_000 },
  },
  {
    ...{ merchantId: 'hanok-tea', currency: 'KRW', share: 25, smallest: 4_500, largest: 180_000 },
    terms: { cycle: 'W', delayDays: 1, vatMode: 'inclusive' },
  },
  // A batch below the minimum is carried to the next day's. A part is held back, and a balance that stays negative is invoiced.
  {
    ...{ merchantId: MARU, currency: 'KRW', share: 20, smallest: 7_000, largest: 45_000 },
    terms: {
      ...{ delayDays: 1, payoutMinMinor: 400_000, refundFee: 'return', disputeFeeMinor: 5_000 },
      ...{ reserveBasisPoints: 1_000, reserveDays: 7, invoiceAfterDays: 2 },
    },
  },
  // Its account sends money back.
  {
    ...{ merchantId: 'bada-travel', currency: 'USD', share: 15, smallest: 1_500, largest: 260_000 },
    terms: { vatMode: 'exclusive', accountToken: 'acct_return' },
  },
  // Its account is closed until an operator writes down another, which is paid a day late, and then a third.
  {
    ...{ merchantId: 'nuri-toys', currency: 'KRW', share: 10, smallest: 12_000, largest: 98_000 },
    terms: { cycle: 'W', delayDays: 2, vatMode: 'exclusive', refundFee: 'return', accountToken: 'acct_fail' },
  },
]

/** The one whose balance is negative for a while. */
export const indebted: Merchant = merchants.find(({ merchantId }) => merchantId === MARU)!
