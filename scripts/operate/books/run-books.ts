/** `npm run books`: which action is meant, on which system, and whether all that it wants was given. */
import { chosenAction } from '../choose-action.ts'
import type { SystemFlags } from '../find-system.ts'
import { runAction } from '../run-action.ts'
import type { BooksAction, BooksFlags } from './books-action.ts'
import { close } from './close.ts'
import { journal } from './journal.ts'
import { months } from './months.ts'
import { tax } from './tax.ts'

/** By the words that name it. */
export const booksActions: Readonly<Record<string, BooksAction>> = { journal, tax, close, months }

export type BooksRequest = SystemFlags & BooksFlags & { words: readonly string[] }

/** 0 when it did what was asked and nothing differs, else 1. Throws WrongArguments when what was typed does not go together. */
export async function runBooks({ runFile, envFile, words: typed, ...flags }: BooksRequest): Promise<number> {
  return runAction({ runFile, envFile }, chosenAction(booksActions, typed, flags), flags)
}
