/** Refusals of what operators decide about payouts and breaks. */
import type { BreakRefusal, PayoutFileState, PayoutState } from '../contracts/lists.ts'
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

/** The same of a break. */
export const refusedBreak = (reason: BreakRefusal | 'not_found'): ApiError<'NOT_FOUND' | 'BREAK_CONFLICT'> =>
  reason === 'not_found' ? notFound() : new ApiError('BREAK_CONFLICT', { details: { reason } })
