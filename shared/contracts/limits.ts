/** Rate limits: what is limited, for whom, and what a caller is told about it. */

/** Routes that share limits. */
export const routeClasses = ['mutations', 'reads'] as const
export type RouteClass = (typeof routeClasses)[number]

/** Whose requests are counted together. */
export const limitNames = ['caller', 'ip'] as const
export type LimitName = (typeof limitNames)[number]

/** A token bucket: `burst` requests at once, and `perSecond` ever after. */
export interface RateLimit {
  perSecond: number
  burst: number
}

export type RateLimits = Record<RouteClass, Record<LimitName, RateLimit>>

/** Who asks, as far as it is known. */
export interface Charge {
  routeClass: RouteClass
  caller: string | undefined
  ip: string
}

/** Where one bucket stands after a request. */
export interface LimitState {
  limit: LimitName
  /** What the bucket holds when it is full, and in how many seconds it fills up. */
  quota: number
  windowSeconds: number
  remaining: number
  /** Until it is full again. */
  resetSeconds: number
  /** The request was not admitted, and costs nothing; in so many seconds it would be. */
  retryAfterSeconds?: number
}
