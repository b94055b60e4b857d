/** Bank accounts of merchants that were asked for, and what became of them: another person approves each. */
import {
  type AccountOutcome,
  approveAccount,
  cancelAccount,
  WAIT_MS,
} from '../../../shared/settlement/change-account.ts'
import type { AccountChange } from '../../../shared/settlement/ports.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import type { By } from '../choose-action.ts'
import { mayChange } from '../may-change.ts'
import type { ActionInput, SettleAction } from './settle-action.ts'

/** One more than are shown says that there are more. */
const ROWS_MAX = 100

export const accounts: SettleAction = {
  changes: false,
  wordsMax: 0,
  flags: ['json'],
  async run({ ports, flags: { json } }) {
    const found = await ports.accountChanges.listNewest(ROWS_MAX + 1)
    writeJson(json, found.slice(0, ROWS_MAX))
    if (json !== true) for (const line of accountLines(found)) console.log(printable(line))
    return 0
  },
}

export const approveAccountAction: SettleAction = {
  changes: true,
  role: 'approver',
  wordsMin: 1,
  wordsMax: 1,
  flags: [],
  run: input => {
    const changeId = input.words[0]!
    if (!changeId.startsWith('chg_'))
      throw new WrongArguments(`${changeId} is no change of an account: \`npm run settle -- accounts\` lists them.`)
    return decide(input, `Approve ${changeId}? The merchant is paid to this account from a day later on.`, by =>
      approveAccount(input.ports, changeId, by),
    )
  },
}

export const cancelChange = (input: ActionInput & { by: By }, changeId: string): Promise<number> =>
  decide(input, `Cancel ${changeId}? Nobody can approve it any more.`, by => cancelAccount(input.ports, changeId, by))

/** 0 when it was done. */
async function decide(
  { system, flags, by }: ActionInput & { by: By },
  question: string,
  work: (by: By) => Promise<AccountOutcome>,
): Promise<number> {
  if (!(await mayChange(system, { typed: 'npm run settle', question, yes: flags.yes === true }))) return 1
  const outcome = await work(by)
  for (const line of outcomeLines(outcome)) console.log(printable(line))
  return outcome.kind === 'approved' || outcome.kind === 'canceled' ? 0 : 1
}

const HOUR_MS = 60 * 60_000

export const askedLines = ({ changeId, merchantId, currency, accountToken }: AccountChange): string[] => [
  `${merchantId}, ${currency}: ${accountToken} waits for an approver who is another: npm run settle -- approve-account ${changeId}`,
  `It is paid to ${WAIT_MS / HOUR_MS} hours after that.`,
]

export function outcomeLines(outcome: AccountOutcome): string[] {
  switch (outcome.kind) {
    case 'approved': {
      const { merchantId, currency, accountToken, effectiveAtMs } = outcome.change
      return [`${merchantId}, ${currency}: paid to ${accountToken} from ${timeOf(effectiveAtMs)} on.`]
    }
    case 'canceled':
      return [`${outcome.change.changeId} is CANCELED.`]
    case 'not_found':
      return ['Nothing was done: there is none with this id.']
    case 'too_late':
      return [`Nothing was done: it is ${outcome.state}.`]
    case 'own':
      return ['Nothing was done: you have asked for it, so another approver decides.']
    case 'taken':
      return ['Nothing was done: other terms begin at that very moment. Try again.']
  }
}

const timeOf = (atMs: number | null): string => (atMs === null ? '-' : new Date(atMs).toISOString())

export function accountLines(found: readonly AccountChange[]): string[] {
  if (found.length === 0) return ['Nobody has asked for another account.']
  const rows = found
    .slice(0, ROWS_MAX)
    .map(({ changeId, merchantId, currency, accountToken, state, askedBy, approvedBy, effectiveAtMs }) => [
      ...[changeId, merchantId, currency, accountToken, state, askedBy, approvedBy ?? '-', timeOf(effectiveAtMs)],
    ])
  const lines = tableLines([
    ['change', 'merchant', 'currency', 'account', 'state', 'asked by', 'approved by', 'from'],
    ...rows,
  ])
  return found.length > ROWS_MAX ? [...lines, `… and more; these are the newest ${ROWS_MAX}`] : lines
}
