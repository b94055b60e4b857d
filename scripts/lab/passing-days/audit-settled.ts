/** After days that passed under faults: the journals of acquirer and bank against the books, by the auditor of the month. */
import { auditMonth } from '../month/auditor/audit.ts'
import type { MonthFacts } from '../month/auditor/facts.ts'
import { gatherMonth, type MonthPlaces } from '../month/auditor/gather.ts'
import { gatherPayouts, type PayoutFact, payoutProblems } from '../month/auditor/payouts.ts'

export interface SettledAudit {
  problems: string[]
  /** By the state that each has. */
  payouts: Record<string, number>
  /** Comparisons. */
  compared: number
}

const SEOUL_MS = 9 * 3_600_000

/** Nothing may move meanwhile, and no payout may be on its way. */
export async function auditSettled(places: MonthPlaces, virtualNowMs: number): Promise<SettledAudit> {
  const today = new Date(virtualNowMs + SEOUL_MS).toISOString().slice(0, 10)
  const { checks } = auditMonth(withoutLate(await gatherMonth(places)), today)
  const facts = await gatherPayouts(places)
  return {
    problems: [
      ...checks.flatMap(({ name, problems }) => problems.map(problem => `${name}: ${problem}`)),
      ...payoutProblems(facts),
    ],
    payouts: countsOf(facts.payouts),
    compared: checks.reduce((sum, { compared }) => sum + compared, facts.payouts.length),
  }
}

/**
 * An event that came later than the line of its operation, because of a fault, has been a break in between. What is left of it is what
 * acquirer and books say differently: nobody works on breaks in these runs.
 */
export function withoutLate(facts: MonthFacts): MonthFacts {
  const known = new Set(facts.events.map(({ operationId }) => operationId))
  const isLate = ({ class: name, matchKey }: MonthFacts['breaks'][number]) =>
    ['MISSING_HERE', 'STATUS'].includes(name) && matchKey !== null && known.has(matchKey)
  return { ...facts, breaks: facts.breaks.map(each => (isLate(each) ? { ...each, booked: each.remaining } : each)) }
}

function countsOf(payouts: readonly PayoutFact[]): Record<string, number> {
  const states = Map.groupBy(payouts, ({ state }) => state)
  return Object.fromEntries([...states].map(([state, own]) => [state, own.length]))
}
