/** `npm run books`: which action is meant, on which system, and whether all that it wants was given. */
import { Ports } from '../../../shared/runtime/wiring.ts'
import { chosenAction } from '../choose-action.ts'
import { type SystemFlags, systemNamedBy } from '../find-system.ts'
import { operatorSession } from '../operator-session.ts'
import type { BooksAction, BooksFlags } from './books-action.ts'
import { journal } from './journal.ts'
import { tax } from './tax.ts'

/** By the words that name it. */
export const booksActions: Readonly<Record<string, BooksAction>> = { journal, tax }

export type BooksRequest = SystemFlags & BooksFlags & { words: readonly string[] }

/** 0 when it did what was asked and nothing differs, else 1. Throws WrongArguments when what was typed does not go together. */
export async function runBooks({ runFile, envFile, words: typed, ...flags }: BooksRequest): Promise<number> {
  const { action, words, reason } = chosenAction(booksActions, typed, flags)
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
