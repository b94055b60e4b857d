/** `npm run settle`: which action is meant, on which system, and whether all that it wants was given. */
import { Ports } from '../../../shared/runtime/wiring.ts'
import { type Chosen, chosenAction } from '../choose-action.ts'
import { type SystemFlags, systemNamedBy } from '../find-system.ts'
import { operatorSession } from '../operator-session.ts'
import { accounts, approveAccountAction } from './accounts.ts'
import { batches } from './batches.ts'
import { calendar, calendarAdd } from './calendar.ts'
import { approve, cancel } from './decide.ts'
import { funds, safeguard } from './funds.ts'
import { invoices, lose } from './invoices.ts'
import { overview } from './overview.ts'
import { files, payouts } from './payouts.ts'
import { reserves } from './reserves.ts'
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
  lose,
  funds,
  safeguard,
}

export type SettleRequest = SystemFlags & SettleFlags & { words: readonly string[] }

/** 0 when it did what was asked, else 1. Throws WrongArguments when what was typed does not go together. */
export async function runSettle({ runFile, envFile, words: typed, ...flags }: SettleRequest): Promise<number> {
  const { action, words, reason } = chosen(typed, flags)
  const system = await systemNamedBy({ runFile, envFile }, process.env, ['DATABASE_URL'])
  // A system of this machine is a sandbox, whose virtual clock counts here, too.
  const ports = new Ports(() => ({ ...system.config, offline: system.runFile !== null })).forBatches
  try {
    const input = { ports, system, words, flags }
    if (!action.changes) return await action.run(input)
    const { name: actor } = await operatorSession(ports, action.role)
    return await action.run({ ...input, by: { actor, reason: reason! } })
  } finally {
    await ports.database.close()
  }
}

/** `overview` where nothing was typed. Throws WrongArguments. */
export const chosen = (typed: readonly string[], flags: SettleFlags): Chosen<SettleAction> =>
  chosenAction(settleActions, typed, flags, 'overview')
