/** Scores reconciliation on several worlds, each in a database of its own on one server, one after the other. */
import { randomBytes } from 'node:crypto'
import mysql from 'mysql2/promise'
import { createScratch } from '../../bench/scratch.ts'
import type { Mix } from '../generate/world.ts'
import { type Total, totalOf } from './goals.ts'
import { scoreWorld, type WorldScore } from './score-world.ts'
import type { ReconUnderTest } from './under-test.ts'

export interface ScoreOptions {
  /** Of the first; each next one has one more. */
  seed: number
  seeds: number
  lines: number
  mix: Mix
  productOn: (databaseUrl: string) => ReconUnderTest
  say: (line: string) => void
}

export interface Scored {
  worlds: WorldScore[]
  total: Total
}

/** `serverUrl` is a database of the server, for a user whose root may be reached as `createScratch` does. */
export async function scoreWorlds(serverUrl: string, options: ScoreOptions): Promise<Scored> {
  const worlds: WorldScore[] = []
  for (let index = 0; index < options.seeds; index += 1) {
    const world = await scoreOne(serverUrl, options.seed + index, options)
    worlds.push(world)
    options.say(lineOf(world))
  }
  return { worlds, total: totalOf(worlds) }
}

async function scoreOne(serverUrl: string, seed: number, { lines, mix, productOn }: ScoreOptions): Promise<WorldScore> {
  const name = `recon_score_${randomBytes(4).toString('hex')}`
  const databaseUrl = await createScratch(serverUrl, name)
  const product = productOn(databaseUrl)
  try {
    return await scoreWorld(databaseUrl, product, { seed, lines, mix })
  } finally {
    await product.close()
    await drop(databaseUrl, name)
  }
}

async function drop(databaseUrl: string, name: string): Promise<void> {
  const database = await mysql.createConnection({ uri: databaseUrl })
  await database.query('DROP DATABASE ??', [name]).finally(() => database.end())
}

const lineOf = ({ seed, lines, files, all, unkeyed, seconds, ...world }: WorldScore): string =>
  [
    `seed ${seed}: ${lines} lines in ${files} files, ${all.planted} breaks planted, recall ${all.recall.toFixed(4)}`,
    `precision ${all.precision.toFixed(4)}, without a reference ${unkeyed.recall.toFixed(4)} ${unkeyed.precision.toFixed(4)}`,
    `${world.disputes} disputes`,
    `${world.wrongDisputes.length} disputes, ${world.wrongFiles.length} files and ${world.wrongBalances.length} accounts wrong`,
    `${seconds.toFixed(1)} s`,
  ].join(', ')
