/** What people do with breaks, by whom the token says. */
import type { RefusedStep, Wanted } from '../../../shared/reconciliation/break-plans.ts'
import {
  approveProposal,
  assignBreak,
  type BreakDecider,
  type BreakDecision,
  noteBreak,
  proposalIn,
  proposeResolution,
  refuseProposal,
} from '../../../shared/reconciliation/decide-breaks.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { printable } from '../../terminal/printable.ts'
import type { By } from '../choose-action.ts'
import { mayChange } from '../may-change.ts'
import { type ActionInput, type BreaksAction, breakIdIn } from './breaks-action.ts'
import { proposalText } from './show.ts'

type Input = ActionInput & { by: By }

const oneBreak = { changes: true, wordsMin: 1, wordsMax: 1, flags: [] } as const

export const assign: BreaksAction = {
  ...{ ...oneBreak, role: 'operator', wordsMax: 2 },
  run(input: Input) {
    const breakId = breakIdIn(input.words[0]!)
    const assignee = input.words[1] ?? input.by.actor
    return act(input, `Assign ${breakId} to ${assignee}?`, by => assignBreak(input.ports, breakId, assignee, by))
  },
}

export const note: BreaksAction = {
  ...{ ...oneBreak, role: 'operator' },
  run(input: Input) {
    const breakId = breakIdIn(input.words[0]!)
    return act(input, `Write this on ${breakId}?`, by => noteBreak(input.ports, breakId, by))
  },
}

export const propose: BreaksAction = {
  ...{ ...oneBreak, role: 'operator', flags: ['to', 'amount', 'target'] },
  run(input: Input) {
    const { to: account, amount: amountMinor, target } = input.flags
    if (account === undefined) throw new WrongArguments('propose wants --to.')
    return wants(input, { kind: 'resolve', account, ...defined({ amountMinor, target }) }, 'Propose this for')
  },
}

export const close: BreaksAction = {
  ...{ ...oneBreak, role: 'operator' },
  run: (input: Input) => wants(input, { kind: 'close' }, 'Propose to close'),
}

export const giveUp: BreaksAction = {
  ...{ ...oneBreak, role: 'operator' },
  run: (input: Input) => wants(input, { kind: 'give_up' }, 'Propose to give up what is missing of'),
}

/** What is asked about is what is approved: anything else that happened meanwhile is told. */
export const approve: BreaksAction = {
  ...{ ...oneBreak, role: 'approver' },
  async run(input: Input) {
    const breakId = breakIdIn(input.words[0]!)
    const seen = await input.ports.breaks.find(breakId)
    const proposal = seen?.state === 'PROPOSED' ? proposalIn(await input.ports.breaks.listActions(breakId)) : undefined
    const what =
      proposal === undefined ? '' : `: ${proposalText(proposal, seen!.currency)}, as ${proposal.actor} proposes`
    const expected = seen === undefined ? {} : { expectedVersion: seen.version }
    return act(input, `Approve ${breakId}${what}?`, by => approveProposal(input.ports, breakId, { ...by, ...expected }))
  },
}

export const refuse: BreaksAction = {
  ...{ ...oneBreak, role: 'approver' },
  run(input: Input) {
    const breakId = breakIdIn(input.words[0]!)
    return act(input, `Refuse what is proposed for ${breakId}?`, by => refuseProposal(input.ports, breakId, by))
  },
}

function wants(input: Input, wanted: Wanted, question: string): Promise<number> {
  const breakId = breakIdIn(input.words[0]!)
  return act(input, `${question} ${breakId}?`, by => proposeResolution(input.ports, breakId, wanted, by))
}

function defined<Values extends object>(values: Values): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}

/** 0 when it was done. */
async function act(
  { system, flags, by }: Input,
  question: string,
  work: (by: BreakDecider) => Promise<BreakDecision>,
): Promise<number> {
  if (!(await mayChange(system, { typed: 'npm run breaks', question, yes: flags.yes === true }))) return 1
  const result = await work(by)
  console.log(printable(decisionLine(result)))
  return result.kind === 'acted' ? 0 : 1
}

export function decisionLine(result: BreakDecision): string {
  if (result.kind === 'refused') return `Nothing was done: ${refusalTexts[result.reason]}`
  const { breakId, state, remainingMinor, currency, assignee } = result.changed
  const done = `${breakId} is ${state}`
  if (state === 'PROPOSED')
    return `${done}: another person, an approver, decides: npm run breaks -- approve ${breakId} --reason TEXT`
  if (result.changed.closedAtMs !== null) return `${done}.`
  const left = remainingMinor === 0 ? '' : `, ${remainingMinor} ${currency} remain (minor units)`
  return `${done}${assignee === null ? '' : ` (${assignee})`}${left}.`
}

export const refusalTexts: Record<RefusedStep, string> = {
  not_found: 'there is no such break. `npm run breaks -- list` lists the open ones.',
  closed: 'the break is closed.',
  changed: 'somebody did something with the break meanwhile. Look at it again: `npm run breaks -- show ID`.',
  proposed: 'something is proposed already. Approve or refuse it first: `npm run breaks -- show ID`.',
  not_proposed: 'nothing is proposed. `npm run breaks -- propose ID --to ACCOUNT` does.',
  own_proposal: 'you have proposed it. Another approver has to decide; `refuse` takes it back.',
  no_such_operator: 'there is no such operator, or he is disabled. `npm run operators` lists them.',
  nothing_remains:
    'nothing remains to be booked. `close` closes it; what is missing is given up first, with `give-up`.',
  something_remains: 'it still holds an amount, which has to go somewhere: `propose ID --to ACCOUNT`.',
  still_missing: 'what it is about has not come. Wait for it, or give it up: `give-up ID`.',
  not_missing: 'nothing is missing that could be given up: it came, or was given up before.',
  no_such_account: 'a break cannot go to this account. The usage lists those that it can: `npm run breaks -- --help`.',
  no_such_merchant: 'this merchant never had an entry in this currency. Is the name right?',
  other_side: 'recon_gain and an invoice take what is credit (negative), recon_loss what is debit (positive).',
  too_much: 'the amount is more than remains, or in the other direction. Without --amount all that remains goes.',
  wants_target: 'this account wants --target: a batch of the acquirer, a payout, an invoice, or another break.',
  takes_no_target: 'this account takes no --target.',
  no_such_target: 'there is no such batch, payout, invoice of the merchant, correction of this acquirer, or break.',
  target_closed: 'the other break is closed.',
  other_currency: 'the target is in another currency.',
  not_in_transit: 'the payout is not SENT or CONFIRMED: it was paid already, or its money came back.',
  other_amount:
    'a payout is paid as a whole, and a correction settled as a whole: say its amount with --amount (of a correction with the other sign), and resolve the rest by itself.',
  not_expected: 'the correction is settled already.',
}
