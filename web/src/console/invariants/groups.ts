/** The rules of a run as the page shows them: what is wrong first, and group by group as `npm run verify` prints them. */
import type { VerifyResultView } from '../../../../shared/contracts/verify-run-views.ts'

export type Rule = VerifyResultView['rules'][number]
export type RuleState = 'broken' | 'undecided' | 'ok'

export const stateOf = ({ failed, pending }: Pick<Rule, 'failed' | 'pending'>): RuleState => {
  if (failed > 0) return 'broken'
  return pending > 0 ? 'undecided' : 'ok'
}

export interface RuleGroup {
  group: string
  /** Broken ones first, then undecided ones; else in the order of the run. */
  rules: Rule[]
  broken: number
}

const ranks: Record<RuleState, number> = { broken: 0, undecided: 1, ok: 2 }

export const groupsOf = (rules: readonly Rule[]): RuleGroup[] =>
  [...Map.groupBy(rules, ({ group }) => group)].map(([group, members]) => ({
    group,
    rules: members.toSorted((one, other) => ranks[stateOf(one)] - ranks[stateOf(other)]),
    broken: members.filter(({ failed }) => failed > 0).length,
  }))
