/** What we keep of the captures of a payment. */

/** The fees of one payment, in its currency. */
export interface FeeSchedule {
  /** Hundredths of a per cent of the captured amount. */
  basisPoints: number
  /** Minor units, once a payment. */
  fixedMinor: number
}

/** The fees of every payment that is authorized. */
export interface FeePolicy {
  basisPoints: number
  /** Minor units by currency code. */
  fixedMinor: Readonly<Record<string, number>>
}

const BASIS_POINTS_PER_WHOLE = 10_000n

export const scheduleFor = ({ basisPoints, fixedMinor }: FeePolicy, currency: string): FeeSchedule => ({
  basisPoints,
  fixedMinor: fixedMinor[currency] ?? 0,
})

/** The fee of all that is captured of a payment, in minor units: rounded half to even, never above what was captured. */
export function feeOfAllMinor({ basisPoints, fixedMinor }: FeeSchedule, capturedMinor: number): number {
  const proportional = divideHalfEven(BigInt(capturedMinor) * BigInt(basisPoints), BASIS_POINTS_PER_WHOLE)
  return Math.min(Number(proportional + BigInt(fixedMinor)), capturedMinor)
}

/**
 * The fee of one capture in minor units: what the fee of all grows by. So the fees of the parts are together the fee of the
 * whole, however it was captured. Never below 0, never above this capture.
 */
export const feeMinor = (schedule: FeeSchedule, capturedBeforeMinor: number, amountMinor: number): number =>
  Math.max(0, feeOfAllMinor(schedule, capturedBeforeMinor + amountMinor) - feeOfAllMinor(schedule, capturedBeforeMinor))

/** Integer division of non-negative numbers, rounded half to even. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const twiceRest = (dividend % divisor) * 2n
  if (twiceRest > divisor || (twiceRest === divisor && quotient % 2n === 1n)) return quotient + 1n
  return quotient
}
