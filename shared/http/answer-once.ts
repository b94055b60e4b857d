/** How the console answers a write that is done once for each key. */
import type { Once } from '../payments/once-by-key.ts'
import { ApiError, differentRequest } from './api-error.ts'
import { replayedHeaders } from './respond.ts'

/** 200 with what `told` makes of the outcome, or the refusal that it is; 422 for a key of another request. */
export function answerOnce<Outcome, Told>(once: Once<Outcome>, told: (outcome: Outcome) => Told) {
  if (once.kind === 'different_request') return differentRequest(once.differences)
  const body = told(once.outcome)
  if (body instanceof ApiError) return body as Extract<Told, ApiError>
  return { status: 200 as const, body: body as Exclude<Told, ApiError>, headers: replayedHeaders(once.replayed) }
}
