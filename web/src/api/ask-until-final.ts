/** Repeats one request, always the same one, until its outcome is known or patience ends. */
import { type ApiAnswer, errorOf, paymentOf } from './answer.ts'

/** Why an answer settles nothing yet. */
export type WaitReason = 'unreachable' | 'unavailable' | 'unknown' | 'in_progress' | 'busy' | 'trouble'

export type RetryDecision = { kind: 'final' } | { kind: 'repeat'; reason: WaitReason }

export interface Waiting {
  reason: WaitReason
  attempt: number
  requestId?: string
}

export interface RetryPorts {
  sleep: (delayMs: number) => Promise<void>
  nowMs: () => number
  /** Told before each repeat; undefined once the answer is there. */
  onWaiting: (waiting: Waiting | undefined) => void
}

export interface RetryPolicy {
  firstDelayMs: number
  delayMaxMs: number
  retryAfterMaxMs: number
  /** No repeat is begun after this. */
  patienceMs: number
}

export const retryPolicy: RetryPolicy = {
  firstDelayMs: 500,
  delayMaxMs: 4_000,
  retryAfterMaxMs: 5_000,
  patienceMs: 20_000,
}

/** The request may or may not have been carried out. Only a repeat with the same key can tell. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError'
  readonly waiting: Waiting

  constructor(waiting: Waiting) {
    super(`no final answer after ${waiting.attempt} attempts: ${waiting.reason}`)
    this.waiting = waiting
  }
}

/**
 * Whether the answer settles the request. A refusal is final only when the API itself gave it:
 * a proxy's page or a 5xx leaves open what happened behind it.
 */
export function judge(answer: ApiAnswer): RetryDecision {
  if (paymentOf(answer)) return { kind: 'final' }
  const error = errorOf(answer)
  if (!error) return { kind: 'repeat', reason: 'unreachable' }
  if (error.code === 'OUTCOME_UNKNOWN') return { kind: 'repeat', reason: 'unknown' }
  if (answer.statusCode === 503) return { kind: 'repeat', reason: 'unavailable' }
  if (answer.statusCode >= 500) return { kind: 'repeat', reason: 'trouble' }
  if (answer.statusCode === 429) return { kind: 'repeat', reason: 'busy' }
  if (answer.statusCode === 409 && error.details.reason === 'in_progress')
    return { kind: 'repeat', reason: 'in_progress' }
  return { kind: 'final' }
}

/** Doubles from `firstDelayMs` up to `delayMaxMs`, and never repeats before the API's own `Retry-After` (within reason). */
export function delayMsOf(attempt: number, retryAfterMs: number | undefined, policy: RetryPolicy): number {
  const backOffMs = Math.min(policy.firstDelayMs * 2 ** (attempt - 1), policy.delayMaxMs)
  return Math.max(backOffMs, Math.min(retryAfterMs ?? 0, policy.retryAfterMaxMs))
}

/** Returns the final answer. Throws OutcomeUnknownError when patience ends first. `askOnce` must send the same key each time. */
export async function askUntilFinal(
  askOnce: () => Promise<ApiAnswer>,
  ports: RetryPorts,
  policy: RetryPolicy = retryPolicy,
): Promise<ApiAnswer> {
  const endMs = ports.nowMs() + policy.patienceMs
  for (let attempt = 1; ; attempt++) {
    const answer = await askOnce().catch(() => undefined)
    const decision: RetryDecision = answer ? judge(answer) : { kind: 'repeat', reason: 'unreachable' }
    if (answer && decision.kind === 'final') {
      ports.onWaiting(undefined)
      return answer
    }
    const reason = decision.kind === 'repeat' ? decision.reason : 'unreachable'
    const waiting = { reason, attempt, requestId: answer?.requestId }
    const delayMs = delayMsOf(attempt, answer?.retryAfterMs, policy)
    if (ports.nowMs() + delayMs > endMs) throw new OutcomeUnknownError(waiting)
    ports.onWaiting(waiting)
    await ports.sleep(delayMs)
  }
}
