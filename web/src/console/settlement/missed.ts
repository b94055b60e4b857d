/** What a break says that did not come, while nothing of it is booked: its remaining amount is 0 until it is given up. */
import type { AgedBreakView, ExplainedBreakView } from '../../../../shared/contracts/break-views.ts'

/** In minor units; undefined for any other break. */
export function missedMinor({
  class: name,
  booked,
  differences,
}: Pick<AgedBreakView, 'class' | 'booked' | 'differences'>): number | undefined {
  if (name !== 'MISSING_THERE' || booked !== 0) return undefined
  const { expected } = (differences.amount ?? {}) as { expected?: unknown }
  return typeof expected === 'number' ? expected : undefined
}

/** Who owes the line. A break of a closed day may have got it by now. */
export const missedFrom = ({
  expectation,
  closedAt,
}: Pick<ExplainedBreakView, 'expectation' | 'closedAt'>): 'acquirer' | 'bank' | 'closed' =>
  closedAt !== null ? 'closed' : expectation !== null ? 'acquirer' : 'bank'
