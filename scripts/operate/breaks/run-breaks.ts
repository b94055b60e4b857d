/** `npm run breaks`: which action is meant, on which system, and by whom. */
import { type Chosen, chosenAction } from '../choose-action.ts'
import type { SystemFlags } from '../find-system.ts'
import { runAction } from '../run-action.ts'
import { approve, assign, close, giveUp, note, propose, refuse } from './act.ts'
import type { BreaksAction, BreaksFlags } from './breaks-action.ts'
import { list } from './list.ts'
import { overview } from './overview.ts'
import { report } from './report.ts'
import { show } from './show.ts'

/** By the word that names it. */
export const breaksActions: Readonly<Record<string, BreaksAction>> = {
  overview,
  list,
  show,
  assign,
  note,
  propose,
  close,
  'give-up': giveUp,
  approve,
  refuse,
  report,
}

export type BreaksRequest = SystemFlags & BreaksFlags & { words: readonly string[] }

/** 0 when it did what was asked, else 1. Throws WrongArguments when what was typed does not go together. */
export async function runBreaks({ runFile, envFile, words: typed, ...flags }: BreaksRequest): Promise<number> {
  return runAction({ runFile, envFile }, chosen(typed, flags), flags)
}

export const chosen = (typed: readonly string[], flags: BreaksFlags): Chosen<BreaksAction> =>
  chosenAction(breaksActions, typed, flags, 'overview')
