/** Currencies and what the acquirer takes, by rules of their own. Amounts are minor units. */

export const currencies = ['KRW', 'USD', 'JPY', 'KWD'] as const
export type Currency = (typeof currencies)[number]

export const decimalsOf: Record<Currency, number> = { KRW: 0, USD: 2, JPY: 0, KWD: 3 }

/** `-1234` of a currency with two decimals is `-12.34`. */
export function decimalText(minor: number, currency: Currency): string {
  const decimals = decimalsOf[currency]
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0')
  const sign = minor < 0 ? '-' : ''
  if (decimals === 0) return sign + digits
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/** Halves go to the even neighbour. `by` is positive. */
export function dividedHalfEven(value: number, by: number): number {
  const sign = value < 0 ? -1 : 1
  const size = Math.abs(value)
  const whole = Math.floor(size / by)
  const twice = 2 * (size - whole * by)
  const isUp = twice > by || (twice === by && whole % 2 === 1)
  return sign * (whole + (isUp ? 1 : 0)) || 0
}

const FEE_BP = 150

export const feeOf = (amount: number): number => dividedHalfEven(amount * FEE_BP, 10_000)
export const vatOf = (fee: number): number => dividedHalfEven(fee, 10)
