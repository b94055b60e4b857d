/**
 * Middleware: charges a mutation to its caller, fingerprints a keyed one, and answers a finished repeat from the cache.
 * It never claims a key: the database's unique keys do. A cache that is away makes it slower, never wrong.
 */
import type { MiddlewareObj } from '@middy/core'
import type { Charge, LimitState } from '../contracts/limits.ts'
import type { MutationContract } from '../contracts/route-contract.ts'
import { isExpired } from '../payments/answer-lifetime.ts'
import type { Answer, Claim, Clock } from '../payments/ports.ts'
import { claimOf } from './claim.ts'
import { chargeOf, keepWithin, type LimitPorts } from './rate-limit.ts'
import { type DuplicatePolicy, EXPIRES_HEADER, replay } from './respond.ts'
import type { AnswerPlace, HttpResult } from './route.ts'

interface CachedAnswer {
  fingerprint: string
  answer: Answer
  expiresAtMs: number
}

/** Finished answers, by scope and key. */
export interface ResponseCache {
  /**
   * What is cached (a miss is undefined), and how to cache what comes of the request. Neither throws. Charges for the request:
   * less when the cached answer is that of its fingerprint.
   */
  open(
    request: { scope: string; key: string; fingerprint: string },
    charge: Charge,
  ): Promise<{
    limits: LimitState[]
    cached: CachedAnswer | undefined
    keep(entry: CachedAnswer): Promise<void>
  }>
}

export interface IdempotencyPorts extends LimitPorts {
  responses: ResponseCache
  duplicates: DuplicatePolicy
  clock: Pick<Clock, 'virtualNowMs'>
}

interface ParsedEvent {
  body: { merchantId?: string }
  sentBody: unknown
  key: string | undefined
  pathParameters?: Record<string, string | undefined>
  claim?: Claim
  replayedFrom?: AnswerPlace
  keepAnswer?: (entry: CachedAnswer) => Promise<void>
  limits?: readonly LimitState[]
}

interface KeyedRequest {
  event: ParsedEvent
  response?: HttpResult | null
  internal: Record<string, unknown>
}

/** What makes a request the same as another one beside its body. */
type Mutation = Pick<MutationContract, 'mutation' | 'route' | 'routeClass'>

/** Needs `parseBody` before it. Charges the request, and adds `claim` to the event when it carries a key. 429. */
export function idempotency(ports: IdempotencyPorts, contract: Mutation): MiddlewareObj {
  const idempotencyBefore = async (request: KeyedRequest): Promise<HttpResult | undefined> => {
    const { event } = request
    const charge = chargeOf(event, contract.routeClass, ports)
    if (event.key === undefined) {
      keepWithin(event, (await ports.limiter.take(charge)).limits)
      return undefined
    }
    const { key, sentBody: body, pathParameters } = event
    const claim = claimOf({ key, operation: contract.mutation, route: contract.route, pathParameters, body })
    const keyed = { scope: scopeOf(event), key: claim.key, fingerprint: claim.fingerprint }
    const { limits, cached, keep } = await ports.responses.open(keyed, charge)
    keepWithin(event, limits)
    if (cached?.fingerprint === claim.fingerprint && !isExpired(cached.expiresAtMs, ports.clock.virtualNowMs())) {
      event.replayedFrom = 'cache'
      return replay(cached, ports.duplicates)
    }
    event.claim = claim
    event.keepAnswer = keep
    return undefined
  }

  const idempotencyAfter = async (request: KeyedRequest): Promise<void> => {
    const { claim, keepAnswer } = request.event
    const kept = claim && keptIn(request.response)
    if (kept) await keepAnswer?.({ fingerprint: claim.fingerprint, ...kept })
  }

  return { before: idempotencyBefore, after: idempotencyAfter } as MiddlewareObj
}

/** The merchant's key space; a payment belongs to one merchant, so its id names the same space. */
const scopeOf = (event: ParsedEvent): string => event.pathParameters?.paymentId ?? event.body.merchantId ?? ''

/** An answer that is kept under its key says until when; no other does. */
function keptIn(response: HttpResult | null | undefined): { answer: Answer; expiresAtMs: number } | undefined {
  const { statusCode, headers, body } = response ?? {}
  const { 'content-type': contentType, [EXPIRES_HEADER]: expires } = headers ?? {}
  if (statusCode === undefined || body === undefined || contentType === undefined || expires === undefined)
    return undefined
  return { answer: { statusCode, contentType, body }, expiresAtMs: Date.parse(expires) }
}
