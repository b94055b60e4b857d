/** `npm run bench:accounts`: a ledger of many entries, its stored balances, and what the routes of accounts and the inserts take. */
import mysql, { type Connection } from 'mysql2/promise'
import { Pool } from 'undici'
import { systemClock as clock } from '../../../shared/runtime/clock.ts'
import { snapshotBalances } from '../../../shared/settlement/snapshot-balances.ts'
import { AccountBalanceTables } from '../../../shared/stores/account-balances.ts'
import { Database } from '../../../shared/stores/database.ts'
import { connectControl } from '../../local/control.ts'
import { type JsonTarget, terminalBeside } from '../../terminal/json.ts'
import { createReporter, formatDuration } from '../../terminal/output.ts'
import { tableLines } from '../../terminal/table.ts'
import { createRandom, type Random } from '../random.ts'
import { resultFile, writeResult } from '../result-file.ts'
import { type InsertCosts, timeInserts } from './account-inserts.ts'
import { beginRun, type Origin } from './machine.ts'
import { type Percentiles, percentilesOf } from './percentiles.ts'
import { SCALE_MARIADB_FLAGS } from './scale/settings.ts'
import { onStage, type Stage } from './stage.ts'

interface AccountsFlags {
  entries: number
  requests: number
  rounds: number
  seed: number
  json?: JsonTarget
  save?: true | undefined
}

interface Timed {
  name: string
  latencyMs: Percentiles | undefined
  problems: string[]
}

interface AccountsResult extends Origin {
  entries: number
  snapshots: number
  snapshotSeconds: number
  runs: number
  reads: Timed[]
  inserts: InsertCosts
  problems: string[]
}

/** Each asks for another time or page. */
const UNLIMITED_READS = { reads: { caller: { perSecond: 100_000, burst: 100_000 } } }
const CONCURRENCY = 4

/** 0, or 1 when something was answered that should not have been. */
export async function benchAccounts(flags: AccountsFlags): Promise<number> {
  const reporter = createReporter(terminalBeside(flags.json))
  process.env.RATE_LIMITS = JSON.stringify(UNLIMITED_READS)
  const result = await onStage(
    { reporter, withEmptyHandlers: false, mariadbFlags: SCALE_MARIADB_FLAGS, isLarge: true },
    stage => measure(stage, flags, line => reporter.line(line)),
    ({ problems }) => problems.length === 0,
  )
  writeResult(result, [flags.json, flags.save && resultFile('accounts')], reporter)
  for (const line of linesOf(result)) reporter.line(line)
  return result.problems.length === 0 ? 0 : 1
}

async function measure(stage: Stage, flags: AccountsFlags, say: (line: string) => void): Promise<AccountsResult> {
  const end = beginRun()
  const { databaseUrl, apiUrl, runFile } = stage.system
  const control = connectControl(runFile!)
  // Its jobs would store balances, too.
  await control.stop('api')
  const database = await mysql.createConnection({ uri: databaseUrl, timezone: 'Z' })
  stage.onClose(() => database.end())
  const span = await fillLedger(database, flags.entries, say)
  const stored = await storeBalances(databaseUrl)
  say(`${stored.snapshots} snapshots in ${stored.snapshotSeconds.toFixed(1)} s, ${stored.runs} runs`)
  await control.start('api')
  const reads = await timeReads(apiUrl, span, flags)
  await control.stop('api')
  const inserts = await timeInserts(database, flags.rounds, say)
  const problems = reads.flatMap(read => read.problems)
  return { ...(await end(databaseUrl)), entries: flags.entries, ...stored, reads, inserts, problems }
}

interface Span {
  fromMs: number
  toMs: number
}

const BATCH_ENTRIES = 100_000
const DAYS = 30
const DAY_MS = 24 * 60 * 60_000

/** Of the `n`th purchase: the first merchant has a tenth of all. */
const MERCHANT = `CONCAT('merchant_payable:shop-', LPAD(IF(n % 10 = 0, 0, n * 7919 % 1000), 4, '0'))`

/** Captures and their fees over the last thirty days, a tenth of them in a second currency. */
async function fillLedger(database: Connection, entries: number, say: (line: string) => void): Promise<Span> {
  const toMs = clock.nowMs() - 5 * 60_000
  const fromMs = toMs - DAYS * DAY_MS
  const startedMs = performance.now()
  for (let first = 1; first <= entries; first += BATCH_ENTRIES)
    await database.query(
      `INSERT INTO ledger_entry (entry_id, payment_id, event_id, entry_type, debit_account, credit_account, amount, currency,
         occurred_at, recorded_at)
       SELECT CONCAT('led_', LPAD(seq, 26, '0')), CONCAT('pay_', LPAD(n, 26, '0')), CONCAT('evt_', LPAD(n, 26, '0')),
         IF(is_fee, 'fee', 'capture'), IF(is_fee, ${MERCHANT}, 'acquirer_receivable'), IF(is_fee, 'fee_revenue', ${MERCHANT}),
         IF(is_fee, 25, 1000) * (1 + n % 50), IF(n % 10 = 1, 'USD', 'KRW'), recorded_at, recorded_at
       FROM (SELECT seq, seq DIV 2 AS n, seq % 2 AS is_fee, ? + INTERVAL CAST(seq * ? AS INT) * 1000 MICROSECOND AS recorded_at
         FROM seq_${first}_to_${Math.min(first + BATCH_ENTRIES - 1, entries)}) AS drawn`,
      [new Date(fromMs), (toMs - fromMs) / entries],
    )
  say(`${entries} entries in ${formatDuration(performance.now() - startedMs)}`)
  await database.query('ANALYZE TABLE ledger_entry')
  return { fromMs, toMs }
}

/** As the job does each minute, one run after the other. */
async function storeBalances(url: string) {
  const database = new Database({ url, connectionsMax: 2 })
  const ports = { balances: new AccountBalanceTables(database), transactions: database, clock }
  const startedMs = performance.now()
  let [snapshots, runs] = [0, 0]
  try {
    for (;;) {
      runs++
      snapshots += await snapshotBalances(ports, clock.nowMs() + 45_000)
      const { after, activeSinceMs } = await ports.balances.readPass()
      // A first page that was cut short leaves neither.
      if (after === undefined && activeSinceMs > 0) break
    }
  } finally {
    await database.close()
  }
  return { snapshots, snapshotSeconds: (performance.now() - startedMs) / 1_000, runs }
}

const accountPath = (account: string) => `/ledger/accounts/${encodeURIComponent(account)}`

/** Those that end in 0 have no purchase, but for the first. */
const merchantAt = (random: Random): string =>
  `merchant_payable:shop-${String(10 * random.integer(0, 99) + random.integer(1, 9)).padStart(4, '0')}`

const cursorAt = (random: Random): string => Buffer.from(`${merchantAt(random)} KRW`).toString('base64url')

async function timeReads(origin: string, span: Span, { requests, seed }: AccountsFlags): Promise<Timed[]> {
  const at = (random: Random) => `at=${new Date(random.integer(span.fromMs, span.toMs)).toISOString()}`
  const paths: Record<string, (random: Random) => string> = {
    // Asks nobody: what the machine and the API take by themselves.
    'no account: /health/live': () => '/health/live',
    'the largest account, at any time': random => `${accountPath('acquirer_receivable')}?${at(random)}`,
    'the largest account, now': () => accountPath('acquirer_receivable'),
    'the largest merchant, at any time': random => `${accountPath('merchant_payable:shop-0000')}?${at(random)}`,
    'some merchant, at any time': random => `${accountPath(merchantAt(random))}?${at(random)}`,
    'a page of 20, at any time': random => `/ledger/accounts?cursor=${cursorAt(random)}&${at(random)}`,
    'a page of 100, at any time': random => `/ledger/accounts?limit=100&cursor=${cursorAt(random)}&${at(random)}`,
    'a page of 20 in one currency, now': random => `/ledger/accounts?currency=USD&cursor=${cursorAt(random)}`,
  }
  const pool = new Pool(origin, { connections: CONCURRENCY, pipelining: 1 })
  try {
    const timed: Timed[] = []
    for (const [name, path] of Object.entries(paths)) {
      // Does not count.
      await timeRead(pool, name, path, Math.ceil(requests / 4), createRandom(seed + 1))
      timed.push(await timeRead(pool, name, path, requests, createRandom(seed)))
    }
    return timed
  } finally {
    await pool.close()
  }
}

/** Several at the same time. */
async function timeRead(
  pool: Pool,
  name: string,
  path: (random: Random) => string,
  requests: number,
  random: Random,
): Promise<Timed> {
  const [times, problems]: [number[], string[]] = [[], []]
  let left = requests
  const work = async () => {
    while (left-- > 0) {
      const startedMs = performance.now()
      const { statusCode, body } = await pool.request({ method: 'GET', path: path(random) })
      await body.text()
      times.push(performance.now() - startedMs)
      if (statusCode !== 200) problems.push(`${name}: ${statusCode}`)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  return { name, latencyMs: percentilesOf(times), problems: problems.slice(0, 1) }
}

function linesOf({ reads, inserts, problems }: AccountsResult): string[] {
  const ms = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(1))
  const rows = reads.map(({ name, latencyMs }) => [name, ms(latencyMs?.p50), ms(latencyMs?.p99), ms(latencyMs?.max)])
  const costs = Object.entries(inserts).map(([name, { withoutMs, withMs }]) => [
    name,
    withoutMs.toFixed(3),
    withMs.toFixed(3),
    `${((withMs / withoutMs - 1) * 100).toFixed(0)} %`,
  ])
  return [
    '',
    ...tableLines([[`ms, ${CONCURRENCY} at once`, 'p50', 'p99', 'max'], ...rows], [1, 2, 3]),
    '',
    ...tableLines([['an insert, ms', 'without', 'with the indexes', 'more'], ...costs], [1, 2, 3]),
    ...problems,
  ]
}
