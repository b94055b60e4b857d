/** Middleware: charges a request to its caller and its address, and refuses what is beyond their limits. */
import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { Charge, LimitState, RouteClass } from '../contracts/limits.ts'
import { ApiError } from './api-error.ts'

export interface RateLimiter {
  /** Takes the cost of a new request from the buckets of caller and address, or says that it is too much. Never throws. */
  take(charge: Charge): Promise<{ limits: LimitState[] }>
}

export interface LimitPorts {
  limiter: RateLimiter
  /** Who counts as the caller: whom API Gateway's authorizer named, or, where there is none, the merchant that the request names. */
  callerIs: 'principal' | 'merchant'
}

/** What is read of an event that other middlewares may have parsed. */
interface ChargedEvent {
  requestContext: APIGatewayProxyEventV2['requestContext'] & { authorizer?: { iam?: { callerId?: string } } }
  body?: unknown
  query?: { merchantId?: string }
  limits?: readonly LimitState[]
}

/** A route whose requests have no idempotency key. `idempotency` charges those that have. */
export function rateLimit(ports: LimitPorts, routeClass: RouteClass): MiddlewareObj {
  const rateLimitBefore = async (request: { event: unknown }): Promise<void> => {
    const event = request.event as ChargedEvent
    keepWithin(event, (await ports.limiter.take(chargeOf(event, routeClass, ports))).limits)
  }
  return { before: rateLimitBefore } as MiddlewareObj
}

/** Charges what was refused before it could be charged, to the address alone: what it says of its caller may be malformed, too. */
export function chargeRefused(ports: LimitPorts, routeClass: RouteClass): MiddlewareObj {
  const chargeRefusedOnError = async (request: { event: unknown; error: unknown }): Promise<void> => {
    const event = request.event as ChargedEvent
    if (event.limits !== undefined || !isFault(request.error)) return
    try {
      keepWithin(event, (await ports.limiter.take({ routeClass, caller: undefined, ip: ipOf(event) })).limits)
    } catch (error) {
      request.error = error
    }
  }
  return { onError: chargeRefusedOnError } as unknown as MiddlewareObj
}

/** Of the caller. */
const isFault = (error: unknown): boolean =>
  error instanceof ApiError && ['VALIDATION_FAILED', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'].includes(error.code)

/** Notes on the event where its buckets stand, and throws RATE_LIMITED when one of them refuses it. */
export function keepWithin(event: { limits?: readonly LimitState[] }, limits: readonly LimitState[]): void {
  event.limits = limits
  const refusing = limits.filter(({ retryAfterSeconds }) => retryAfterSeconds !== undefined)
  if (refusing.length === 0) return
  const retryAfterSeconds = Math.max(...refusing.map(limit => limit.retryAfterSeconds!))
  throw new ApiError('RATE_LIMITED', {
    details: { limit: refusing[0]!.limit },
    headers: { 'retry-after': String(retryAfterSeconds) },
  })
}

export function chargeOf(event: object, routeClass: RouteClass, { callerIs }: LimitPorts): Charge {
  const charged = event as ChargedEvent
  const caller = callerIs === 'principal' ? principalOf(charged) : merchantOf(charged)
  return { routeClass, caller, ip: ipOf(charged) }
}

/** IAM's id of a user or role. What follows a colon is the name of a session, which the caller chooses. */
const principalOf = ({ requestContext }: ChargedEvent): string | undefined =>
  requestContext.authorizer?.iam?.callerId?.split(':')[0]

const merchantOf = ({ body, query }: ChargedEvent): string | undefined =>
  (body as { merchantId?: string } | undefined)?.merchantId ?? query?.merchantId

/** As the gateway saw it. Headers about forwarding can be written by anyone. */
const ipOf = ({ requestContext }: ChargedEvent): string => requestContext.http.sourceIp

/** The header fields of draft-ietf-httpapi-ratelimit-headers. */
export function limitHeaders(limits: readonly LimitState[]): Record<string, string> {
  return {
    'ratelimit-policy': limits.map(({ limit, quota, windowSeconds: w }) => `"${limit}";q=${quota};w=${w}`).join(', '),
    ratelimit: limits
      .map(({ limit, remaining, resetSeconds }) => `"${limit}";r=${remaining};t=${resetSeconds}`)
      .join(', '),
  }
}
