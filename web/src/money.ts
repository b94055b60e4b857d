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

/** What a person typed as an amount, in the currency's minor unit; undefined when it is none, or finer than the currency is. */
export function amountMinorOf(text: string, currency: string): number | undefined {
  const exponent = currencyExponent(currency) ?? 0
  const [, whole, fraction = ''] = /^(\d{1,13})(?:\.(\d+))?$/.exec(text.trim().replaceAll(',', '')) ?? []
  if (whole === undefined || fraction.length > exponent) return undefined
  return Number(whole + fraction.padEnd(exponent, '0'))
}

/** The amount as a person would type it, its thousands set apart. */
export function amountTextOf(amountMinor: number, currency: string): string {
  const exponent = currencyExponent(currency) ?? 0
  const digits = { minimumFractionDigits: exponent, maximumFractionDigits: exponent }
  return new Intl.NumberFormat('en-US', digits).format(amountMinor / 10 ** exponent)
}
