/** Files of the sandbox acquirer and bank on MariaDB: fetched, imported whole or not at all, by several at once, and by processes that are killed. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { Journal as AcquirerJournal } from '../../sandbox/acquirer/journal.ts'
import { authorizeOrder, captureOrder, laterOrder, opOf } from '../../sandbox/acquirer/sample-orders.ts'
import { startAcquirer } from '../../sandbox/acquirer/server.ts'
import { Journal as BankJournal } from '../../sandbox/bank/journal.ts'
import { startBank } from '../../sandbox/bank/server.ts'
import type { RunningService } from '../../sandbox/service/http-service.ts'
import { HttpSettlementFiles } from '../../shared/acquirer/http-settlement-files.ts'
import { HttpStatements } from '../../shared/bank/http-statements.ts'
import type { AcquirerOrderBody } from '../../shared/contracts/acquirer.ts'
import { FakeClock, FakeDoorbell } from '../../shared/payments/fakes.ts'
import { diskFiles } from '../../shared/recon-files/disk-files.ts'
import { readers } from '../../shared/recon-files/readers.ts'
import { temporaryFiles } from '../../shared/recon-files/temporary-files.ts'
import { FakeImportAlarms } from '../../shared/reconciliation/fake-recon.ts'
import { importing } from '../../shared/reconciliation/fetch-due.ts'
import { importFile } from '../../shared/reconciliation/import-file.ts'
import { importFiles } from '../../shared/reconciliation/import-files.ts'
import { createIds } from '../../shared/runtime/ids.ts'
import { AuditLogTable } from '../../shared/stores/audit-log.ts'
import { AwaitedFileTables } from '../../shared/stores/awaited-files.ts'
import { BusinessCalendarTable } from '../../shared/stores/business-calendar.ts'
import { ExpectationTable } from '../../shared/stores/expectations.ts'
import { ReconFileTable, ReconFileTotalTable, ReconSourceTable } from '../../shared/stores/recon-files.ts'
import { ReconLineTable } from '../../shared/stores/recon-lines.ts'
import { SettlementStartTable } from '../../shared/stores/settlement-start.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(240_000)

const DAY_MS = 24 * 60 * 60_000
/** Friday, 2026-11-27, noon in Seoul. */
const NOW_MS = Date.UTC(2026, 10, 27, 3)
const NO_END = Number.POSITIVE_INFINITY
const BATCH = 'ACQ-20261127-KRW'
const NAME = `${BATCH}-r1.csv`

let scratch: ScratchDatabase
let folder: string
let acquirer: RunningService
let bank: RunningService
let clock: FakeClock

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'import_files')
  await scratch.direct.write('UPDATE settlement_start SET settled_from = ?', [new Date(NOW_MS - DAY_MS)])
})
afterAll(() => scratch?.drop())

beforeEach(async () => {
  for (const table of ['recon_line', 'recon_file_total', 'recon_file', 'outbox_event'])
    await scratch.direct.write('DELETE FROM ??', [table])
  folder = mkdtempSync(join(tmpdir(), 'import-files-'))
  clock = new FakeClock(NOW_MS)
  const common = { nowMs: () => NOW_MS, log: () => undefined }
  bank = await startBank({ ...common, journal: new BankJournal(join(folder, 'bank')) }, 0, '127.0.0.1')
  acquirer = await startAcquirer(
    {
      ...{ ...common, journal: new AcquirerJournal(join(folder, 'acquirer')), bankUrl: urlOf(bank) },
      ...{ holdWindowMs: 100 * DAY_MS, lateMs: 0, slowMs: 0 },
    },
    0,
    '127.0.0.1',
  )
})
afterEach(async () => {
  await acquirer.close()
  await bank.close()
  rmSync(folder, { recursive: true })
})

const urlOf = ({ port }: RunningService): string => `http://127.0.0.1:${port}`
const ids = createIds(() => NOW_MS)

/** One process: pool, stores and the ports of an import. */
function processOf() {
  const { database, outbox } = scratch.stores()
  return {
    ...{ transactions: database, outbox, clock, ids, readers, diskFiles, temporaryFiles },
    reconSources: new ReconSourceTable(database),
    reconFiles: new ReconFileTable(database),
    reconFileTotals: new ReconFileTotalTable(database),
    reconLines: new ReconLineTable(database),
    acquirerTerms: new ExpectationTable(database),
    calendars: new BusinessCalendarTable(database),
    settlementStart: new SettlementStartTable(database),
    auditLog: new AuditLogTable(database, () => NOW_MS),
    awaitedFiles: new AwaitedFileTables(database),
    settlementFiles: new HttpSettlementFiles(urlOf(acquirer)),
    statements: new HttpStatements(urlOf(bank)),
    reconAlarms: new FakeImportAlarms(),
    doorbell: new FakeDoorbell(),
  }
}
type Process = ReturnType<typeof processOf>

const run = (ports: Process) => importFiles(ports, NO_END)
const left = (ports: Process) => importing(ports).left(clock.virtualNowMs())

async function put(of: RunningService, path: string, body: unknown): Promise<void> {
  const { status } = await fetch(urlOf(of) + path, { method: 'PUT', body: JSON.stringify(body) })
  expect({ path, status }).toEqual({ path, status: 200 })
}

const order = (number: number, body: AcquirerOrderBody) => put(acquirer, `/operations/${opOf(number)}`, body)

/** A purchase of 10,000, of which 4,000 go back. */
async function buy(): Promise<void> {
  await order(1, authorizeOrder())
  await order(2, captureOrder(opOf(1)))
  await order(3, laterOrder('refund', opOf(1), { amount: 4_000 }))
}

/** All clocks, as `POST /sandbox/clock` moves them. */
async function pass(days: number): Promise<void> {
  clock.advanceVirtual(days * DAY_MS)
  for (const service of [acquirer, bank]) await put(service, '/clock', { offsetMs: clock.virtualNowMs() - NOW_MS })
}

const filesOf = () =>
  scratch.direct.rows(
    'SELECT source_id, name, external_id, state, line_count, day, due_on, event_count FROM recon_file ORDER BY day, source_id',
  )
const linesOf = () =>
  scratch.direct.rows(
    'SELECT line_key, match_key, kind, amount, fee, vat, net, value_on FROM recon_line ORDER BY booked_on, line_no',
  )
const count = (table: string, condition = 'TRUE') =>
  scratch.direct.count(`SELECT COUNT(*) FROM ${table} WHERE ${condition}`)

describe('files of the sandbox', () => {
  test('are fetched when their day is over, and their totals are right', async () => {
    const ports = processOf()
    await buy()
    expect([await left(ports), await run(ports)]).toEqual([0, { imported: 0, rejected: 0, away: 0 }])
    await pass(5)
    expect(await left(ports)).toBe(2)
    expect(await run(ports)).toEqual({ imported: 2, rejected: 0, away: 0 })

    expect(await filesOf()).toEqual([
      {
        ...{ source_id: 'acquirer', name: NAME, external_id: BATCH, state: 'PARSED', line_count: 2, event_count: 1 },
        ...{ day: new Date('2026-11-27'), due_on: new Date('2026-12-01') },
      },
      {
        ...{ source_id: 'bank-operating', name: 'operating-2026-12-01.xml', external_id: 'operating:2026-12-01' },
        ...{ state: 'PARSED', line_count: 1, event_count: 1, day: new Date('2026-12-01'), due_on: null },
      },
    ])
    const due = new Date('2026-12-01')
    expect(await linesOf()).toEqual([
      {
        ...{ line_key: `${BATCH}:1`, match_key: opOf(2), kind: 'capture', value_on: due },
        ...{ amount: 10_000, fee: 150, vat: 15, net: 9_835 },
      },
      {
        ...{ line_key: `${BATCH}:2`, match_key: opOf(3), kind: 'refund', value_on: due },
        ...{ amount: -4_000, fee: -60, vat: -6, net: -3_934 },
      },
      {
        ...{ line_key: 'operating:2026-12-01:KRW:1', match_key: BATCH, kind: 'credit', value_on: due },
        ...{ amount: 5_901, fee: 0, vat: 0, net: 5_901 },
      },
    ])
    expect(await ports.reconFileTotals.closings('bank-operating')).toEqual([
      { currency: 'KRW', day: '2026-12-01', closingMinor: 5_901 },
    ])
    expect(await count('outbox_event', "topic = 'recon.file-imported'")).toBe(2)
    expect([await left(ports), await run(ports)]).toEqual([0, { imported: 0, rejected: 0, away: 0 }])
  })

  test('come for each day that has passed meanwhile, also where nothing moved', async () => {
    const ports = processOf()
    await buy()
    await pass(9)
    expect(await run(ports)).toEqual({ imported: 6, rejected: 0, away: 0 })
    expect(await ports.reconFiles.lastDay('bank-operating')).toBe('2026-12-05')
    expect(await ports.reconFileTotals.closings('bank-operating')).toEqual([
      { currency: 'KRW', day: '2026-12-05', closingMinor: 5_901 },
    ])
    expect(await importing(ports).nextDueMs()).toBe(Date.UTC(2026, 11, 6, 15))
  })

  test('that two processes fetch at once are there once', async () => {
    const [one, other] = [processOf(), processOf()]
    await buy()
    await pass(9)
    const ends = await Promise.all([run(one), run(other)])
    // One of them may have met the other at work, and stopped.
    await run(one)
    expect(ends.map(({ rejected, away }) => [rejected, away])).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect([await count('recon_file'), await count('recon_line')]).toEqual([6, 3])
    expect(await count('outbox_event', "topic = 'recon.file-imported'")).toBe(6)
  })

  test('of a service that is away come with the next run', async () => {
    const ports = processOf()
    await buy()
    await pass(5)
    const away = { ...ports, settlementFiles: new HttpSettlementFiles('http://127.0.0.1:9') }
    expect(await run(away)).toEqual({ imported: 1, rejected: 0, away: 1 })
    expect(ports.reconAlarms.raised).toEqual(['away acquirer: the acquirer is away'])
    expect(await run(ports)).toEqual({ imported: 1, rejected: 0, away: 0 })
  })
})

/** A settlement file of so many captures of 10,000, on a disk. */
function onDisk(captures: number, { name = NAME, spoiled = false } = {}): string {
  const rows = Array.from(
    { length: captures },
    (_, index) => `${index + 1},capture,${opOf(index + 1)},2026-11-27,KRW,10000,150,15,9835\n`,
  )
  const total = `${captures},total,${BATCH},2026-11-27,KRW,${10_000 * captures + (spoiled ? 1 : 0)},${150 * captures},${15 * captures},${9_835 * captures}\n`
  const path = join(folder, name)
  writeFileSync(path, `line,kind,reference,sold_on,currency,amount,fee,vat,net\n${rows.join('')}${total}`)
  return path
}

const take = (ports: Process, path: string, { name = NAME, again = false } = {}) =>
  importFile(ports, { sourceId: 'acquirer', path, name, again, deadlineMs: NO_END })

describe('a file that is handed in', () => {
  test('of 25,000 lines takes chunks of less than a second, and two at once write each line once', async () => {
    const path = onDisk(25_000)
    const lastedMs: number[] = []
    const timed = (ports: Process): Process => {
      const run: Process['transactions']['run'] = async (subject, work) => {
        const beganMs = performance.now()
        try {
          return await ports.transactions.run(subject, work)
        } finally {
          lastedMs.push(performance.now() - beganMs)
        }
      }
      return { ...ports, transactions: Object.assign(Object.create(ports.transactions), { run }) }
    }
    const ends = await Promise.all([take(timed(processOf()), path), take(timed(processOf()), path)])

    console.log(`transactions: ${lastedMs.map(Math.round).join(', ')} ms`)
    expect(ends.map(({ kind }) => kind)).toContain('imported')
    expect(await filesOf()).toMatchObject([{ state: 'PARSED', line_count: 25_000 }])
    const [sums] = await scratch.direct.rows(
      'SELECT COUNT(*) AS number, MIN(line_no) AS first, MAX(line_no) AS last, SUM(net) AS net FROM recon_line',
    )
    expect(sums).toEqual({ number: 25_000, first: 1, last: 25_000, net: String(9_835 * 25_000) })
    expect(await count('outbox_event')).toBe(1)
  })

  test('and is wrong leaves no line behind, and begins anew by hand', async () => {
    const ports = processOf()
    const wrong = onDisk(12_000, { spoiled: true })
    expect(await take(ports, wrong)).toMatchObject({
      kind: 'rejected',
      file: { failure: expect.stringContaining('line 12002: amount of the total is 120000001') },
    })
    expect([await count('recon_line'), await count('recon_file_total'), await count('outbox_event')]).toEqual([0, 0, 0])
    expect(await filesOf()).toMatchObject([{ state: 'REJECTED', line_count: 0 }])
    expect((await take(ports, wrong)).kind).toBe('known')
    expect((await take(ports, wrong, { again: true })).kind).toBe('rejected')
  })

  test('with other bytes does not take the revision of another, and a next revision does', async () => {
    const ports = processOf()
    await take(ports, onDisk(2))
    const other = onDisk(3, { name: 'other.csv' })
    expect(await take(ports, other)).toMatchObject({
      kind: 'rejected',
      file: { failure: expect.stringContaining(`revision 1 of ${BATCH} was imported as rcf_`) },
    })
    expect(await take(ports, other, { name: `${BATCH}-r2.csv`, again: true })).toMatchObject({ kind: 'imported' })
  })
})

describe('a process that is killed', () => {
  const LINES = 25
  const crashAt = join(import.meta.dirname, '../support/crash/crash-at.mjs')
  const program = join(import.meta.dirname, '../support/crash/import-process.ts')

  /** What it said, or that it was killed at its commit of this number. */
  async function importing(path: string, commit?: number): Promise<string> {
    const crashFile = join(folder, 'crash')
    if (commit !== undefined) writeFileSync(crashFile, JSON.stringify({ point: 'database:committing', hits: commit }))
    const { NODE_OPTIONS: _, ...inherited } = process.env
    const env = {
      ...{ ...inherited, DATABASE_URL: scratch.url, IMPORT_PATH: path, IMPORT_NAME: NAME },
      ...{ CRASH_POINTS: 'database:committing', CRASH_FILE: crashFile },
    }
    return promisify(execFile)(process.execPath, [`--import=${crashAt}`, program], { env }).then(
      ({ stdout }) => stdout.trim(),
      (error: { signal?: string; stderr?: string }) => error.signal ?? error.stderr ?? 'failed',
    )
  }

  test('at any commit is followed by one that finishes the file, with each line once', async () => {
    const path = onDisk(LINES)
    let commits = 0
    for (let ended = 'SIGKILL'; ended === 'SIGKILL'; ) {
      for (const table of ['recon_line', 'recon_file_total', 'recon_file', 'outbox_event'])
        await scratch.direct.write('DELETE FROM ??', [table])
      ended = await importing(path, ++commits)
      expect(['SIGKILL', 'imported']).toContain(ended)
      if (ended === 'SIGKILL') expect(['imported', 'known']).toContain(await importing(path))
      expect(await filesOf()).toMatchObject([{ state: 'PARSED', line_count: LINES, event_count: 1 }])
      expect([await count('recon_line'), await count('recon_file_total')]).toEqual([LINES, 1])
      expect(await count('outbox_event', "topic = 'recon.file-imported'")).toBe(1)
    }
    // The file, the terms, three chunks, and the end.
    expect(commits - 1).toBe(6)
  })
})
