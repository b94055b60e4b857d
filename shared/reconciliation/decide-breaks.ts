/** What people do with breaks: assign them, write a note, propose, approve and refuse. Each is an action, and a row of the audit log. */
import type { BreakAction } from '../contracts/lists.ts'
import type { SeparateTransactions, Transaction } from '../payments/ports.ts'
import type { Decision } from '../settlement/decide-file.ts'
import type { AccountBalances, AuditLog, Operators } from '../settlement/ports.ts'
import { type Acted, actOnBreak, type BreakStep } from './act-on-breaks.ts'
import {
  otherIn,
  type Plan,
  type Planning,
  type PlanPorts,
  type Refusal,
  refused,
  type Wanted,
  wantedIn,
} from './break-plans.ts'
import { planClosing, planGivingUp } from './give-up-break.ts'
import type { ReconBreak, ReconBreakAction } from './ports.ts'
import { counterAccountIn, planResolution } from './resolve-break.ts'

export interface DecideBreakPorts extends PlanPorts {
  /** Separate: an approval waits for whoever matches the files of the source. */
  transactions: SeparateTransactions
  auditLog: AuditLog
  operators: Pick<Operators, 'list'>
  balances: Pick<AccountBalances, 'listCurrencies'>
}

/** These ports alone, with other transactions and another log. */
export function decideBreakPortsOf(
  ports: DecideBreakPorts,
  own: Pick<DecideBreakPorts, 'transactions' | 'auditLog'>,
): DecideBreakPorts {
  const { breaks, reconLedger, outbox, clock, ids, reconSources, missedExpectations, matching, acquirerBatches } = ports
  const { bankPayouts, expectations, acquirerTerms, items, payouts, terms, settlementDefaults, calendars } = ports
  const { invoices, settlementLedger, operators, balances } = ports
  return {
    ...{ breaks, reconLedger, outbox, clock, ids, reconSources, missedExpectations, matching, acquirerBatches },
    ...{ bankPayouts, expectations, acquirerTerms, items, payouts, terms, settlementDefaults, calendars },
    ...{ invoices, settlementLedger, operators, balances },
    ...own,
  }
}

/** Who, and why. */
export interface BreakDecider extends Decision {
  /** How many actions the break had when the person looked at it. Another number: somebody else was faster, and nothing is done. */
  expectedVersion?: number
}

/** A refusal has changed nothing. */
export type BreakDecision = ({ kind: 'acted' } & Acted) | Refusal

/** Somebody works on it from now on. Throws DependencyUnavailableError, as all of these. */
export async function assignBreak(
  ports: DecideBreakPorts,
  breakId: string,
  assignee: string,
  by: BreakDecider,
): Promise<BreakDecision> {
  const operators = await ports.operators.list()
  if (!operators.some(({ name, disabledAtMs }) => name === assignee && disabledAtMs === null))
    return refused('no_such_operator')
  return onBreak(ports, breakId, by, ({ of }) =>
    stepOf('assign', { assignee, ...(of.state === 'OPEN' ? { state: 'ASSIGNED' } : {}) }),
  )
}

/** A remark. */
export const noteBreak = (ports: DecideBreakPorts, breakId: string, by: BreakDecider): Promise<BreakDecision> =>
  onBreak(ports, breakId, by, () => stepOf('note', {}))

/** → PROPOSED, when it could be approved as things stand. What cannot is refused now. */
export async function proposeResolution(
  ports: DecideBreakPorts,
  breakId: string,
  wanted: Wanted,
  by: BreakDecider,
): Promise<BreakDecision> {
  const found = await ports.breaks.find(breakId)
  if (found === undefined) return refused('not_found')
  if (!(await isKnownMerchant(ports, wanted, found))) return refused('no_such_merchant')
  return onBreak(
    ports,
    breakId,
    by,
    async planning => {
      if (planning.of.state === 'PROPOSED') return refused('proposed')
      const plan = await planOf(planning, wanted)
      return plan.kind === 'refused' ? plan : proposalOf(plan, planning.of, by)
    },
    otherIn(wanted),
  )
}

/** What was proposed is booked, and with it everything that follows. Somebody else must have proposed it. */
export async function approveProposal(
  ports: DecideBreakPorts,
  breakId: string,
  by: BreakDecider,
): Promise<BreakDecision> {
  const actions = await ports.breaks.listActions(breakId)
  const proposal = proposalIn(actions)
  const wanted = proposal && wantedIn(proposal)
  return onBreak(
    ports,
    breakId,
    by,
    async planning => {
      if (planning.of.state !== 'PROPOSED') return refused('not_proposed')
      if (wanted === undefined || planning.of.version !== actions.length) return refused('changed')
      if (proposal!.actor === by.actor) return refused('own_proposal')
      return planOf(planning, wanted)
    },
    wanted && otherIn(wanted),
  )
}

/** → ASSIGNED. Who proposed it may take it back like this. */
export const refuseProposal = (ports: DecideBreakPorts, breakId: string, by: BreakDecider): Promise<BreakDecision> =>
  onBreak(ports, breakId, by, ({ of }) =>
    of.state === 'PROPOSED' ? stepOf('refuse', { state: 'ASSIGNED' }) : refused('not_proposed'),
  )

/** The proposal that waits for an approval, of a break that is PROPOSED. */
export const proposalIn = (actions: readonly ReconBreakAction[]): ReconBreakAction | undefined =>
  actions.findLast(({ action }) => action === 'propose')

type Step = { kind: 'step' } & Omit<BreakStep, 'actor' | 'reason'>

const stepOf = (action: BreakAction, step: Omit<BreakStep, 'actor' | 'reason' | 'action'>): Step => ({
  ...{ kind: 'step', action },
  ...step,
})

/** Whoever proposes works on it when nobody else does. */
function proposalOf({ step: { action, ...step } }: Plan, of: ReconBreak, by: BreakDecider): Step {
  const { account, target, amountMinor } = step
  const proposed = { account, target, ...(action === 'give_up' ? {} : { amountMinor }) }
  return stepOf('propose', { ...proposed, state: 'PROPOSED', assignee: of.assignee ?? by.actor })
}

function planOf(planning: Planning, wanted: Wanted): Promise<Plan | Refusal> {
  switch (wanted.kind) {
    case 'resolve':
      return planResolution(planning, wanted)
    case 'give_up':
      return planGivingUp(planning)
    case 'close':
      return planClosing(planning)
  }
}

/** An account that never had an entry in the currency is a slip of the pen. */
async function isKnownMerchant({ balances }: DecideBreakPorts, wanted: Wanted, of: ReconBreak): Promise<boolean> {
  if (wanted.kind !== 'resolve' || counterAccountIn(wanted.account) !== 'merchant_payable') return true
  return (await balances.listCurrencies(wanted.account)).includes(of.currency)
}

type Decide = (planning: Planning) => Step | Plan | Refusal | Promise<Step | Plan | Refusal>

/** One action in one transaction. `otherId`: of another break that it needs. */
async function onBreak(
  ports: DecideBreakPorts,
  breakId: string,
  by: BreakDecider,
  decide: Decide,
  otherId?: string,
): Promise<BreakDecision> {
  await ports.clock.catchUp()
  const seen = await ports.breaks.find(breakId)
  if (seen === undefined) return refused('not_found')
  return ports.transactions.run<BreakDecision>(breakId, async tx => {
    // Whoever matches files locks the source before what its lines are for.
    await ports.reconSources.lock(tx, seen.sourceId)
    const { of, other } = await lockBoth(ports, tx, breakId, otherId)
    if (of.closedAtMs !== null) return refused('closed')
    if (by.expectedVersion !== undefined && by.expectedVersion !== of.version) return refused('changed')
    const decided = await decide({ ports, tx, of, other })
    return decided.kind === 'refused' ? decided : write(ports, tx, of, decided, by)
  })
}

/** In the order of their ids, so that two who move something between the same breaks do not wait for each other. */
async function lockBoth({ breaks }: DecideBreakPorts, tx: Transaction, breakId: string, otherId = breakId) {
  const locked = new Map<string, ReconBreak | undefined>()
  for (const id of new Set([breakId, otherId].toSorted())) locked.set(id, await breaks.lock(tx, id))
  return { of: locked.get(breakId)!, other: otherId === breakId ? undefined : locked.get(otherId) }
}

async function write(
  ports: DecideBreakPorts,
  tx: Transaction,
  of: ReconBreak,
  decided: Step | Plan,
  by: BreakDecider,
): Promise<BreakDecision> {
  const { actor, reason } = by
  const eventId = ports.ids.event()
  const step: BreakStep =
    decided.kind === 'planned'
      ? { ...decided.step, actor, reason, eventId, state: 'ASSIGNED' }
      : { ...decided, actor, reason, eventId }
  const acted = await actOnBreak(ports, tx, of, step)
  if (decided.kind === 'planned')
    await decided.write?.({ eventId, sequence: acted.action.sequence, by: { actor, reason } })
  await ports.auditLog.append(tx, {
    ...{ actor, action: 'break.acted', subject: of.breakId, reason },
    details: detailsOf(acted),
  })
  return { kind: 'acted', ...acted }
}

const detailsOf = ({ changed, action: { action, amountMinor, account, target } }: Acted) => ({
  ...{ action, amountMinor, currency: changed.currency, account, target, state: changed.state },
  remainingMinor: changed.remainingMinor,
})
