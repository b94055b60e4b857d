/** One file from its bytes to its breaks: imported and matched by a process each, in a database of its own. */
import { type ExecFileOptions, execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import { createScratch } from '../scratch.ts'
import type { Stage } from '../stage.ts'
import type { Child } from './bundle-children.ts'
import { deployedNodeOptions } from './deployed-options.ts'
import type { Measured } from './measured.ts'
import { DIFFERS_EVERY, plantExpectations } from './plant-expectations.ts'
import { BATCH, operationOf, writeSettlementFile } from './write-file.ts'

export interface PartOrder {
  name: string
  lines: number
  workPercent: number
}

export interface StepFigures extends Measured {
  /** Of MariaDB meanwhile; null where it cannot be seen. */
  databaseCpuSeconds: number | null
}

export interface PartFigures extends PartOrder {
  imported: StepFigures
  matched: StepFigures
  /** Together. */
  seconds: number
  problems: string[]
}

export type Bundles = Record<Child, string>

/** Of a process, on a machine that has nothing else to do: twelve times what a line takes at most. */
const limitMsOf = ({ lines, workPercent }: PartOrder): number => Math.ceil(120_000 + (lines * 1.2 * 100) / workPercent)

export interface PartMoments {
  /** Everything is there, and the first process starts. */
  begins(): void
  /** The last process has ended; its rows are counted and deleted now. */
  ends(): void
}

const unheard: PartMoments = { begins: () => {}, ends: () => {} }

export async function runPart(
  stage: Stage,
  bundles: Bundles,
  order: PartOrder,
  moments = unheard,
): Promise<PartFigures> {
  const name = `bench_recon_${order.name}`
  const databaseUrl = await createScratch(stage.system.databaseUrl, name)
  const path = join(stage.folder.root, `${order.name}.csv`)
  try {
    await writeSettlementFile(path, order.lines)
    await plantExpectations(databaseUrl, order.lines, operationOf)
    moments.begins()
    const figures = await runOn(stage, bundles, order, { databaseUrl, path })
    moments.ends()
    return { ...figures, problems: await problemsIn(databaseUrl, order) }
  } finally {
    await rm(path, { force: true })
    await drop(databaseUrl, name)
  }
}

async function runOn(
  stage: Stage,
  bundles: Bundles,
  order: PartOrder,
  { databaseUrl, path }: { databaseUrl: string; path: string },
): Promise<Omit<PartFigures, 'problems'>> {
  const env = {
    ...{ ...process.env, ...stage.env, DATABASE_URL: databaseUrl, RECON_WORK_PERCENT: String(order.workPercent) },
    ...{ NODE_OPTIONS: deployedNodeOptions(), IMPORT_PATH: path, IMPORT_NAME: `${BATCH}-r1.csv` },
  }
  const run = (child: Child) => runStep(stage, bundles[child], { timeout: limitMsOf(order), env })
  const imported = await run('import-child')
  const matched = await run('match-child')
  const seconds = imported.seconds + matched.seconds
  return { ...order, imported, matched, seconds }
}

async function runStep(stage: Stage, path: string, options: ExecFileOptions): Promise<StepFigures> {
  const before = stage.cpu().mariadb ?? null
  const { stdout } = await promisify(execFile)(process.execPath, [path], { ...options, encoding: 'utf8' })
  const after = stage.cpu().mariadb ?? null
  return { ...JSON.parse(stdout), databaseCpuSeconds: before === null || after === null ? null : after - before }
}

/** What the rows say became of the lines. */
async function problemsIn(databaseUrl: string, { name, lines }: PartOrder): Promise<string[]> {
  const database = await mysql.createConnection({ uri: databaseUrl })
  try {
    const [states] = await database.query<RowDataPacket[]>(
      'SELECT state, COUNT(*) AS count FROM recon_line GROUP BY state',
    )
    const [breaks] = await database.query<RowDataPacket[]>('SELECT COUNT(*) AS count FROM recon_break')
    const found = Object.fromEntries(states.map(({ state, count }) => [state, Number(count)]))
    const broken = Math.floor(lines / DIFFERS_EVERY)
    const wanted = { MATCHED: lines - broken, BROKEN: broken, breaks: broken }
    const there = { MATCHED: found.MATCHED ?? 0, BROKEN: found.BROKEN ?? 0, breaks: Number(breaks[0]!.count) }
    return (['MATCHED', 'BROKEN', 'breaks'] as const).flatMap(what =>
      there[what] === wanted[what] ? [] : [`${name}: ${there[what]} ${what} instead of ${wanted[what]}`],
    )
  } finally {
    await database.end()
  }
}

async function drop(databaseUrl: string, name: string): Promise<void> {
  const database = await mysql.createConnection({ uri: databaseUrl })
  await database.query('DROP DATABASE ??', [name]).finally(() => database.end())
}
