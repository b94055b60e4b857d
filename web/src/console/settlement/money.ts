/** Sums that may be more than a number holds, as a person reads them. */
import { currencyExponent } from '../../../../shared/contracts/currency.ts'
import type { Language } from '../../../../shared/contracts/errors.ts'
import { formatMoney } from '../../money.ts'

const locales: Record<Language, string> = { ko: 'ko-KR', en: 'en-US' }

/** `minor`: digits in the currency's minor unit, as the API sends sums. */
export function formatSum(minor: string, currency: string, language: Language): string {
  const exponent = currencyExponent(currency)
  if (exponent === undefined || Number.isSafeInteger(Number(minor)))
    return formatMoney(Number(minor), currency, language)
  const digits = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const
  const format = new Intl.NumberFormat(locales[language], {
    ...digits,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  })
  // A text is exact, however long it is.
  const [sign, figures] = minor.startsWith('-') ? ['-', minor.slice(1)] : ['', minor]
  const whole = figures.padStart(exponent + 1, '0')
  const major = exponent === 0 ? whole : `${whole.slice(0, -exponent)}.${whole.slice(-exponent)}`
  return format.format(`${sign}${major}` as unknown as number)
}

/** The sum of sums. */
export const addUp = (sums: readonly string[]): string => String(sums.reduce((sum, each) => sum + BigInt(each), 0n))
