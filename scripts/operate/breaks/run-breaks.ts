/** `npm run breaks`: which action is meant, on which system, and by whom. */
import { Ports } from '../../../shared/runtime/wiring.ts'
import { type Chosen, chosenAction } from '../choose-action.ts'
import { type SystemFlags, systemNamedBy } from '../find-system.ts'
import { operatorSession } from '../operator-session.ts'
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

export const chosen = (typed: readonly string[], flags: BreaksFlags): Chosen<BreaksAction> =>
  chosenAction(breaksActions, typed, flags, 'overview')
