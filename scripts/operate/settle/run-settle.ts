/** `npm run settle`: which action is meant, on which system, and whether all that it wants was given. */
import { Ports } from '../../../shared/runtime/wiring.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { type SystemFlags, systemNamedBy } from '../find-system.ts'
import { operatorSession } from '../operator-session.ts'
import { batches } from './batches.ts'
import { calendar, calendarAdd } from './calendar.ts'
import { approve, cancel } from './decide.ts'
import { invoices, lose } from './invoices.ts'
import { overview } from './overview.ts'
import { files, payouts } from './payouts.ts'
import { reserves } from './reserves.ts'
import type { SettleAction, SettleFlag, SettleFlags } from './settle-action.ts'
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
  approve,
  cancel,
  lose,
}

export type SettleRequest = SystemFlags & SettleFlags & { words: readonly string[] }

const CHANGE_FLAGS: readonly SettleFlag[] = ['reason', 'yes']

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

/** The action that was typed, checked: `reason` is there when it changes something. */
export function chosen(
  typed: readonly string[],
  flags: SettleFlags,
): { action: SettleAction; words: readonly string[]; reason: string | undefined } {
  const name = nameIn(typed)
  const action = settleActions[name]!
  const words = typed.length === 0 ? [] : typed.slice(name.split(' ').length)
  const { wordsMin = 0, wordsMax } = action
  if (words.length < wordsMin) throw new WrongArguments(`${name} wants one more word: see the usage.`)
  if (words.length > wordsMax) throw new WrongArguments(`${name} does not know ${words.slice(wordsMax).join(' ')}.`)
  const allowed = [...action.flags, ...(action.changes ? CHANGE_FLAGS : [])]
  const other = (Object.keys(flags) as SettleFlag[]).find(flag => !allowed.includes(flag))
  if (other !== undefined) throw new WrongArguments(`${name} takes no --${dashed(other)}.`)
  if (action.changes && flags.reason === undefined) throw new WrongArguments(`${name} wants --reason.`)
  return { action, words, reason: flags.reason }
}

function nameIn(typed: readonly string[]): string {
  if (typed.length === 0) return 'overview'
  const name = [typed.slice(0, 2).join(' '), typed[0]!].find(words => Object.hasOwn(settleActions, words))
  if (name === undefined) throw new WrongArguments(`there is no ${typed[0]}: ${Object.keys(settleActions).join(', ')}`)
  return name
}

const dashed = (flag: string): string => flag.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
