/** `npm run recon`: which action is meant, on which system, and whether all that it wants was given. */
import { chosenAction } from '../choose-action.ts'
import type { SystemFlags } from '../find-system.ts'
import { runAction } from '../run-action.ts'
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
  return runAction({ runFile, envFile }, chosenAction(reconActions, typed, flags, 'overview'), flags)
}
