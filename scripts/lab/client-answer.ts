/** What a client of the lab was answered, and when it has to ask again by the rules of the API. */
import { setTimeout as sleep } from 'node:timers/promises'
import { objectOf, parseJson } from '../../shared/invariants/payment-history.ts'

export interface ClientAnswer {
  statusCode: number
  body: Buffer
  json: Record<string, unknown>
  retryAfterMs: number | undefined
}

export type RetryReason = 'no answer' | 'unavailable' | 'in progress' | 'rate limited' | 'internal error'

export const noRetries = (): Record<RetryReason, number> => ({
  'no answer': 0,
  unavailable: 0,
  'in progress': 0,
  'rate limited': 0,
  'internal error': 0,
})

/** Longer than the handler's own time-out, so that a slow answer is still heard. */
export const REQUEST_TIMEOUT_MS = 15_000
const RETRY_AFTER_MAX_MS = 1_000

export function answerOf(statusCode: number, body: Buffer, retryAfter: string | null): ClientAnswer {
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter)
  return {
    statusCode,
    body,
    json: objectOf(parseJson(body.toString('utf8'))) ?? {},
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  }
}

const isInProgress = ({ statusCode, json }: ClientAnswer): boolean =>
  statusCode === 409 && objectOf(json.details)?.reason === 'in_progress'

const isRateLimited = ({ statusCode }: ClientAnswer): boolean => statusCode === 429

/** Whether repeating the call could not change the answer any more. */
export const isFinal = (answer: ClientAnswer): boolean =>
  answer.statusCode < 500 && !isInProgress(answer) && !isRateLimited(answer)

const retryReasonOf = (answer: ClientAnswer | null): RetryReason => {
  if (answer === null) return 'no answer'
  if (answer.statusCode === 409) return 'in progress'
  if (isRateLimited(answer)) return 'rate limited'
  return answer.statusCode === 500 ? 'internal error' : 'unavailable'
}

export interface Repeating {
  /** How long one call may be repeated before it counts as never answered. */
  deadlineMs: number
  retries: Record<RetryReason, number>
}

/** Null when no final answer came before the deadline. */
export interface FinalAnswer {
  answer: ClientAnswer | null
  /** How often it was told 500, which no fault excuses. */
  internalErrors: number
}

/** Sends a call, whose key makes that safe, until the answer is final. `send` rejects when no whole answer comes back. */
export async function repeatUntilFinal(
  send: () => Promise<ClientAnswer>,
  { deadlineMs, retries }: Repeating,
  onNotFinal: (answer: ClientAnswer | null) => void = () => {},
): Promise<FinalAnswer> {
  const endMs = performance.now() + deadlineMs
  let internalErrors = 0
  for (let attempt = 0; performance.now() < endMs; attempt++) {
    const answer = await send().catch(() => null)
    if (answer && isFinal(answer)) return { answer, internalErrors }
    onNotFinal(answer)
    const reason = retryReasonOf(answer)
    retries[reason]++
    if (reason === 'internal error') internalErrors++
    await sleep(Math.min(answer?.retryAfterMs ?? 100 * 2 ** Math.min(attempt, 3), RETRY_AFTER_MAX_MS))
  }
  return { answer: null, internalErrors }
}
