/** What a dispute costs merchants, and us: it changes between the two seasons. */
import { startOf } from './days.ts'
import { type Currency, currencies } from './money.ts'
import type { AcquirerTermsRow, MerchantTermsRow } from './truth.ts'

const CHANGED_ON = '2026-11-01'
const FIRST_ON = '2026-01-01'

const isChanged = (day: string): boolean => day >= CHANGED_ON

/** Minor units of any currency. The first is that of the migrations. */
export const acquirerDisputeFee = (day: string): number => (isChanged(day) ? 1_300 : 1_000)

export const acquirerTerms = (): AcquirerTermsRow[] => [
  { validFromMs: startOf(CHANGED_ON), disputeFee: acquirerDisputeFee(CHANGED_ON) },
]

const first: Record<Currency, number> = { KRW: 5_000, USD: 400, JPY: 450, KWD: 1_250 }
const later: Record<Currency, number> = { KRW: 7_700, USD: 650, JPY: 0, KWD: 999 }

/** Of twelve merchants the first four have terms of their own, one more has them later. All others pay nothing. */
const fromFirst: readonly string[] = ['shop-001', 'shop-004', 'shop-007', 'shop-010']
const fromLater: readonly string[] = [...fromFirst, 'shop-002']

export function merchantDisputeFee(merchantId: string, currency: Currency, day: string): number {
  if (isChanged(day)) return fromLater.includes(merchantId) ? later[currency] : 0
  return fromFirst.includes(merchantId) ? first[currency] : 0
}

const termsFrom = (day: string, merchants: readonly string[]): MerchantTermsRow[] =>
  merchants.flatMap(merchantId =>
    currencies.map(currency => ({
      merchantId,
      currency,
      validFromMs: startOf(day),
      disputeFee: merchantDisputeFee(merchantId, currency, day),
    })),
  )

export const merchantTerms = (): MerchantTermsRow[] => [
  ...termsFrom(FIRST_ON, fromFirst),
  ...termsFrom(CHANGED_ON, fromLater),
]
