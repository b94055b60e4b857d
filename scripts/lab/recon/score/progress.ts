/** Keeps each world of a long run in a file, so that the run can be ended at any time and gone on with later. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { WorldScore } from './score-world.ts'

/** What all worlds of a run have in common: scores of other code or of other worlds are not added up. */
export interface RunOf {
  commit: string
  lines: number
  mix: string
  without: string | null
}

export interface Progress {
  /** By seed. */
  done: ReadonlyMap<number, WorldScore>
  add(world: WorldScore): void
}

interface Row {
  of: RunOf
  world: WorldScore
}

/** Nothing is kept without a file. Throws when the file is of another run. */
export function openProgress(path: string | undefined, of: RunOf): Progress {
  const done = new Map<number, WorldScore>()
  if (path === undefined) return { done, add: () => {} }
  const rows = readRows(path)
  const foreign = rows.find(row => wordsOf(row.of) !== wordsOf(of))
  if (foreign !== undefined)
    throw new Error(`${path} is of a run with ${wordsOf(foreign.of)}, not ${wordsOf(of)}: name another file`)
  for (const { world } of rows) done.set(world.seed, world)
  mkdirSync(dirname(path), { recursive: true })
  // Without what was cut off.
  writeFileSync(path, rows.map(lineOf).join(''))
  return { done, add: world => appendFileSync(path, lineOf({ of, world })) }
}

const lineOf = (row: Row): string => `${JSON.stringify(row)}\n`

const wordsOf = ({ commit, lines, mix, without }: RunOf): string =>
  `commit ${commit}, ${lines} lines, mix ${mix}${without === null ? '' : `, without ${without}`}`

/** The last line may have been cut off when the run was ended. */
function readRows(path: string): Row[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.slice(0, -1).map(line => JSON.parse(line))
}
