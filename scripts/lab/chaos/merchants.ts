/** By which terms the merchants of a chaos run are settled: together they have every way of being paid. Fees are as without terms. */
import type { MerchantTerms } from '../passing-days/passing-days.ts'
import { merchantNamed } from './load/load.ts'

export const merchants: readonly MerchantTerms[] = [
  { merchantId: merchantNamed(1), currency: 'KRW', terms: { delayDays: 0, reserveBasisPoints: 1_000, reserveDays: 1 } },
  { merchantId: merchantNamed(1), currency: 'USD', terms: { delayDays: 1, accountToken: 'acct_late' } },
  { merchantId: merchantNamed(1), currency: 'JPY', terms: { delayDays: 0, accountToken: 'acct_lost' } },
  { merchantId: merchantNamed(2), currency: 'KRW', terms: { delayDays: 0, accountToken: 'acct_return' } },
  { merchantId: merchantNamed(2), currency: 'USD', terms: { delayDays: 0, payoutMinMinor: 3_000_000 } },
  { merchantId: merchantNamed(2), currency: 'JPY', terms: { delayDays: 0, invoiceAfterDays: 1 } },
  { merchantId: merchantNamed(3), currency: 'KRW', terms: { delayDays: 0 } },
  { merchantId: merchantNamed(3), currency: 'USD', terms: { delayDays: 0, accountToken: 'acct_silent' } },
  { merchantId: merchantNamed(3), currency: 'JPY', terms: { delayDays: 0, accountToken: 'acct_fail' } },
]
