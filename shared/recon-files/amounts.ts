/** Amounts, days and names as files write them. Everything that is not exactly right is a ReconFileError without its place. */
import { hash } from 'node:crypto'
import { currencyExponent } from '../contracts/currency.ts'
import { ReconFileError } from '../reconciliation/ports.ts'

/** With more a number would not be exact. */
const LINE_DIGITS_MAX = 15
const SUM_DIGITS_MAX = 18

/** How many decimals the currency has. */
export function exponentOf(currency: string): number {
  const exponent = currencyExponent(currency)
  if (exponent === undefined)
    throw new ReconFileError(`${shown(currency)} is no currency that we know: correct the code`)
  return exponent
}

interface AmountRule {
  /** It must have all the decimals of its currency, so that an amount in minor units is never read as one in major units. */
  exact?: boolean
  /** Zeros at its end may go beyond the decimals of its currency. */
  padded?: boolean
}

/** Minor units of a decimal number with a sign or without, as one line may have them. */
export function minorOf(text: string, currency: string, rule: AmountRule = {}): number {
  const minor = Number(digitsOf(text, currency, LINE_DIGITS_MAX, rule))
  return Object.is(minor, -0) ? 0 : minor
}

/** As `minorOf`, of a sum. */
export const sumMinorOf = (text: string, currency: string, rule: AmountRule = {}): bigint =>
  BigInt(digitsOf(text, currency, SUM_DIGITS_MAX, rule))

/** The minor units, still as text. */
function digitsOf(text: string, currency: string, digitsMax: number, { exact, padded }: AmountRule): string {
  const places = exponentOf(currency)
  const [, sign, whole, written = ''] = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?$/.exec(text) ?? []
  const fraction = padded ? written.replace(/0+$/, '') : written
  if (whole === undefined)
    throw new ReconFileError(`${shown(text)} is no amount: write it as a decimal number, such as ${exampleOf(places)}`)
  if (fraction.length > places || (exact && fraction.length < places))
    throw new ReconFileError(
      `${text} has ${written.length} decimals, and ${currency} has ${places}: write it as ${exampleOf(places)}`,
    )
  const digits = whole + fraction.padEnd(places, '0')
  if (digits.length > digitsMax && digits.replace(/^0+/, '').length > digitsMax)
    throw new ReconFileError(`${text} ${currency} is more than can be kept: split it`)
  return sign + digits
}

/** Minor units as a decimal number. */
export function decimalOf(minor: bigint, currency: string): string {
  if (minor < 0n) return `-${decimalOf(-minor, currency)}`
  const places = exponentOf(currency)
  const digits = minor.toString().padStart(places + 1, '0')
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
}

const exampleOf = (places: number): string => (places === 0 ? '1000' : `1000.${'0'.repeat(places)}`)

/** A sum as a number. */
export function sumOf(minor: bigint, currency: string): number {
  if (minor > Number.MAX_SAFE_INTEGER || minor < Number.MIN_SAFE_INTEGER)
    throw new ReconFileError(`the sum of ${currency} is more than can be kept: split the file`)
  return Number(minor)
}

/** `YYYY-MM-DD`, a day that there is. */
export function dayOf(text: string): string {
  const timeMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN
  // The thirtieth of February is read as a day of March.
  if (Number.isNaN(timeMs) || new Date(timeMs).toISOString().slice(0, 10) !== text)
    throw new ReconFileError(`${shown(text)} is no day: write it as 2026-11-27`)
  return text
}

const NAME_CHARACTERS_MAX = 64

/** What something is called: printable ASCII, as the tables that hold it. */
export const isName = (text: string): boolean => text.length <= NAME_CHARACTERS_MAX && /^[\x21-\x7e]+$/.test(text)

export function nameOf(text: string, what: string): string {
  if (!isName(text))
    throw new ReconFileError(
      `${shown(text)} is no ${what}: it must be 1 to ${NAME_CHARACTERS_MAX} letters, digits and signs of ASCII`,
    )
  return text
}

/** Text of a file as a message shows it. */
export const shown = (text: string): string => {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return `"${short.replace(/\p{C}/gu, '�')}"`
}

/** 32 hexadecimal digits of what a line says. */
export const contentHashOf = (said: readonly (string | number | null)[]): string =>
  hash('sha256', JSON.stringify(said), 'hex').slice(0, 32)

/** Adds the place to what is wrong there. */
export function atLine<T>(line: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ReconFileError) throw new ReconFileError(`line ${line}: ${error.message}`)
    throw error
  }
}
