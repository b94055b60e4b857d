/** Repeats one request, always the same one, until its outcome is known. */
import { type ApiAnswer, errorOf, paymentOf } from './answer.ts'

/** Why an answer settles nothing yet. */
export type WaitReason = 'unreachable' | 'unavailable' | 'unknown' | 'in_progress' | 'busy' | 'trouble'

export type RetryDecision = { kind: 'final' } | { kind: 'repeat'; reason: WaitReason }

export interface Waiting {
  reason: WaitReason
  /** How often it was asked so far. */
  attempt: number
  requestId?: string
  /** When the next repeat is due. */
  nextAtMs: number
  /** It takes so long, or the API itself says so, that a person must be told that the outcome is unknown. */
  isUncertain: boolean
}

export interface RetryPorts {
  /** May end early: the connection is back, or a person does not want to wait. */
  pause: (delayMs: number) => Promise<void>
  nowMs: () => number
  /** Told before each repeat; undefined once the answer is there. */
  onWaiting: (waiting: Waiting | undefined) => void
}

export interface RetryPolicy {
  firstDelayMs: number
  delayMaxMs: number
  retryAfterMaxMs: number
  /** From then on a waiting is uncertain. */
  patienceMs: number
}

export const retryPolicy: RetryPolicy = {
  firstDelayMs: 500,
  delayMaxMs: 30_000,
  retryAfterMaxMs: 60_000,
  patienceMs: 8_000,
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

/**
 * Returns the final answer, however long it takes: the request may have been carried out, and only a repeat with the same key can tell.
 * `askOnce` must send the same key each time.
 */
export async function askUntilFinal(
  askOnce: () => Promise<ApiAnswer>,
  ports: RetryPorts,
  policy: RetryPolicy = retryPolicy,
): Promise<ApiAnswer> {
  const beganAtMs = ports.nowMs()
  for (let attempt = 1; ; attempt++) {
    const answer = await askOnce().catch(() => undefined)
    const decision: RetryDecision = answer ? judge(answer) : { kind: 'repeat', reason: 'unreachable' }
    if (answer && decision.kind === 'final') {
      ports.onWaiting(undefined)
      return answer
    }
    const reason = decision.kind === 'repeat' ? decision.reason : 'unreachable'
    const delayMs = delayMsOf(attempt, answer?.retryAfterMs, policy)
    const nextAtMs = ports.nowMs() + delayMs
    const isUncertain = reason === 'unknown' || nextAtMs - beganAtMs > policy.patienceMs
    ports.onWaiting({ reason, attempt, requestId: answer?.requestId, nextAtMs, isUncertain })
    await ports.pause(delayMs)
  }
}
