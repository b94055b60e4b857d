/** Scores reconciliation on several worlds, one after the other, in a database of its own. */
import type { Mix } from '../generate/world.ts'
import { type Total, totalOf } from './goals.ts'
import type { Progress } from './progress.ts'
import { scoreWorld, type WorldScore } from './score-world.ts'
import type { ReconUnderTest } from './under-test.ts'
import { createWorldDatabase, type WorldDatabase } from './world-database.ts'

export interface ScoreOptions {
  /** Of the first; each next one has one more. */
  seed: number
  seeds: number
  lines: number
  mix: Mix
  /** Worlds that are in it are not played again. */
  progress?: Progress
  productOn: (databaseUrl: string) => ReconUnderTest
  say: (line: string) => void
}

export interface Scored {
  worlds: WorldScore[]
  total: Total
}

/** `serverUrl` is a database of the server, for a user whose root may be reached as `createScratch` does. */
export async function scoreWorlds(serverUrl: string, options: ScoreOptions): Promise<Scored> {
  const { done } = options.progress ?? { done: new Map<number, WorldScore>() }
  const seeds = seedsOf(options)
  const worlds = seeds.flatMap(seed => done.get(seed) ?? [])
  const left = seeds.filter(seed => !done.has(seed))
  if (worlds.length > 0) options.say(`${worlds.length} worlds were played before`)
  for await (const world of play(serverUrl, left, options)) {
    worlds.push(world)
    options.progress?.add(world)
    options.say(lineOf(world))
  }
  return { worlds, total: totalOf(worlds) }
}

const seedsOf = ({ seed, seeds }: ScoreOptions): number[] => Array.from({ length: seeds }, (_, index) => seed + index)

async function* play(serverUrl: string, seeds: readonly number[], options: ScoreOptions): AsyncGenerator<WorldScore> {
  const database = await createWorldDatabase(serverUrl)
  try {
    for (const seed of seeds) yield await scoreOne(database, seed, options)
  } finally {
    await database.drop()
  }
}

async function scoreOne(database: WorldDatabase, seed: number, options: ScoreOptions): Promise<WorldScore> {
  const { lines, mix, productOn } = options
  const product = productOn(database.url)
  try {
    return await scoreWorld(database.url, product, { seed, lines, mix })
  } finally {
    await product.close()
    await database.empty()
  }
}

const lineOf = ({ seed, lines, files, all, unkeyed, seconds, ...world }: WorldScore): string =>
  [
    `seed ${seed}: ${lines} lines in ${files} files, ${all.planted} breaks planted, recall ${all.recall.toFixed(4)}`,
    `precision ${all.precision.toFixed(4)}, without a reference ${unkeyed.recall.toFixed(4)} ${unkeyed.precision.toFixed(4)}`,
    `${world.wrongDisputes.length} of ${world.disputes} disputes, ${world.wrongFiles.length} files and ${world.wrongBalances.length} accounts wrong`,
    `${seconds.toFixed(1)} s`,
  ].join(', ')
