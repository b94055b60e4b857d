/** How the acquirer behaves at the first arrival of an order, by its token: when it decides, and what it answers then. */
import type { TokenBehavior } from '../../shared/contracts/test-tokens.ts'

export interface Conduct {
  /**
   * `decide` at once; `wait` first; `keep` the order undecided until somebody has asked about it; `ignore` it; `fail` with a 500.
   * What is kept, ignored or failed leaves no trace in the journal.
   */
  arrival: 'decide' | 'wait' | 'keep' | 'ignore' | 'fail'
  /** Once the decision is in the journal: the decision itself, nothing at all, a cut connection, or a body that is no JSON. */
  answer: 'decision' | 'nothing' | 'cut' | 'garbage'
}

const plain: Conduct = { arrival: 'decide', answer: 'decision' }

export const conductOf: Record<TokenBehavior['kind'], Conduct> = {
  approve: plain,
  unknown: plain,
  decline: plain,
  insufficient_funds: plain,
  lost_card: plain,
  slow: { arrival: 'wait', answer: 'decision' },
  timeout_before: { arrival: 'ignore', answer: 'nothing' },
  timeout_after: { arrival: 'decide', answer: 'nothing' },
  drop_after: { arrival: 'decide', answer: 'cut' },
  late: { arrival: 'keep', answer: 'nothing' },
  error: { arrival: 'fail', answer: 'decision' },
  garbage: { arrival: 'decide', answer: 'garbage' },
}
