/**
 * The sandbox acquirer while it is not a service of its own: it decides by the payment method. The same operation id
 * always gets the same result, so that it is idempotent without memory. It knows every operation: an inquiry never says "not found".
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { OperationKind } from '../contracts/lists.ts'
import type { Acquirer, AcquirerOrder, Verdict } from '../payments/ports.ts'

export interface InProcessAcquirerOptions {
  /** Longer answers are reported as unknown. Shorter than the handler's time-out. */
  timeoutMs: number
  /** How long `tok_slow` takes to answer. */
  slowMs?: number
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

  async submit(order: AcquirerOrder): Promise<Verdict> {
    const { timeoutMs, slowMs } = this.#options
    if (!canBeSlow[order.kind] || order.paymentMethod !== 'tok_slow') return verdictOf(order)
    await sleep(Math.min(slowMs, timeoutMs))
    return slowMs > timeoutMs ? { kind: 'unknown' } : verdictOf(order)
  }

  async inquire(order: AcquirerOrder): Promise<Verdict> {
    return verdictOf(order)
  }

  async cancel(order: AcquirerOrder): Promise<Verdict> {
    return verdictOf(order)
  }
}

/** Only an authorization is slow: the buyer waits once in a purchase. */
const canBeSlow: Record<OperationKind, boolean> = {
  authorize: true,
  capture: false,
  refund: false,
  void: false,
  expire: false,
}

const declineReasons = new Map([['tok_decline', 'insufficient_funds']])
const approving = new Set(['tok_approve', 'tok_slow'])

function verdictOf(order: AcquirerOrder): Verdict {
  if (approving.has(order.paymentMethod)) return { kind: 'approved' }
  return { kind: 'declined', reason: declineReasons.get(order.paymentMethod) ?? 'unknown_payment_method' }
}
