/** What stands in the cells of a CSV file for spreadsheets. Needs no zod: a browser may load it. */
import { currencyExponent } from './currency.ts'

/** A spreadsheet would run what begins like a formula. Amounts are not guarded: they are numbers, also with their minus. */
export const guarded = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)

/** In the currency's own unit, with all its decimals: −1999 minor units of USD are -19.99. */
export function majorUnits(amountMinor: bigint, currency: string): string {
  const decimals = currencyExponent(currency)
  if (decimals === undefined) throw new Error(`${currency} is no currency`)
  const digits = String(amountMinor < 0n ? -amountMinor : amountMinor).padStart(decimals + 1, '0')
  const sign = amountMinor < 0n ? '-' : ''
  return sign + (decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`)
}
