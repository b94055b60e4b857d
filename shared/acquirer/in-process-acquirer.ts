/**
 * The sandbox acquirer without a service: for unit tests, and for measuring what the hop to the service costs. The order alone decides,
 * so that it is idempotent without memory. It cannot remember that somebody asked: a `late` order never arrives.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { behaviorOf, declineReasons, type TokenBehavior } from '../contracts/test-tokens.ts'
import type { Acquirer, AcquirerOrder, Verdict } from '../payments/ports.ts'

export interface InProcessAcquirerOptions {
  /** Longer answers are reported as unknown. Shorter than the handler's time-out. */
  timeoutMs: number
  /** How long `tok_slow` takes to answer. */
  slowMs?: number
}

type Decided = Exclude<Verdict, { kind: 'unknown' }>

/** What becomes of an order, and when its answer comes, if ever. */
interface Course {
  /** Undefined: it is never decided. */
  decision: Decided | undefined
  answer: 'at_once' | 'slow' | 'never' | 'unreadable'
}

const SLOW_MS = 3_000

export class InProcessAcquirer implements Acquirer {
  readonly #options: Required<InProcessAcquirerOptions>

  constructor(options: InProcessAcquirerOptions) {
    this.#options = { slowMs: SLOW_MS, ...options }
  }

  mayTry(): boolean {
    return true
  }

  /** It is always there. */
  async ping(): Promise<void> {}

  async submit(order: AcquirerOrder): Promise<Verdict> {
    const { timeoutMs, slowMs } = this.#options
    const { decision, answer } = courseOf(order)
    const answersAfterMs = { at_once: 0, unreadable: 0, slow: slowMs, never: Number.POSITIVE_INFINITY }[answer]
    const waitMs = Math.min(answersAfterMs, timeoutMs)
    if (waitMs > 0) await sleep(waitMs)
    const isRead = answer !== 'unreadable' && answersAfterMs <= timeoutMs
    return isRead && decision !== undefined ? decision : { kind: 'unknown' }
  }

  async inquire(order: AcquirerOrder): Promise<Verdict | { kind: 'not_found' }> {
    return courseOf(order).decision ?? { kind: 'not_found' }
  }

  async cancel(order: AcquirerOrder): Promise<Verdict | { kind: 'canceled' }> {
    return courseOf(order).decision ?? { kind: 'canceled' }
  }
}

const approved: Decided = { kind: 'approved' }
const declined = (reason: string): Course => ({ decision: { kind: 'declined', reason }, answer: 'at_once' })

const courses: Record<TokenBehavior['kind'], Course> = {
  approve: { decision: approved, answer: 'at_once' },
  slow: { decision: approved, answer: 'slow' },
  unknown: declined('unknown_payment_method'),
  decline: declined(declineReasons.decline),
  insufficient_funds: declined(declineReasons.insufficient_funds),
  lost_card: declined(declineReasons.lost_card),
  timeout_before: { decision: undefined, answer: 'never' },
  timeout_after: { decision: approved, answer: 'never' },
  drop_after: { decision: approved, answer: 'unreadable' },
  late: { decision: undefined, answer: 'never' },
  error: { decision: undefined, answer: 'unreadable' },
  garbage: { decision: approved, answer: 'unreadable' },
}

const courseOf = (order: AcquirerOrder): Course => courses[behaviorOf(order.paymentMethod, order.kind).kind]
