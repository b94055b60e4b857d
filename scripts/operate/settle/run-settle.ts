/** `npm run settle`: which action is meant, on which system, and whether all that it wants was given. */
import { type Chosen, chosenAction } from '../choose-action.ts'
import type { SystemFlags } from '../find-system.ts'
import { runAction } from '../run-action.ts'
import { accounts, approveAccountAction } from './accounts.ts'
import { batches } from './batches.ts'
import { calendar, calendarAdd } from './calendar.ts'
import { approve, cancel } from './decide.ts'
import { funds, safeguard } from './funds.ts'
import { invoices, lose } from './invoices.ts'
import { overview } from './overview.ts'
import { files, payouts } from './payouts.ts'
import { reserves } from './reserves.ts'
import { retry } from './retry.ts'
import type { SettleAction, SettleFlags } from './settle-action.ts'
import { statement } from './statement.ts'
import { terms, termsSet } from './terms.ts'

/** By the words that name it; the longest that fit are meant. */
export const settleActions: Readonly<Record<string, SettleAction>> = {
  overview,
  terms,
  'terms set': termsSet,
  calendar,
  'calendar add': calendarAdd,
  batches,
  payouts,
  files,
  reserves,
  invoices,
  statement,
  accounts,
  approve,
  'approve-account': approveAccountAction,
  cancel,
  retry,
  lose,
  funds,
  safeguard,
}

export type SettleRequest = SystemFlags & SettleFlags & { words: readonly string[] }

/** 0 when it did what was asked, else 1. Throws WrongArguments when what was typed does not go together. */
export async function runSettle({ runFile, envFile, words: typed, ...flags }: SettleRequest): Promise<number> {
  return runAction({ runFile, envFile }, chosen(typed, flags), flags)
}

/** `overview` where nothing was typed. Throws WrongArguments. */
export const chosen = (typed: readonly string[], flags: SettleFlags): Chosen<SettleAction> =>
  chosenAction(settleActions, typed, flags, 'overview')
