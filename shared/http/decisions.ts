/** Refusals of what operators decide about payouts and breaks. */
import type { BatchState, BreakRefusal, LivePayoutState, PayoutFileState, PayoutState } from '../contracts/lists.ts'
import { ApiError, notFound } from './api-error.ts'

export type RefusedPayout =
  | { kind: 'not_found' }
  | { kind: 'too_late'; state: PayoutFileState | PayoutState }
  | { kind: 'held'; count: number }
  | { kind: 'changing' }

/** 404, or 409 with what stands against it. */
export function refusedPayout(refused: RefusedPayout): ApiError<'NOT_FOUND' | 'PAYOUT_CONFLICT'> {
  switch (refused.kind) {
    case 'not_found':
      return notFound()
    case 'too_late':
      return new ApiError('PAYOUT_CONFLICT', { details: { reason: 'state', state: refused.state } })
    case 'held':
      return new ApiError('PAYOUT_CONFLICT', { details: { reason: 'held', count: refused.count } })
    case 'changing':
      return new ApiError('PAYOUT_CONFLICT', { details: { reason: 'changing' } })
  }
}

export type RefusedRetry =
  | { kind: 'not_found' | 'too_many' }
  | { kind: 'not_closed'; state: BatchState }
  | { kind: 'living'; payout: { payoutId: string; state: LivePayoutState } }
  | { kind: 'attempts_left'; attempt: number }

/** The same of another payout of a batch. */
export function refusedRetry(refused: RefusedRetry): ApiError<'NOT_FOUND' | 'BATCH_CONFLICT'> {
  switch (refused.kind) {
    case 'not_found':
      return notFound()
    case 'not_closed':
      return new ApiError('BATCH_CONFLICT', { details: { reason: 'state', state: refused.state } })
    case 'living': {
      const { payoutId, state } = refused.payout
      return new ApiError('BATCH_CONFLICT', { details: { reason: 'living', payoutId, state } })
    }
    case 'attempts_left':
      return new ApiError('BATCH_CONFLICT', { details: { reason: 'attempts_left', attempt: refused.attempt } })
    case 'too_many':
      return new ApiError('BATCH_CONFLICT', { details: { reason: 'too_many' } })
  }
}

/** The same of a break. */
export const refusedBreak = (reason: BreakRefusal | 'not_found'): ApiError<'NOT_FOUND' | 'BREAK_CONFLICT'> =>
  reason === 'not_found' ? notFound() : new ApiError('BREAK_CONFLICT', { details: { reason } })
