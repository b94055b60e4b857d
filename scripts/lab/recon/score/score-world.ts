/** Plays one generated world into a database, and compares what reconciliation made of it with the truth. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql, { type Connection } from 'mysql2/promise'
import { addDays, startOf } from '../generate/days.ts'
import { generate } from '../generate/generate.ts'
import type { Balances, DisputeTruth, Step, TruthRow } from '../generate/truth.ts'
import type { GeneratorOptions } from '../generate/world.ts'
import { checkBalances } from './balances.ts'
import { type Comparison, compare } from './compare.ts'
import { compareDisputes, disputeOf, readDisputes } from './disputes.ts'
import { readAllocations, readBreaks } from './found.ts'
import { checkInvariants } from './invariants.ts'
import { beginSettlement, loadBooks } from './load-books.ts'
import type { ReconUnderTest } from './under-test.ts'

export interface WorldScore extends Comparison {
  seed: number
  lines: number
  files: number
  planted: Record<string, number>
  disputes: number
  /** Disputes that differ from what they must be, in words. */
  wrongDisputes: string[]
  /** Files that were taken or refused otherwise than they should have been, in words. */
  wrongFiles: string[]
  /** Accounts that differ, and invariants that do not hold, in words. */
  wrongBalances: string[]
  seconds: number
}

/** Of the day after, in Seoul: the files of a day come in the next morning. */
const MORNING_MS = 6 * 60 * 60_000

/** The database is empty but for the migrations. */
export async function scoreWorld(
  databaseUrl: string,
  product: ReconUnderTest,
  options: GeneratorOptions,
): Promise<WorldScore> {
  const startedMs = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'recon-'))
  const database = await mysql.createConnection({ uri: databaseUrl, timezone: 'Z' })
  try {
    const world = await new Player(database, product, folder).play(options)
    const seconds = () => (performance.now() - startedMs) / 1_000
    return { seed: options.seed, ...(await judged(database, databaseUrl, world)), seconds: seconds() }
  } finally {
    await database.end()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Played {
  truth: TruthRow[]
  disputes: DisputeTruth[]
  wrongFiles: string[]
  files: number
  end: Extract<Step, { kind: 'balances' }>
}

async function judged(database: Connection, databaseUrl: string, played: Played) {
  const { truth, disputes, wrongFiles, files, end } = played
  const found = compare(truth, await readBreaks(database), await readAllocations(database))
  const { lines, planted } = end
  const wrongBalances = [
    ...(await checkBalances(database, end.balances as Balances)),
    ...(await checkInvariants(databaseUrl)),
  ]
  const wrongDisputes = compareDisputes(disputes, await readDisputes(database))
  return { ...found, lines, files, planted, disputes: disputes.length, wrongDisputes, wrongFiles, wrongBalances }
}

const outcomes = { DONE: 'imported', KNOWN: 'known', REJECTED: 'rejected' } as const

class Player {
  readonly #database: Connection
  readonly #product: ReconUnderTest
  readonly #folder: string
  #files = 0
  readonly #truth: TruthRow[] = []
  readonly #disputes: DisputeTruth[] = []
  readonly #wrongFiles: string[] = []
  #end: Played['end'] | undefined

  constructor(database: Connection, product: ReconUnderTest, folder: string) {
    this.#database = database
    this.#product = product
    this.#folder = folder
  }

  async play(options: GeneratorOptions): Promise<Played> {
    for (const step of generate(options)) await this.#step(step)
    const [truth, disputes, wrongFiles] = [this.#truth, this.#disputes, this.#wrongFiles]
    return { truth, disputes, wrongFiles, files: this.#files, end: this.#end! }
  }

  async #step(step: Step): Promise<void> {
    if ('day' in step) this.#product.setNowMs(startOf(addDays(step.day, 1)) + MORNING_MS)
    switch (step.kind) {
      case 'begin':
        return beginSettlement(this.#database, step.settledFromMs)
      case 'books':
        return loadBooks(this.#database, step.rows)
      case 'file':
        return this.#hand(step)
      case 'match':
        return this.#product.matchAll()
      case 'age':
        return this.#product.ageAll()
      case 'lose':
        return this.#lose(step.externalRef)
      case 'truth':
        this.#truth.push(step.row)
        return
      case 'dispute':
        this.#disputes.push(step.row)
        return
      case 'balances':
        this.#end = step
    }
  }

  /** What is not there, or is not open, the comparison says. */
  async #lose(externalRef: string): Promise<void> {
    const disputeId = await disputeOf(this.#database, externalRef)
    if (disputeId !== undefined) await this.#product.loseDispute(disputeId)
  }

  async #hand({ sourceId, name, bytes, becomes, day, again }: Extract<Step, { kind: 'file' }>): Promise<void> {
    this.#files += 1
    const path = join(this.#folder, String(this.#files))
    await writeFile(path, bytes)
    const outcome = await this.#product.importFile({ sourceId, name, path, again: again === true })
    if (outcome !== outcomes[becomes])
      this.#wrongFiles.push(`${name} of ${day} was ${outcome}, not ${outcomes[becomes]}`)
    await rm(path)
  }
}
