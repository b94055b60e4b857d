/** Sums of amounts over many rows. */

/** Throws when a number cannot hold it exactly. */
export function safeSum(amountsMinor: readonly number[]): number {
  const sum = amountsMinor.reduce((total, amountMinor) => total + BigInt(amountMinor), 0n)
  const asNumber = Number(sum)
  if (!Number.isSafeInteger(asNumber)) throw new Error(`a sum of ${sum} minor units is too large`)
  return asNumber
}
