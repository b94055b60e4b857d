/** An acquirer for tests that decides each operation once and never forgets; calls and answers get lost as the test wants. */
import type { Acquirer, AcquirerOrder, Verdict } from '../../shared/payments/ports.ts'

/** What gets lost of a call. `late`: it arrives after the caller has given up. */
export type Loss = 'nothing' | 'call' | 'answer' | 'late'

type Decision = Exclude<Verdict, { kind: 'unknown' }> | { kind: 'canceled' }

export interface LossyAcquirerOptions {
  lose(call: 'submit' | 'inquire' | 'cancel', order: AcquirerOrder): Loss
  decide(order: AcquirerOrder): Decision
  /** How long a call takes, or how long the caller waits for an answer that does not come. */
  pause(loss: Loss): Promise<void>
}

const unknown = { kind: 'unknown' } as const

export class LossyAcquirer implements Acquirer {
  readonly decisions = new Map<string, { order: AcquirerOrder; decision: Decision }>()
  /** Calls that arrived or will. */
  readonly arrivals: Promise<void>[] = []
  readonly calls: Array<{ call: 'submit' | 'inquire' | 'cancel'; operationId: string }> = []
  readonly #options: LossyAcquirerOptions

  constructor(options: LossyAcquirerOptions) {
    this.#options = options
  }

  mayTry(): boolean {
    return true
  }

  submit(order: AcquirerOrder): Promise<Decision | typeof unknown> {
    return this.#call('submit', order, () => this.#decided(order, this.#options.decide(order)))
  }

  inquire(order: AcquirerOrder): Promise<Decision | typeof unknown | { kind: 'not_found' }> {
    return this.#call<Decision | { kind: 'not_found' }>(
      'inquire',
      order,
      () => this.decisions.get(order.operationId)?.decision ?? { kind: 'not_found' },
    )
  }

  cancel(order: AcquirerOrder): Promise<Decision | typeof unknown> {
    return this.#call('cancel', order, () => this.#decided(order, { kind: 'canceled' }))
  }

  /** The first decision stays. */
  #decided(order: AcquirerOrder, decision: Decision): Decision {
    const first = this.decisions.get(order.operationId) ?? { order, decision }
    this.decisions.set(order.operationId, first)
    return first.decision
  }

  async #call<Answer>(
    call: 'submit' | 'inquire' | 'cancel',
    order: AcquirerOrder,
    arrive: () => Answer,
  ): Promise<Answer | typeof unknown> {
    this.calls.push({ call, operationId: order.operationId })
    const { lose, pause } = this.#options
    const loss = lose(call, order)
    if (loss === 'late') this.arrivals.push(pause('late').then(() => void arrive()))
    const answer = loss === 'nothing' || loss === 'answer' ? arrive() : unknown
    await pause(loss)
    return loss === 'nothing' ? answer : unknown
  }
}
