/** Turns outcomes into HTTP answers. */
import type { RequestedKind } from '../contracts/lists.ts'
import { problemTexts } from '../contracts/problem-texts.ts'
import { conflictCodes, JSON_TYPE } from '../payments/answer.ts'
import type { Outcome } from '../payments/operation.ts'
import type { Answer } from '../payments/ports.ts'
import { ApiError, differentRequest, notFound, validationFailed } from './api-error.ts'
import type { HttpResult } from './route.ts'

/** What a finished repeat gets: the stored answer, or a 409 as in the original system. */
export type DuplicatePolicy = 'replay' | 'reject'

const retrySoon = { 'retry-after': '1' }

export const json = (statusCode: number, body: unknown): HttpResult => ({
  statusCode,
  headers: { 'content-type': JSON_TYPE },
  body: JSON.stringify(body),
})

/** Until when the answer is kept under its key. Absent when it is not kept. */
export const EXPIRES_HEADER = 'idempotency-expires'

/** On an answer that is given again under its key. */
export const REPLAYED_HEADER = 'idempotent-replayed'

/** Of an answer that a handler makes anew each time. */
export const replayedHeaders = (isReplayed: boolean): Record<string, string> =>
  isReplayed ? { [REPLAYED_HEADER]: 'true' } : {}

/** An answer that is kept under its key, and until when. */
interface KeptAnswer {
  answer: Answer
  expiresAtMs: number | null
}

const answered = ({ answer, expiresAtMs }: KeptAnswer, headers: Record<string, string> = {}): HttpResult => ({
  statusCode: answer.statusCode,
  headers: {
    'content-type': answer.contentType,
    ...(expiresAtMs === null ? {} : { [EXPIRES_HEADER]: new Date(expiresAtMs).toISOString() }),
    ...headers,
  },
  body: answer.body,
})

/** The stored answer again, byte for byte; throws 409 `finished` under the policy `reject`. */
export function replay(kept: KeptAnswer, policy: DuplicatePolicy): HttpResult {
  if (policy === 'reject') throw new ApiError('DUPLICATE_REQUEST', { details: { reason: 'finished' } })
  return answered(kept, { [REPLAYED_HEADER]: 'true' })
}

/** The answer to a mutation; throws ApiError for outcomes that are not stored. */
export function respond(outcome: Outcome, operation: RequestedKind, duplicates: DuplicatePolicy): HttpResult {
  switch (outcome.kind) {
    case 'answered':
      return outcome.replayed ? replay(outcome, duplicates) : answered(outcome)
    case 'in_progress':
      throw new ApiError('DUPLICATE_REQUEST', { details: { reason: 'in_progress' }, headers: retrySoon })
    case 'different_request':
      throw differentRequest(outcome.differences)
    case 'expired':
      throw new ApiError('DUPLICATE_REQUEST', { details: { reason: 'expired' } })
    case 'unknown':
      throw new ApiError('OUTCOME_UNKNOWN', {
        paymentId: outcome.paymentId,
        details: { operationId: outcome.operationId },
        headers: { 'retry-after': String(Math.max(1, Math.ceil(outcome.inquiryInMs / 1_000))) },
      })
    case 'busy':
      throw new ApiError(conflictCodes[operation], {
        paymentId: outcome.paymentId,
        details: { reason: 'in_progress', status: outcome.status },
        headers: retrySoon,
      })
    case 'currency_withdrawn':
      throw validationFailed([{ path: '/currency', message: problemTexts.currencyWithdrawn }])
    case 'not_found':
      throw notFound()
  }
}
