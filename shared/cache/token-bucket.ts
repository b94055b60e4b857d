/**
 * The arithmetic of a token bucket that is stored as one time: when it is full again (the generic cell rate algorithm).
 * Costs are tenths of a request, times microseconds.
 */
import type { LimitName, LimitState, RateLimit } from '../contracts/limits.ts'

/** A new request, and one that a stored answer is found for. */
export const COST_TENTHS = 10
export const STORED_COST_TENTHS = 1

export interface Bucket {
  limit: LimitName
  quota: number
  /** In which a tenth of a request flows back. */
  tenthMicros: number
  /** The longest time until it is full: then it is empty. */
  emptyMicros: number
}

export function bucketOf(limit: LimitName, { perSecond, burst }: RateLimit): Bucket {
  const tenthMicros = 1_000_000 / perSecond / COST_TENTHS
  return { limit, quota: burst, tenthMicros, emptyMicros: Math.round(burst * COST_TENTHS * tenthMicros) }
}

/** Where the bucket stands when it is full in `fullInMicros`, and by how much a request was too much for it, if it was. */
export function stateOf(bucket: Bucket, fullInMicros: number, overMicros: number): LimitState {
  const { limit, quota, tenthMicros, emptyMicros } = bucket
  const isRefused = overMicros > 0
  return {
    limit,
    quota,
    windowSeconds: Math.ceil(emptyMicros / 1_000_000),
    remaining: Math.max(0, Math.floor((emptyMicros - fullInMicros) / tenthMicros / COST_TENTHS)),
    resetSeconds: Math.ceil(fullInMicros / 1_000_000),
    ...(isRefused && { retryAfterSeconds: Math.ceil(overMicros / 1_000_000) }),
  }
}
