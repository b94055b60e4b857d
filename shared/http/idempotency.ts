/**
 * Middleware: fingerprints a keyed request and answers a finished repeat from the cache.
 * It never claims a key: the database's unique keys do. A cache that is away makes it slower, never wrong.
 */
import { createHash } from 'node:crypto'
import type { MiddlewareObj } from '@middy/core'
import canonicalize from 'canonicalize'
import type { MutationContract } from '../contracts/route-contract.ts'
import type { Answer, Claim } from '../payments/ports.ts'
import { type DuplicatePolicy, replay } from './respond.ts'
import type { HttpResult } from './route.ts'

interface CachedAnswer {
  fingerprint: string
  answer: Answer
}

/** Finished answers, by scope and key. */
export interface ResponseCache {
  /** What is cached (a miss is undefined), and how to cache what comes of the request. Neither throws. */
  open(
    scope: string,
    key: string,
  ): Promise<{ cached: CachedAnswer | undefined; keep(entry: CachedAnswer): Promise<void> }>
}

export interface IdempotencyPorts {
  responses: ResponseCache
  duplicates: DuplicatePolicy
}

interface ParsedEvent {
  body: { merchantId?: string }
  sentBody: unknown
  key: string | undefined
  pathParameters?: Record<string, string | undefined>
  claim?: Claim
  keepAnswer?: (entry: CachedAnswer) => Promise<void>
}

interface KeyedRequest {
  event: ParsedEvent
  response?: HttpResult | null
  internal: Record<string, unknown>
}

/** What makes a request the same as another one beside its body. */
type Mutation = Pick<MutationContract, 'mutation' | 'route'>

/** Needs `parseBody` before it. Adds `claim` to the event when the request carries a key. */
export function idempotency(ports: IdempotencyPorts, contract: Mutation): MiddlewareObj {
  const idempotencyBefore = async (request: KeyedRequest): Promise<HttpResult | undefined> => {
    const { event } = request
    if (event.key === undefined) return undefined
    const claim = claimOf(contract, event, event.key)
    const { cached, keep } = await ports.responses.open(scopeOf(event), claim.key)
    if (cached?.fingerprint === claim.fingerprint) return replay(cached.answer, ports.duplicates)
    event.claim = claim
    event.keepAnswer = keep
    return undefined
  }

  const idempotencyAfter = async (request: KeyedRequest): Promise<void> => {
    const { claim, keepAnswer } = request.event
    const answer = claim && cacheable(request.response)
    if (answer) await keepAnswer?.({ fingerprint: claim.fingerprint, answer })
  }

  return { before: idempotencyBefore, after: idempotencyAfter } as MiddlewareObj
}

/** The merchant's key space; a payment belongs to one merchant, so its id names the same space. */
const scopeOf = (event: ParsedEvent): string => event.pathParameters?.paymentId ?? event.body.merchantId ?? ''

function claimOf({ mutation, route }: Mutation, event: ParsedEvent, key: string): Claim {
  const path = route.replace('POST ', '').replace('{paymentId}', event.pathParameters?.paymentId ?? '')
  const canonicalRequest = canonicalize({ operation: mutation, path, body: event.sentBody })!
  return { key, canonicalRequest, fingerprint: `v1:${createHash('sha256').update(canonicalRequest).digest('hex')}` }
}

/** Successes and declines are always final. Conflicts may not be, and are left to the database. */
function cacheable(response: HttpResult | null | undefined): Answer | undefined {
  const { statusCode = 0, headers, body } = response ?? {}
  const final = (statusCode >= 200 && statusCode < 300) || statusCode === 402
  const contentType = headers?.['content-type']
  return final && body !== undefined && contentType !== undefined ? { statusCode, contentType, body } : undefined
}
