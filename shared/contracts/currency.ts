/** ISO 4217: the currencies we know, the number of decimal places of their minor unit, and which were withdrawn when. */

const ZERO_DECIMALS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
const TWO_DECIMALS =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW ' +
  'CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS ' +
  'INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN ' +
  'NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC ' +
  'SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG'
const THREE_DECIMALS = 'BHD IQD JOD KWD LYD OMR TND'
const FOUR_DECIMALS = 'CLF UYW'

/**
 * Codes that left ISO 4217, and the first day without them (UTC). They stay in the table, because payments that were authorized in them go on.
 * By SIX's List One as published on 2026-01-01 (the PyPI package iso4217 1.16.20260101 carries it), which has every other code
 * of this table and lacks none but metals, baskets and codes for tests. Bulgaria has the euro since that day.
 */
const withdrawnOn = new Map([['BGN', '2026-01-01']])

const byExponent: ReadonlyArray<[exponent: number, codes: string]> = [
  [0, ZERO_DECIMALS],
  [2, TWO_DECIMALS],
  [3, THREE_DECIMALS],
  [4, FOUR_DECIMALS],
]

const exponents = new Map(
  byExponent.flatMap(([exponent, codes]) => codes.split(' ').map(code => [code, exponent] as const)),
)

/** Every ISO 4217 code that we know, withdrawn ones too. */
export const currencyCodes: readonly string[] = [...exponents.keys()]

/** Decimal places of the currency's minor unit (KRW 0, USD 2), or undefined for an unknown code. */
export const currencyExponent = (code: string): number | undefined => exponents.get(code)

/** Whether the currency has left ISO 4217 by then: nothing new is authorized in it. */
export function isWithdrawn(code: string, nowMs: number): boolean {
  const day = withdrawnOn.get(code)
  return day !== undefined && nowMs >= Date.parse(day)
}
