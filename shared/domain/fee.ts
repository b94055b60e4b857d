/** What we keep of a capture. */

export interface FeeSchedule {
  /** Hundredths of a per cent of the captured amount. */
  basisPoints: number
  /** Minor units by currency code, taken at the first capture of a payment only. */
  fixedMinor: Readonly<Record<string, number>>
}

const BASIS_POINTS_PER_WHOLE = 10_000n

/** The fee of one capture in minor units: rounded half to even, never below 0, never above what was captured. */
export function feeMinor(
  schedule: FeeSchedule,
  capture: { amountMinor: number; currency: string; first: boolean },
): number {
  const proportional = divideHalfEven(
    BigInt(capture.amountMinor) * BigInt(schedule.basisPoints),
    BASIS_POINTS_PER_WHOLE,
  )
  const fixed = capture.first ? BigInt(schedule.fixedMinor[capture.currency] ?? 0) : 0n
  const fee = Number(proportional + fixed)
  return Math.min(Math.max(fee, 0), capture.amountMinor)
}

/** Integer division of non-negative numbers, rounded half to even. */
function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const twiceRest = (dividend % divisor) * 2n
  if (twiceRest > divisor || (twiceRest === divisor && quotient % 2n === 1n)) return quotient + 1n
  return quotient
}
