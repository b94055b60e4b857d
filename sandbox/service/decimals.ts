/** Amounts between minor units and decimal numbers. No floating point. */

/** A decimal number in units of its last place; undefined when it is none, or has more places. */
export function wholeOf(text: string, places: number): bigint | undefined {
  const [, whole, fraction = ''] = /^(\d{1,18})(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined || fraction.length > places) return undefined
  return BigInt(whole + fraction.padEnd(places, '0'))
}

/** Units of the last place as a decimal number with so many places. */
export function decimalOf(units: bigint, places: number): string {
  if (units < 0n) return `-${decimalOf(-units, places)}`
  const digits = units.toString().padStart(places + 1, '0')
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
}
