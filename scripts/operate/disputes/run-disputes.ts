/** `npm run disputes`: which action is meant, on which system, and by whom. */
import { type Chosen, chosenAction } from '../choose-action.ts'
import type { SystemFlags } from '../find-system.ts'
import { runAction } from '../run-action.ts'
import type { DisputesAction, DisputesFlags } from './disputes-action.ts'
import { list } from './list.ts'
import { lose } from './lose.ts'
import { show } from './show.ts'

/** By the word that names it. */
export const disputesActions: Readonly<Record<string, DisputesAction>> = { list, show, lose }

export type DisputesRequest = SystemFlags & DisputesFlags & { words: readonly string[] }

/** 0 when it did what was asked, else 1. Throws WrongArguments when what was typed does not go together. */
export const runDisputes = ({ runFile, envFile, words: typed, ...flags }: DisputesRequest): Promise<number> =>
  runAction({ runFile, envFile }, chosen(typed, flags), flags)

export const chosen = (typed: readonly string[], flags: DisputesFlags): Chosen<DisputesAction> =>
  chosenAction(disputesActions, typed, flags, 'list')
