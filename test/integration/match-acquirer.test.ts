/** Lines of the acquirer on MariaDB: what each becomes, what is booked, and several who match at once. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { FakeClock, FakeDoorbell } from '../../shared/payments/fakes.ts'
import { actOnBreak } from '../../shared/reconciliation/act-on-breaks.ts'
import { ageBatchesAndPayouts } from '../../shared/reconciliation/age-bank.ts'
import { ageBreaks, countMissing, nextMissingMs } from '../../shared/reconciliation/age-breaks.ts'
import { matchAcquirerChunk } from '../../shared/reconciliation/match-acquirer.ts'
import { matchFiles } from '../../shared/reconciliation/match-files.ts'
import type { ReconLine } from '../../shared/reconciliation/ports.ts'
import { countLate, resolveLate } from '../../shared/reconciliation/resolve-late.ts'
import { createIds } from '../../shared/runtime/ids.ts'
import { until } from '../../shared/runtime/until.ts'
import { fakeTerms } from '../../shared/settlement/fake-payouts.ts'
import { BreakTable } from '../../shared/stores/breaks.ts'
import { BusinessCalendarTable } from '../../shared/stores/business-calendar.ts'
import { DisputedPaymentTables } from '../../shared/stores/disputed-payments.ts'
import { DisputeTable } from '../../shared/stores/disputes.ts'
import { ExpectationTable } from '../../shared/stores/expectations.ts'
import { AcquirerBatchTable, BankBreakTables, BankPayoutTables } from '../../shared/stores/recon-bank.ts'
import { ReconFileTable, ReconSourceTable } from '../../shared/stores/recon-files.ts'
import { LateLineTables, MissingLineTables } from '../../shared/stores/recon-late.ts'
import { ReconLineTable } from '../../shared/stores/recon-lines.ts'
import { MatchingTables } from '../../shared/stores/recon-matching.ts'
import { SettlementItemTable } from '../../shared/stores/settlement-items.ts'
import { SettlementLedgerTable } from '../../shared/stores/settlement-ledger.ts'
import { SettlementStartTable } from '../../shared/stores/settlement-start.ts'
import { SettlementTermsTable } from '../../shared/stores/settlement-terms.ts'
import { disagreementsIn } from '../support/recon-disagreements.ts'
import { times } from '../support/rows.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const DAY_MS = 24 * 60 * 60_000
/** Friday, noon in Seoul. */
const NOW_MS = Date.UTC(2026, 0, 2, 3)
const NO_END = Number.POSITIVE_INFINITY
/** Two business days later. */
const DUE_ON = '2026-01-06'
const BATCH = 'ACQ-20260102-KRW'

let scratch: ScratchDatabase
beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'matching')
})
afterAll(() => scratch?.drop())

let clock: FakeClock
const ids = createIds(() => NOW_MS)
const written = [
  ...['recon_file', 'recon_line', 'recon_batch', 'recon_allocation', 'recon_break', 'recon_break_action'],
  ...['recon_expectation', 'ledger_entry', 'outbox_event', 'payment_operation'],
]
beforeEach(async () => {
  clock = new FakeClock(NOW_MS)
  for (const table of written) await scratch.direct.write('DELETE FROM ??', [table])
})
afterEach(async () => expect(await disagreementsIn(scratch.direct)).toEqual([]))

/** One process: pool, stores and the ports of every use case. */
function processOf(connectionsMax?: number) {
  const { database, outbox } = scratch.stores(connectionsMax)
  const told: unknown[] = []
  const parts = {
    transactions: database,
    outbox,
    breaks: new BreakTable(database),
    reconLedger: new SettlementLedgerTable(database),
    reconSources: new ReconSourceTable(database),
    reconFiles: new ReconFileTable(database),
    reconLines: new ReconLineTable(database),
    matching: new MatchingTables(database),
    lateLines: new LateLineTables(database),
    missingLines: new MissingLineTables(database),
    acquirerBatches: new AcquirerBatchTable(database),
    bankPayouts: new BankPayoutTables(database),
    bankBreaks: new BankBreakTables(database),
    acquirerTerms: new ExpectationTable(database),
    expectations: new ExpectationTable(database),
    calendars: new BusinessCalendarTable(database),
    reconAlarms: { statusDiffers: (...given: unknown[]) => void told.push(given) },
    doorbell: new FakeDoorbell(),
    agingSteps: [],
    ...{ disputes: new DisputeTable(database), disputedPayments: new DisputedPaymentTables(database) },
    ...{ items: new SettlementItemTable(database), terms: new SettlementTermsTable(database) },
    ...{ settlementLedger: new SettlementLedgerTable(database), settlementStart: new SettlementStartTable(database) },
    settlementDefaults: fakeTerms,
    clock,
    ids,
  }
  return {
    ...parts,
    told,
    matchers: { acquirer: matchAcquirerChunk(parts) },
    latePasses: [(deadlineMs: number) => resolveLate(parts, deadlineMs)],
  }
}
type Process = ReturnType<typeof processOf>

interface Sale {
  matchKey: string
  kind: 'capture' | 'refund'
  amountMinor: number
  feeMinor: number
  vatMinor: number
}

let operations = 0
const saleOf = (amountMinor: number, given: Partial<Sale> = {}): Sale => ({
  ...{ matchKey: `op_${String(++operations).padStart(26, '0')}`, kind: amountMinor < 0 ? 'refund' : 'capture' },
  ...{ amountMinor, feeMinor: (amountMinor * 15) / 1_000, vatMinor: (amountMinor * 15) / 10_000 },
  ...given,
})

/** What the books say of sales: an expectation each, and an entry that makes the receivable. */
async function sell({ transactions, expectations }: Process, sales: readonly Sale[], dueOn: string | null = DUE_ON) {
  const made = sales.map(sale => ({
    ...{ ...sale, expectationId: ids.expectation(), sourceId: 'acquirer', eventId: ids.event() },
    ...{ paymentId: ids.payment(), currency: 'KRW', dueOn },
  }))
  await transactions.run('sales', tx => expectations.insert(tx, made, NOW_MS))
  const entries = made.map(({ eventId, paymentId, kind, amountMinor }) => {
    const accounts = ['acquirer_receivable', 'merchant_payable:shop']
    const [debit, credit] = amountMinor > 0 ? accounts : accounts.toReversed()
    const amount = Math.abs(amountMinor)
    return [ids.entry(), paymentId, eventId, kind, debit, credit, amount, 'KRW', new Date(NOW_MS), new Date(NOW_MS)]
  })
  await scratch.direct.write(
    `INSERT INTO ledger_entry (entry_id, payment_id, event_id, entry_type, debit_account, credit_account, amount, currency,
       occurred_at, recorded_at) VALUES ?`,
    [entries],
  )
}

type GivenLine = Sale | (Partial<ReconLine> & Pick<ReconLine, 'matchKey' | 'kind'>)

const lineOf = (given: GivenLine, fileId: string, lineNo: number, batchRef: string): ReconLine => {
  const line = { amountMinor: 0, feeMinor: 0, vatMinor: 0, currency: 'KRW', ...given }
  const said = JSON.stringify(given)
  return {
    ...{ fileId, lineNo, sourceId: 'acquirer', lineKey: `${batchRef}:${lineNo}`, batchRef },
    ...{ contentHash: String(said.length).padStart(8, '0') + Buffer.from(said).toString('hex').slice(-24) },
    ...{ bookedOn: '2026-01-02', valueOn: DUE_ON, partyAccount: null, remittance: null, state: 'READ' },
    ...{ expectationId: null, netMinor: line.amountMinor - line.feeMinor - line.vatMinor, ...line },
  }
}

/** A file that was read. */
async function receive(
  { transactions, reconFiles, reconLines }: Process,
  lines: readonly GivenLine[],
  { batchRef = BATCH, revision = 1, day = '2026-01-02' } = {},
): Promise<string> {
  const fileId = ids.reconFile()
  await transactions.run('file', async tx => {
    await reconFiles.insert(tx, {
      ...{ fileId, sourceId: 'acquirer', name: `${batchRef}-r${revision}.csv`, sha256: fileId.padEnd(64, '0') },
      ...{ externalId: batchRef, revision, day, dueOn: DUE_ON, lineCount: lines.length, matchedTo: 0 },
      ...{ state: 'PARSED', failure: null, eventCount: 1, receivedAtMs: NOW_MS, doneAtMs: null },
    })
    await reconLines.insert(
      tx,
      lines.map((line, index) => lineOf(line, fileId, index + 1, batchRef)),
    )
  })
  return fileId
}

const linesOf = async (fileId: string) =>
  (
    await scratch.direct.rows<{ state: string; taken: number }>(
      'SELECT state, expectation_id IS NOT NULL AS taken FROM recon_line WHERE file_id = ? ORDER BY line_no',
      [fileId],
    )
  ).map(({ state, taken }) => (taken === 1 ? `${state} settles` : state))

const breaks = async () =>
  (
    await scratch.direct.rows<{ line_no: number; class: string; booked: number; remaining: number; state: string }>(
      'SELECT line_no, class, booked, remaining, state FROM recon_break ORDER BY break_id',
    )
  ).map(each => [each.line_no, each.class, Number(each.booked), Number(each.remaining), each.state])

const balances = async () => {
  const rows = await scratch.direct.rows<{ account: string; balance: string }>(
    `SELECT account, SUM(amount) AS balance FROM (
       SELECT debit_account AS account, amount FROM ledger_entry UNION ALL SELECT credit_account, -amount FROM ledger_entry) AS sides
     GROUP BY account HAVING balance <> 0 ORDER BY account`,
  )
  return Object.fromEntries(rows.map(({ account, balance }) => [account, Number(balance)]))
}

const match = (ports: Process) => matchFiles(ports, NO_END)

/** A line for the sale that says something else. */
const spoiled = (sale: Sale, said: Partial<ReconLine>): GivenLine => ({ ...sale, ...said })
const operation = (matchKey: string, state: string): Promise<number> =>
  scratch.direct.write(
    `INSERT INTO payment_operation (operation_id, payment_id, merchant_id, kind, amount, currency, state, lease_until_ms, next_attempt_at_ms, created_at)
     VALUES (?)`,
    [[matchKey, ids.payment(), 'shop', 'capture', 1, 'KRW', state, 0, 0, new Date(NOW_MS)]],
  )

describe('a file', () => {
  test('whose lines are as expected is done, and closes the receivable', async () => {
    const ports = processOf()
    const sales = [saleOf(10_000), saleOf(-4_000), saleOf(20_000)]
    await sell(ports, sales)
    const fileId = await receive(ports, sales)

    expect(await match(ports)).toEqual({ files: 1, lines: 3, late: 0 })
    expect(await linesOf(fileId)).toEqual(times(3, () => 'MATCHED settles'))
    expect(await breaks()).toEqual([])
    expect(await balances()).toEqual({
      ...{ acquirer_fee: 390, vat_receivable: 39, cash_in_transit: 25_571, 'merchant_payable:shop': -26_000 },
    })
    const [batch] = await scratch.direct.rows('SELECT batch_ref, net, allocated, moved FROM recon_batch')
    expect(batch).toEqual({ batch_ref: BATCH, net: 25_571, allocated: 0, moved: 0 })
    const [file] = await scratch.direct.rows('SELECT state, matched_to, event_count FROM recon_file')
    expect(file).toEqual({ state: 'DONE', matched_to: 3, event_count: 2 })
    expect(ports.doorbell.rings.length).toBeGreaterThan(0)
  })

  test('without lines is done', async () => {
    const ports = processOf()
    await receive(ports, [])
    expect(await match(ports)).toEqual({ files: 1, lines: 0, late: 0 })
  })

  test('is matched once, whoever matches it and however often', async () => {
    const [one, other] = [processOf(), processOf()]
    const sales = times(2_000, () => saleOf(2_000))
    await sell(one, sales)
    await receive(one, sales)
    const done = await Promise.all([matchFiles(one, NO_END, 250), matchFiles(other, NO_END, 250)])

    expect(done[0].lines + done[1].lines).toBe(2_000)
    expect(await match(one)).toEqual({ files: 0, lines: 0, late: 0 })
    expect((await balances()).cash_in_transit).toBe(2_000 * 1_967)
  })

  // The statistics of a table that has just begun to grow mislead the choice of an index: then each line reads all of the source.
  test('reads no more for a line however many there are', async () => {
    // One connection: what it has read is told to it alone. The server's own counters are of every job that runs meanwhile, too.
    const ports = processOf(1)
    const sales = times(4_000, () => saleOf(2_000))
    await sell(ports, sales)
    const strangers = times(500, () => saleOf(2_000))
    await receive(ports, sales.slice(0, 2_000))
    await receive(ports, [...sales.slice(2_000), ...strangers], { batchRef: 'ACQ-20260103-KRW', day: '2026-01-03' })
    const readSoFar = async () => {
      const [row] = await ports.transactions.select<{ connection: number; rows: string }>(
        `SELECT CONNECTION_ID() AS connection, SUM(VARIABLE_VALUE) AS \`rows\` FROM information_schema.SESSION_STATUS
         WHERE VARIABLE_NAME LIKE 'HANDLER_READ%'`,
        [],
      )
      return { connection: row!.connection, rows: Number(row!.rows) }
    }
    const before = await readSoFar()
    expect(await match(ports)).toMatchObject({ files: 2, lines: 4_500 })
    const after = await readSoFar()
    expect(after.connection).toBe(before.connection)
    expect((after.rows - before.rows) / 4_500).toBeLessThan(300)
  })

  test('that is stopped in between goes on after the last chunk', async () => {
    const ports = processOf()
    const sales = times(10, () => saleOf(10_000))
    await sell(ports, sales)
    await receive(ports, sales)
    const stops = { ...ports, doorbell: { ring: async () => clock.advance(1) } }
    await matchFiles(stops, NOW_MS + 1, 4)

    expect(await scratch.direct.rows('SELECT state, matched_to FROM recon_file')).toEqual([
      { state: 'MATCHING', matched_to: 4 },
    ])
    expect(await match(ports)).toMatchObject({ files: 1, lines: 6 })
  })
})

describe('a line', () => {
  test('has the first class that applies, and what does not fit is in suspense under its break', async () => {
    const ports = processOf()
    const [fits, over, under, fee, late, dear, given] = times(7, () => saleOf(10_000))
    const [pending, declined, done, unknown] = times(4, () => saleOf(10_000))
    await sell(ports, [fits!, over!, under!, fee!, late!, dear!, given!])
    await operation(pending!.matchKey, 'PENDING')
    await operation(declined!.matchKey, 'DECLINED')
    await operation(done!.matchKey, 'SUCCEEDED')
    await scratch.direct.write("UPDATE recon_expectation SET state = 'SETTLED' WHERE match_key = ?", [given!.matchKey])
    await scratch.direct.write(
      'DELETE FROM ledger_entry WHERE event_id IN (SELECT event_id FROM recon_expectation WHERE match_key = ?)',
      [given!.matchKey],
    )
    const fileId = await receive(ports, [
      fits!,
      fits!,
      spoiled(over!, { amountMinor: 10_500, feeMinor: 160 }),
      spoiled(under!, { amountMinor: 9_000 }),
      spoiled(fee!, { feeMinor: 250 }),
      spoiled(late!, { valueOn: '2026-01-07' }),
      spoiled(dear!, { currency: 'USD' }),
      given!,
      pending!,
      declined!,
      done!,
      unknown!,
      unknown!,
    ])
    await match(ports)

    expect(await breaks()).toEqual([
      [2, 'DUPLICATE', -9_835, -9_835, 'OPEN'],
      [3, 'AMOUNT_OVER', -490, -490, 'OPEN'],
      [4, 'AMOUNT_UNDER', 1_000, 1_000, 'OPEN'],
      [5, 'FEE', 100, 100, 'OPEN'],
      [6, 'DATE', 0, 0, 'OPEN'],
      [7, 'CURRENCY', -9_835, -9_835, 'OPEN'],
      [8, 'MISSING_HERE', -9_835, -9_835, 'OPEN'],
      [9, 'STATUS', -9_835, -9_835, 'OPEN'],
      [10, 'STATUS', -9_835, -9_835, 'OPEN'],
      [11, 'MISSING_HERE', -9_835, -9_835, 'OPEN'],
      [12, 'MISSING_HERE', -9_835, -9_835, 'OPEN'],
      [13, 'DUPLICATE', -9_835, -9_835, 'OPEN'],
    ])
    expect(await linesOf(fileId)).toEqual([
      ...['MATCHED settles', 'BROKEN', 'BROKEN settles', 'BROKEN settles', 'BROKEN settles', 'BROKEN settles'],
      ...times(7, () => 'BROKEN'),
    ])
    expect(ports.told).toMatchObject([
      [{ lineNo: 9 }, 'PENDING'],
      [{ lineNo: 10 }, 'DECLINED'],
    ])
    const found = await scratch.direct.rows<{ differences: string }>(
      "SELECT differences FROM recon_break WHERE class IN ('AMOUNT_OVER', 'DATE', 'STATUS') ORDER BY line_no LIMIT 3",
    )
    expect(found.map(({ differences }) => JSON.parse(differences))).toEqual([
      { amount: { expected: 10_000, found: 10_500 }, fee: { expected: 150, found: 160 } },
      { day: { expected: '2026-01-06', found: '2026-01-07' } },
      {
        ...{
          amount: { expected: 0, found: 10_000 },
          fee: { expected: 0, found: 150 },
          vat: { expected: 0, found: 15 },
        },
        status: 'PENDING',
      },
    ])
  })

  test('of an operation that another file settled is a duplicate', async () => {
    const ports = processOf()
    const sale = saleOf(10_000)
    await sell(ports, [sale])
    await receive(ports, [sale])
    await receive(ports, [sale, sale], { batchRef: 'ACQ-20260103-KRW', day: '2026-01-03' })
    await match(ports)

    expect(await breaks()).toEqual([
      [1, 'DUPLICATE', -9_835, -9_835, 'OPEN'],
      [2, 'DUPLICATE', -9_835, -9_835, 'OPEN'],
    ])
  })

  test('in the right currency settles what one in another currency left open', async () => {
    const ports = processOf()
    const sale = saleOf(10_000)
    await sell(ports, [sale])
    const dollars = spoiled(sale, { currency: 'USD' })
    const fileId = await receive(ports, [dollars, dollars, sale])
    await match(ports)

    expect((await breaks()).map(([lineNo, name]) => [lineNo, name])).toEqual([
      [1, 'CURRENCY'],
      [2, 'DUPLICATE'],
    ])
    expect((await linesOf(fileId))[2]).toBe('MATCHED settles')
  })
})

describe('a revision', () => {
  test('repeats what it says again, and books what it says otherwise', async () => {
    const ports = processOf()
    const [same, changed, added] = times(3, () => saleOf(10_000))
    await sell(ports, [same!, changed!, added!])
    await receive(ports, [same!, changed!])
    const second = await receive(ports, [same!, spoiled(changed!, { amountMinor: 9_500 }), added!], { revision: 2 })
    await match(ports)

    expect(await linesOf(second)).toEqual(['REPEATED', 'BROKEN', 'MATCHED settles'])
    expect(await breaks()).toEqual([[2, 'AMENDED', 500, 500, 'OPEN']])
    const [batch] = await scratch.direct.rows('SELECT net FROM recon_batch')
    expect(batch).toEqual({ net: 3 * 9_835 - 500 })
  })

  test('is compared with the one before it, and an older one that comes later changes nothing', async () => {
    const ports = processOf()
    const sale = saleOf(10_000)
    await sell(ports, [sale])
    await receive(ports, [sale])
    await receive(ports, [spoiled(sale, { amountMinor: 9_000 })], { revision: 3 })
    await match(ports)
    const older = await receive(ports, [spoiled(sale, { amountMinor: 9_700 })], { revision: 2 })
    await match(ports)
    expect(await linesOf(older)).toEqual(['REPEATED'])
    await receive(ports, [sale], { revision: 4 })
    await match(ports)

    expect(await breaks()).toEqual([
      [1, 'AMENDED', 1_000, 1_000, 'OPEN'],
      [1, 'AMENDED', -1_000, -1_000, 'OPEN'],
    ])
  })
})

describe('a carry', () => {
  const NEXT = { batchRef: 'ACQ-20260105-KRW', day: '2026-01-05' }
  const carry = (amountMinor: number): GivenLine => ({ matchKey: BATCH, kind: 'carry', amountMinor })

  test('empties a negative batch into another, and books nothing', async () => {
    const ports = processOf()
    const [refund, sale] = [saleOf(-4_000), saleOf(10_000)]
    await sell(ports, [refund, sale])
    await receive(ports, [refund])
    const fileId = await receive(ports, [carry(-3_934), sale], NEXT)
    await match(ports)

    expect(await linesOf(fileId)).toEqual(['MATCHED', 'MATCHED settles'])
    expect(await breaks()).toEqual([])
    expect(await scratch.direct.rows('SELECT batch_ref, net, allocated FROM recon_batch ORDER BY batch_ref')).toEqual([
      { batch_ref: BATCH, net: -3_934, allocated: -3_934 },
      { batch_ref: NEXT.batchRef, net: 9_835 - 3_934, allocated: 0 },
    ])
    expect(await scratch.direct.rows('SELECT line_no, subject_kind, subject, amount FROM recon_allocation')).toEqual([
      { line_no: 1, subject_kind: 'batch', subject: BATCH, amount: -3_934 },
    ])
  })

  test('resolves the break that missed its batch', async () => {
    const ports = processOf()
    const [refund, sale] = [saleOf(-4_000), saleOf(10_000)]
    await sell(ports, [refund, sale])
    await receive(ports, [refund])
    await match(ports)
    await scratch.direct.write("UPDATE recon_batch SET due_on = '2025-12-01'")
    expect(await ageBatchesAndPayouts(ports, NO_END)).toMatchObject({ batches: 1 })
    await receive(ports, [carry(-3_934), sale], NEXT)
    await match(ports)

    expect(await scratch.direct.rows('SELECT class, booked, state, version FROM recon_break')).toEqual([
      { class: 'MISSING_THERE', booked: 0, state: 'RESOLVED', version: 1 },
    ])
  })

  test('of another amount is missing here', async () => {
    const ports = processOf()
    const refund = saleOf(-4_000)
    await sell(ports, [refund])
    await receive(ports, [refund])
    await receive(ports, [carry(-4_000)], NEXT)
    await match(ports)
    expect(await breaks()).toEqual([[1, 'MISSING_HERE', 4_000, 4_000, 'OPEN']])
  })

  test('that comes before its batch is resolved by it', async () => {
    const ports = processOf()
    const refund = saleOf(-4_000)
    await sell(ports, [refund])
    await receive(ports, [carry(-3_934)], NEXT)
    await match(ports)
    await receive(ports, [refund])

    expect(await match(ports)).toEqual({ files: 1, lines: 1, late: 1 })
    expect(await breaks()).toEqual([[1, 'MISSING_HERE', 3_934, 0, 'RESOLVED']])
  })
})

describe('what comes late', () => {
  test('an expectation resolves the break of its line; what differs stays', async () => {
    const ports = processOf()
    const [right, wrong, pending] = [saleOf(10_000), saleOf(20_000), saleOf(-30_000)]
    await operation(pending.matchKey, 'PENDING')
    const fileId = await receive(ports, [right, spoiled(wrong, { amountMinor: 19_000 }), pending])
    await match(ports)
    await sell(ports, [right, wrong, pending])
    expect(await countLate(ports)).toBe(3)

    expect(await match(ports)).toEqual({ files: 0, lines: 0, late: 3 })
    expect(await countLate(ports)).toBe(0)
    expect(await breaks()).toEqual([
      [1, 'MISSING_HERE', -9_835, 0, 'RESOLVED'],
      [2, 'MISSING_HERE', -18_670, 1_000, 'OPEN'],
      [3, 'MISSING_HERE', 29_505, 0, 'RESOLVED'],
    ])
    expect(await linesOf(fileId)).toEqual(times(3, () => 'BROKEN settles'))
    const [action] = await scratch.direct.rows('SELECT actor, action, amount, sequence FROM recon_break_action')
    expect(action).toEqual({ actor: 'system', action: 'expected', amount: -9_835, sequence: 1 })
  })

  test('a line resolves the break of what was missed, which says how late it is', async () => {
    const ports = processOf()
    const [late, never] = [saleOf(10_000), saleOf(10_000)]
    await sell(ports, [late, never])
    clock.advanceVirtual(6 * DAY_MS)
    expect(await countMissing(ports, clock.virtualNowMs())).toBe(0)
    // Two business days after the 6th are over when the 9th begins in Seoul.
    expect(await nextMissingMs(ports)).toBe(Date.parse('2026-01-09T00:00:00+09:00'))
    clock.advanceVirtual(DAY_MS)
    expect(await countMissing(ports, clock.virtualNowMs())).toBe(2)
    expect(await ageBreaks(ports, NO_END)).toEqual({ overdue: 2, dated: 0, others: 0 })
    expect(await ageBreaks(ports, NO_END)).toEqual({ overdue: 0, dated: 0, others: 0 })

    const fileId = await receive(ports, [spoiled(late, { valueOn: '2026-01-12' })])
    await match(ports)
    expect(await linesOf(fileId)).toEqual(['MATCHED settles'])
    expect(await scratch.direct.rows('SELECT class, state, version FROM recon_break ORDER BY break_id')).toEqual([
      { class: 'MISSING_THERE', state: 'RESOLVED', version: 1 },
      { class: 'MISSING_THERE', state: 'OPEN', version: 0 },
    ])
    const [action] = await scratch.direct.rows('SELECT action, target, reason FROM recon_break_action')
    expect(action).toEqual({
      ...{ action: 'arrived', target: `${fileId}:1` },
      reason: 'its line came: paid on 2026-01-12, due on 2026-01-06, 4 business days late',
    })
  })

  test('what is given up while its line is matched stays given up', async () => {
    const [one, other] = [processOf(), processOf()]
    const sale = saleOf(10_000)
    await sell(one, [sale])
    clock.advanceVirtual(7 * DAY_MS)
    await ageBreaks(one, NO_END)
    await receive(one, [sale])
    let matching: Promise<unknown> | undefined
    await one.transactions.run('give up', async tx => {
      const [row] = await scratch.direct.rows<{ break_id: string; expectation_id: string }>('SELECT * FROM recon_break')
      const of = await one.breaks.lock(tx, row!.break_id)
      matching = match(other)
      await until(
        async () =>
          (await scratch.direct.count(
            `SELECT COUNT(*) FROM information_schema.PROCESSLIST
             WHERE INFO LIKE '%recon_break%FOR UPDATE%' AND ID <> CONNECTION_ID() AND TIME_MS > 200`,
          )) > 0 || undefined,
        { what: 'the matcher to wait' },
      )
      await one.transactions.write(
        "UPDATE recon_expectation SET state = 'SETTLED' WHERE expectation_id = ?",
        [row!.expectation_id],
        tx,
      )
      await actOnBreak(one, tx, of!, {
        ...{ actor: 'kim', action: 'give_up', reason: 'it never comes' },
        movements: [{ type: 'given_up', signedMinor: 10_000, account: 'acquirer_receivable' }],
      })
    })
    await matching

    expect(await breaks()).toEqual([
      [null, 'MISSING_THERE', 10_000, 10_000, 'OPEN'],
      [1, 'MISSING_HERE', -9_835, -9_835, 'OPEN'],
    ])
  })

  test('nothing is missed while a file waits', async () => {
    const ports = processOf()
    const sale = saleOf(10_000)
    await sell(ports, [sale])
    await receive(ports, [sale])
    clock.advanceVirtual(30 * DAY_MS)
    expect(await ageBreaks(ports, NO_END)).toMatchObject({ overdue: 0 })
  })

  test('a year that is loaded gives due dates', async () => {
    const ports = processOf()
    await sell(ports, [saleOf(10_000), saleOf(-1_000)], null)
    expect(await ageBreaks(ports, NO_END)).toMatchObject({ dated: 2 })
    expect(await scratch.direct.rows('SELECT DISTINCT CAST(due_on AS CHAR) AS day FROM recon_expectation')).toEqual([
      { day: DUE_ON },
    ])
  })

  test('and a correction, by when it was booked', async () => {
    const ports = processOf()
    const eventId = ids.event()
    await ports.transactions.run('correction', tx =>
      ports.expectations.insert(
        tx,
        [
          {
            ...{ expectationId: ids.expectation(), sourceId: 'acquirer', matchKey: 'brk_1:2', kind: 'correction' },
            ...{ eventId, paymentId: null, amountMinor: 300, feeMinor: 0, vatMinor: 0, currency: 'KRW', dueOn: null },
          },
        ],
        NOW_MS,
      ),
    )
    await scratch.direct.write(
      `INSERT INTO ledger_entry (entry_id, subject_id, event_id, entry_type, debit_account, credit_account, amount, currency,
         occurred_at, recorded_at) VALUES (?)`,
      [
        [
          ...[ids.entry(), 'brk_1', eventId, 'resolved', 'acquirer_receivable', 'own_funds', 300, 'KRW'],
          ...[new Date(NOW_MS), new Date(NOW_MS)],
        ],
      ],
    )
    expect(await ageBreaks(ports, NO_END)).toMatchObject({ dated: 1 })
    expect(await scratch.direct.rows('SELECT CAST(due_on AS CHAR) AS day FROM recon_expectation')).toEqual([
      { day: DUE_ON },
    ])
  })
})
