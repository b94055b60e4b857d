/** Reads: what is known of a break, and which account and target its amount says it may be for. */
import type { CounterAccount } from '../contracts/lists.ts'
import type { Expectation } from '../settlement/ports.ts'
import { type AgeOf, type AgePorts, agesNow } from './age-of-breaks.ts'
import { type CorrectionPorts, correctionsFor } from './correct-receivable.ts'
import { type FindPorts, type Suggestion, suggestionsFor } from './find-by-amount.ts'
import type { BreakContext, BreakReader, Breaks, ReconBreak, ReconBreakAction } from './ports.ts'

export interface ExplainPorts extends AgePorts, FindPorts {
  reconSources: AgePorts['reconSources'] & CorrectionPorts['reconSources']
  breakReader: Pick<BreakReader, 'context' | 'listCorrections'>
  breaks: Pick<Breaks, 'find' | 'listActions'>
}

export interface ExplainedBreak {
  found: ReconBreak
  actions: ReconBreakAction[]
  context: BreakContext
  ageOf: AgeOf
  /** What a line of a bank that nobody knows may be for. */
  suggestions: Suggestion[]
  /** Corrections that it would settle. */
  corrections: Expectation[]
}

/** The account that takes each. */
export const accountFor: Record<Suggestion['kind'], CounterAccount> = {
  batch: 'cash_in_transit',
  payout: 'payout_in_transit',
}

/** Undefined when there is no such break. Throws DependencyUnavailableError. */
export async function explainBreak(ports: ExplainPorts, breakId: string): Promise<ExplainedBreak | undefined> {
  const found = await ports.breaks.find(breakId)
  if (found === undefined) return undefined
  const [actions, context, ageOf, corrections] = await Promise.all([
    ports.breaks.listActions(breakId),
    ports.breakReader.context(found),
    agesNow(ports),
    correctionsFor(ports, found),
  ])
  return { found, actions, context, ageOf, corrections, suggestions: await suggestionsOf(ports, found, context) }
}

async function suggestionsOf(ports: FindPorts, of: ReconBreak, { line }: BreakContext): Promise<Suggestion[]> {
  const isUnknown = of.class === 'MISSING_HERE' && of.closedAtMs === null
  return isUnknown && (line?.kind === 'credit' || line?.kind === 'debit') ? suggestionsFor(ports, line) : []
}
