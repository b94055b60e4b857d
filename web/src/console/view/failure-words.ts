/** Which words of the console say what an answer of the API means. */
import type { CallFailure } from '../session/session.ts'

const worded = [
  'unreachable',
  'VALIDATION_FAILED',
  'NOT_FOUND',
  'DUPLICATE_REQUEST',
  'FORBIDDEN',
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
] as const

export type FailureWords = (typeof worded)[number] | 'unknownApprover' | 'other'

/** Where a code has reasons that want another remedy, the reason decides. */
export function failureWordsOf({ code, details }: Pick<CallFailure, 'code' | 'details'>): FailureWords {
  if (code === 'FORBIDDEN' && details.reason === 'unknown_approver') return 'unknownApprover'
  return worded.find(word => word === code) ?? 'other'
}
