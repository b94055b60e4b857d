/** Amounts as a person reads them. */

import { currencyExponent } from '../../shared/contracts/currency.ts'
import type { Language } from '../../shared/contracts/errors.ts'

const locales: Record<Language, string> = { ko: 'ko-KR', en: 'en-US' }

/** `amountMinor` in the currency's minor unit, as `₩1,550,000`. An unknown currency shows its code and the bare integer. */
export function formatMoney(amountMinor: number, currency: string, language: Language): string {
  const exponent = currencyExponent(currency)
  if (exponent === undefined) return `${amountMinor} ${currency}`
  return new Intl.NumberFormat(locales[language], {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  }).format(amountMinor / 10 ** exponent)
}
