/** `npm run bench -- --rows N`: measures on the empty database, fills it, and measures again; then drains, jobs and `verify`. */
import { setTimeout as sleep } from 'node:timers/promises'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import type { Slice } from '../../../../shared/invariants/database-reader.ts'
import { GRACE_MS, type Judge } from '../../../../shared/invariants/invariant.ts'
import { judge, judgePayments } from '../../../../shared/invariants/judge.ts'
import type { PaymentHistory } from '../../../../shared/invariants/payment-history.ts'
import { connectControl } from '../../../local/control.ts'
import { STANDARD_TERMS } from '../../../operate/verify/settle.ts'
import { openSnapshot } from '../../../operate/verify/snapshot.ts'
import { openBooks } from '../books.ts'
import { beginRun, type Origin } from '../machine.ts'
import { sampleLine } from '../report.ts'
import { type BookResult, type CaseMedians, mediansOf, verifyBooks } from '../run.ts'
import { type Bench, type CaseSample, runCase } from '../run-case.ts'
import { scheduleOf } from '../settings.ts'
import type { Stage } from '../stage.ts'
import { consoleLookups, prepareConsole } from './console-lookups.ts'
import { type DrainResult, measureDrain } from './drains.ts'
import { type StatementWatch, watchStatements } from './examined-statements.ts'
import { type Filled, type FillTarget, fillBooks, journalFolderOf, reserveEventIds } from './fill-books.ts'
import { type JobResult, measureJobs } from './jobs.ts'
import { type LookupResult, lookups, timeLookups } from './lookups.ts'
import { type Estimate, type ScaleSettings, spanMs } from './settings.ts'
import { runVerify, type VerifyRun } from './verify-speed.ts'

/** The database while something was measured on it. */
export interface Look {
  cases: CaseMedians[]
  rounds: CaseSample[]
  lookups: LookupResult[]
}

export interface TableSize {
  table: string
  /** As InnoDB estimates them. */
  rows: number
  dataMiB: number
  indexMiB: number
}

export interface ScaleResult extends Origin {
  scale: true
  settings: ScaleSettings
  estimate: Estimate
  filled: Omit<Filled, 'sample'>
  tables: TableSize[]
  empty: Look
  full: Look
  verify: VerifyRun
  jobs: JobResult[]
  drains: DrainResult[]
  books: BookResult
  problems: string[]
}

interface Scale {
  stage: Stage
  settings: ScaleSettings
  target: FillTarget
  say: (line: string) => void
  problems: string[]
}

/** So that a payment's steps have time to end. */
const END_BEFORE_MS = 5 * 60_000
/** InnoDB counts its rows again by itself when many have changed. */
const STATISTICS_MS = 15_000

export async function runScale(
  stage: Stage,
  settings: ScaleSettings,
  estimate: Estimate,
  say: (line: string) => void,
): Promise<ScaleResult> {
  const end = beginRun()
  const scale: Scale = { stage, settings, target: targetOf(stage, settings), say, problems: [] }
  const control = connectControl(stage.system.runFile!)
  await reserveEventIds(stage.system.databaseUrl, settings.rows)
  const empty = await lookAt(scale, 'empty')
  await control.stop('api')
  const { sample, ...filled } = await fill(scale)
  const verified = await verifyFilled(scale)
  await sleep(STATISTICS_MS)
  const watch = await watchStatements(stage.system.databaseUrl)
  stage.onClose(() => watch.close())
  const tables = await tableSizes(stage.system.databaseUrl)
  const jobs = await jobsOf(scale, watch)
  await control.start('api')
  const full = await lookAt(scale, 'full', sample)
  await control.stop('api')
  const drains = await drainsOf(scale)
  await control.start('api')
  const books = await booksOf(scale, sample)
  return {
    scale: true,
    ...(await end(stage.system.databaseUrl)),
    settings,
    estimate,
    filled,
    tables,
    empty,
    full,
    verify: verified,
    jobs,
    drains,
    books,
    problems: [...scale.problems, ...books.problems],
  }
}

/** Before anything was asked of the system. */
function targetOf({ system, folder }: Stage, { shape }: ScaleSettings): FillTarget {
  const { databaseUrl, brokers } = system
  const endMs = Date.now()
  if (shape === 'lists') return { databaseUrl, kafka: null, journalFolder: null, endMs }
  return { databaseUrl, kafka: { brokers }, journalFolder: journalFolderOf(folder.root), endMs }
}

const FIRST_WARMUP_SECONDS = 5

/** Speed, then lookups. Without a sample it looks up what the speed's own cases wrote. */
async function lookAt(
  { stage, settings, say, problems }: Scale,
  name: string,
  sample?: Filled['sample'],
): Promise<Look> {
  const books = await openBooks(stage.system.databaseUrl, stage.system.brokers)
  try {
    const bench: Bench = { stage, settings, books, say }
    await warmUp(bench)
    const rounds: CaseSample[] = []
    for (const [index, cases] of scheduleOf(settings).entries())
      for (const each of cases) {
        const found = await runCase(bench, each, index + 1)
        rounds.push(found)
        say(sampleLine(found, name))
      }
    const wanted = sample ?? (await somePayments(stage.system.databaseUrl))
    const found = await timeLookups(stage.system.apiUrl, lookups, wanted, settings.lookups, settings.seed)
    found.push(...(await timeConsole(stage, settings, wanted)))
    say(`timed ${found.length} reads of the ${name} database`)
    problems.push(...[...rounds, ...found].flatMap(each => each.problems).map(problem => `${name}: ${problem}`))
    return { cases: mediansOf(rounds, settings), rounds, lookups: found }
  } finally {
    await books.close()
  }
}

async function timeConsole(
  { system }: Stage,
  { lookups: how, seed }: ScaleSettings,
  sample: Filled['sample'],
): Promise<LookupResult[]> {
  const { known, headers } = await prepareConsole(system, sample)
  const wanted = consoleLookups.map(lookup => ({ ...lookup, headers }))
  return timeLookups(system.apiUrl, wanted, known, how, seed)
}

/** A new API has compiled nothing yet. */
async function warmUp(bench: Bench): Promise<void> {
  const { settings } = bench
  const seconds = Math.min(FIRST_WARMUP_SECONDS, settings.seconds)
  for (const kind of settings.kinds)
    for (const concurrency of settings.concurrency)
      await runCase(bench, { kind, concurrency }, 0, { ...settings, seconds, warmupSeconds: 0, tailSeconds: 0 })
}

async function rowsOf(databaseUrl: string, sql: string, values: unknown[] = []): Promise<RowDataPacket[]> {
  const database = await mysql.createConnection({ uri: databaseUrl, timezone: 'Z' })
  try {
    const [rows] = await database.query<RowDataPacket[]>(sql, values)
    return rows
  } finally {
    await database.end()
  }
}

async function somePayments(databaseUrl: string): Promise<Filled['sample']> {
  const rows = await rowsOf(
    databaseUrl,
    'SELECT payment_id, merchant_id, order_id FROM payment ORDER BY payment_id LIMIT 1000',
  )
  return rows.map(row => ({ paymentId: row.payment_id, merchantId: row.merchant_id, orderId: row.order_id }))
}

async function fill({ settings, target, say }: Scale): Promise<Filled> {
  const { rows: payments, shape, seed } = settings
  const plan = {
    seed,
    payments,
    fromMs: target.endMs - spanMs[shape],
    toMs: target.endMs - END_BEFORE_MS,
    undone: [],
    firstEventId: 1,
  }
  const filled = await fillBooks(target, plan, say)
  const { rows, records, seconds } = filled
  const perSecond = (payments / seconds).toFixed(0)
  say(`filled ${rows} rows and ${records} records of Kafka in ${seconds.toFixed(0)} s: ${perSecond} payments/s`)
  return filled
}

/** The books alone, before anything works on them: by the command, or by the database's own invariants where Kafka has no records. */
async function verifyFilled({ stage, settings, say, problems }: Scale): Promise<VerifyRun> {
  const verified =
    settings.shape === 'books' ? await runVerify(stage.system.runFile!, say) : await judgeDatabase(stage, say)
  const { payments, seconds, perSecond, broken } = verified
  say(`verified ${payments} payments in ${seconds.toFixed(0)} s: ${perSecond.toFixed(0)}/s`)
  problems.push(...broken.map(name => `the generated books are not right: ${name}`))
  return verified
}

const SAID_EACH = 200_000

const judgeAt = (nowMs: number, virtualNowMs: number): Judge => ({
  nowMs,
  virtualNowMs,
  graceMs: GRACE_MS,
  settlementDefaults: STANDARD_TERMS,
})

async function judgeDatabase({ system }: Stage, say: (line: string) => void): Promise<VerifyRun> {
  const startedMs = performance.now()
  const snapshot = await openSnapshot(system.databaseUrl)
  try {
    const nowMs = Date.now()
    const clock = judgeAt(nowMs, nowMs + (await snapshot.clockOffsetMs()))
    const { payments, pending, results } = await judge(snapshot, clock, {}, (what, count) => {
      if (count % SAID_EACH === 0) say(`verifying: ${count.toLocaleString('en')} ${what}`)
    })
    const seconds = (performance.now() - startedMs) / 1_000
    const broken = results.filter(({ ok }) => !ok).map(({ name }) => name)
    return { payments, seconds, perSecond: payments / seconds, memoryMiB: null, broken, pending }
  } finally {
    await snapshot.close()
  }
}

/**
 * When everything is over. Where Kafka has no records of the generated events, by the invariants that look at one payment: those that
 * the product has made since. The others it has not touched but for what was planted.
 */
async function booksOf({ stage, settings, say }: Scale, sample: Filled['sample']): Promise<BookResult> {
  if (settings.shape === 'books') return verifyBooks({ stage, say })
  say('verifying what was written since')
  const histories = await historiesAfter(stage, sample.at(-1)!.paymentId)
  const nowMs = Date.now()
  const results = judgePayments(histories, judgeAt(nowMs, nowMs))
  const broken = results.filter(({ ok }) => !ok).map(({ name }) => name)
  const pending = results.reduce((sum, result) => sum + result.pending, 0)
  const problems = broken.map(name => `the books are not right: broken: ${name}`)
  return { ok: broken.length === 0, invariants: results.length, broken, pending, payments: histories.length, problems }
}

const SLICE_PAYMENTS = 1_000

async function historiesAfter({ system }: Stage, paymentId: string): Promise<PaymentHistory[]> {
  const snapshot = await openSnapshot(system.databaseUrl)
  try {
    const found: PaymentHistory[] = []
    for (let after: string | null = paymentId; after !== null; ) {
      const { histories, lastPaymentId }: Slice = await snapshot.slice(after, SLICE_PAYMENTS)
      found.push(...histories)
      after = lastPaymentId
    }
    return found
  } finally {
    await snapshot.close()
  }
}

async function tableSizes(databaseUrl: string): Promise<TableSize[]> {
  const rows = await rowsOf(
    databaseUrl,
    `SELECT TABLE_NAME AS name, TABLE_ROWS AS row_count, DATA_LENGTH AS data_bytes, INDEX_LENGTH AS index_bytes
     FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY DATA_LENGTH DESC`,
  )
  const mib = (bytes: unknown): number => Math.round(Number(bytes) / 2 ** 20)
  return rows
    .map(row => ({
      table: String(row.name),
      rows: Number(row.row_count),
      dataMiB: mib(row.data_bytes),
      indexMiB: mib(row.index_bytes),
    }))
    .filter(({ dataMiB }) => dataMiB > 0)
}

async function jobsOf({ stage, settings, target, say }: Scale, watch: StatementWatch): Promise<JobResult[]> {
  const jobs = await measureJobs(stage, target, settings.due, settings.seed + 100, watch)
  for (const { job, idle, due } of jobs)
    say(`${job}: ${idle.ms.toFixed(0)} ms with nothing due${due === null ? '' : `, ${due.ms.toFixed(0)} ms with work`}`)
  return jobs
}

async function drainsOf({ stage, settings, target, say }: Scale): Promise<DrainResult[]> {
  if (settings.shape === 'lists') return []
  const drains: DrainResult[] = []
  for (const what of ['relay', 'consumer'] as const) {
    const drained = await measureDrain(
      stage,
      target,
      what,
      settings.drainEvents,
      settings.seed + 200 + drains.length * 2,
    )
    say(`${what}: ${drained.events} events at ${drained.perSecond.toFixed(0)}/s`)
    drains.push(drained)
  }
  return drains
}
