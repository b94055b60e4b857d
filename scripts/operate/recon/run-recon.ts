/** `npm run recon`: which action is meant, on which system, and whether all that it wants was given. */
import { Ports } from '../../../shared/runtime/wiring.ts'
import { chosenAction } from '../choose-action.ts'
import { type SystemFlags, systemNamedBy } from '../find-system.ts'
import { operatorSession } from '../operator-session.ts'
import { file, files, lines } from './files.ts'
import { importOne } from './import-one.ts'
import { overview, sources } from './overview.ts'
import type { ReconAction, ReconFlags } from './recon-action.ts'

/** By the word that names it. */
export const reconActions: Readonly<Record<string, ReconAction>> = {
  overview,
  sources,
  files,
  file,
  lines,
  import: importOne,
}

export type ReconRequest = SystemFlags & ReconFlags & { words: readonly string[] }

/** 0 when it did what was asked, else 1. Throws WrongArguments when what was typed does not go together. */
export async function runRecon({ runFile, envFile, words: typed, ...flags }: ReconRequest): Promise<number> {
  const { action, words, reason } = chosenAction(reconActions, typed, flags, 'overview')
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
