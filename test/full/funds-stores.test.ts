/** Daily funds on MariaDB: a day that ended is read back exactly, whatever has happened since; and what the tables keep. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { createRandom, type Random } from '../../scripts/lab/random.ts'
import { pain001 } from '../../shared/bank/pain-001.ts'
import { requiredFunds } from '../../shared/books/daily-funds.ts'
import { dayOfFunds } from '../../shared/books/fake-books.ts'
import { FakeClock, FakeDoorbell } from '../../shared/payments/fakes.ts'
import { DuplicateKeyError } from '../../shared/payments/ports.ts'
import { createIds } from '../../shared/runtime/ids.ts'
import { closeBatches } from '../../shared/settlement/close-batches.ts'
import { createPayouts } from '../../shared/settlement/create-payouts.ts'
import { approveFile, cancelFile } from '../../shared/settlement/decide-file.ts'
import { FakePayoutAlarms, fakeTerms, ScriptedBank } from '../../shared/settlement/fake-payouts.ts'
import { inquirePayouts } from '../../shared/settlement/inquire-payouts.ts'
import type { SettlementItem } from '../../shared/settlement/ports.ts'
import { releaseReserves } from '../../shared/settlement/release-reserves.ts'
import { sendFiles } from '../../shared/settlement/send-files.ts'
import { snapshotBalances } from '../../shared/settlement/snapshot-balances.ts'
import { AccountBalanceTables } from '../../shared/stores/account-balances.ts'
import { AuditLogTable } from '../../shared/stores/audit-log.ts'
import { BusinessCalendarTable } from '../../shared/stores/business-calendar.ts'
import { FundsBooksTables, FundsTable } from '../../shared/stores/funds.ts'
import { InvoiceTable, NegativeBalanceTable } from '../../shared/stores/invoices.ts'
import { PayoutFileTable } from '../../shared/stores/payout-files.ts'
import { PayoutTable } from '../../shared/stores/payouts.ts'
import { ReserveTable } from '../../shared/stores/reserves.ts'
import { BatchTable, UnbatchedItemTable } from '../../shared/stores/settlement-batches.ts'
import { SettlementItemTable } from '../../shared/stores/settlement-items.ts'
import { SettlementLedgerTable } from '../../shared/stores/settlement-ledger.ts'
import { SettlementTermsTable } from '../../shared/stores/settlement-terms.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

/** Thursday, noon in Seoul. */
const NOW_MS = Date.UTC(2026, 0, 8, 3)
const HOUR_MS = 60 * 60_000
const NO_END = Number.POSITIVE_INFINITY
const by = { actor: 'kim', reason: 'the usual run' }

let scratch: ScratchDatabase
beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'funds')
})
afterAll(() => scratch?.drop())

const tables = [
  ...['settlement_item', 'settlement_batch', 'payout', 'payout_file', 'ledger_entry', 'outbox_event'],
  ...[
    'reserve_hold',
    'negative_balance',
    'merchant_invoice',
    'settlement_funds',
    'recon_file_total',
    'recon_file',
    'account_snapshot',
  ],
]
beforeEach(async () => {
  for (const table of tables) await scratch.direct.write('DELETE FROM ??', [table])
})

function processOf(clock: FakeClock) {
  const { database, outbox } = scratch.stores()
  return {
    transactions: database,
    outbox,
    items: new SettlementItemTable(database),
    unbatchedItems: new UnbatchedItemTable(database),
    undatedItems: new SettlementItemTable(database),
    batches: new BatchTable(database),
    payouts: new PayoutTable(database),
    payoutFiles: new PayoutFileTable(database),
    settlementLedger: new SettlementLedgerTable(database),
    balances: new AccountBalanceTables(database),
    reserves: new ReserveTable(database),
    invoices: new InvoiceTable(database),
    negativeBalances: new NegativeBalanceTable(database),
    terms: new SettlementTermsTable(database),
    calendars: new BusinessCalendarTable(database),
    auditLog: new AuditLogTable(database, () => NOW_MS),
    settlementDefaults: { ...fakeTerms, delayDays: 0, reserveBasisPoints: 1_000, reserveDays: 2, invoiceAfterDays: 2 },
    payoutAlarms: new FakePayoutAlarms(),
    fileFormat: pain001,
    bank: new ScriptedBank(),
    doorbell: new FakeDoorbell(),
    clock,
    ids: createIds(() => clock.nowMs()),
  }
}
type Process = ReturnType<typeof processOf>

/** A sale, or a refund when it is negative: its item and its entry. */
async function sell(ports: Process, merchantId: string, currency: string, netMinor: number) {
  const day = new Date(ports.clock.virtualNowMs() + 9 * HOUR_MS).toISOString().slice(0, 10)
  const eventId = ports.ids.event()
  const item: SettlementItem = {
    ...{ itemId: ports.ids.item(), merchantId, currency, paymentId: null, eventId, grossMinor: netMinor, netMinor },
    ...{ feeMinor: 0, vatMinor: 0, soldOn: day, periodEnd: day, dueOn: null, calendarVersion: 1 },
    type: 'capture',
  }
  const [debit, credit] = ['acquirer_receivable', `merchant_payable:${merchantId}`]
  const accounts = netMinor > 0 ? [debit, credit] : [credit, debit]
  await ports.transactions.run('sale', tx => ports.items.insert(tx, [item], ports.clock.nowMs()))
  await insertEntry(ports, eventId, accounts, Math.abs(netMinor), currency)
}

const insertEntry = (
  ports: Process,
  eventId: string,
  accounts: (string | undefined)[],
  amount: number,
  currency: string,
) =>
  scratch.direct.write(
    `INSERT INTO ledger_entry (entry_id, subject_id, event_id, entry_type, debit_account, credit_account, amount, currency, occurred_at,
       recorded_at) VALUES (?)`,
    [
      [
        ...[ports.ids.entry(), 'subject', eventId, 'capture', ...accounts, amount, currency],
        ...[new Date(ports.clock.virtualNowMs()), new Date(ports.clock.nowMs())],
      ],
    ],
  )

/** As a statement says it: the payout and its batch are paid. */
async function payByStatement(ports: Process) {
  const confirmed = await scratch.direct.rows<{
    payout_id: string
    batch_id: string
    amount: number
    currency: string
  }>("SELECT payout_id, batch_id, amount, currency FROM payout WHERE state = 'CONFIRMED' LIMIT 1")
  for (const row of confirmed) {
    const at = new Date(ports.clock.virtualNowMs())
    await scratch.direct.write("UPDATE payout SET state = 'PAID', updated_at = ? WHERE payout_id = ?", [
      at,
      row.payout_id,
    ])
    await scratch.direct.write("UPDATE settlement_batch SET state = 'PAID' WHERE batch_id = ?", [row.batch_id])
    await insertEntry(ports, ports.ids.event(), ['payout_in_transit', 'cash'], row.amount, row.currency)
  }
}

/** What stands in the tables now, summed from the first row to the last. */
async function requiredNow(): Promise<Map<string, bigint>> {
  const sums = await scratch.direct.rows<{ account: string; currency: string; total: string }>(
    `SELECT account, currency, SUM(total) AS total FROM (
       SELECT credit_account AS account, currency, amount AS total FROM ledger_entry
       UNION ALL SELECT debit_account, currency, -amount FROM ledger_entry) AS moved
     GROUP BY account, currency ORDER BY account`,
  )
  const closed = await scratch.direct.rows<{ merchant_id: string; currency: string; net: string }>(
    `SELECT merchant_id, currency, SUM(net) AS net FROM settlement_batch b WHERE state IN ('CLOSED', 'HELD') AND NOT EXISTS
       (SELECT 1 FROM payout p WHERE p.batch_id = b.batch_id AND p.state IN ('CREATED', 'APPROVED', 'SENT', 'CONFIRMED', 'PAID'))
     GROUP BY merchant_id, currency`,
  )
  const required = new Map<string, bigint>()
  for (const { account, currency, total } of sums) {
    const merchant = /^merchant_payable:(.*)$/.exec(account)?.[1]
    if (merchant === undefined && !/^payout_in_transit$|^merchant_reserve:/.test(account)) continue
    const net = BigInt(closed.find(row => row.merchant_id === merchant && row.currency === currency)?.net ?? 0)
    const open = BigInt(total) - net
    required.set(currency, (required.get(currency) ?? 0n) + net + (merchant !== undefined && open < 0n ? 0n : open))
  }
  return required
}

const steps: ((ports: Process, random: Random) => Promise<unknown>)[] = [
  (ports, random) => sell(ports, random.pick(['a', 'b', 'c']), random.pick(['KRW', 'USD']), random.integer(1, 9_999)),
  (ports, random) => sell(ports, random.pick(['a', 'b', 'c']), random.pick(['KRW', 'USD']), -random.integer(1, 12_000)),
  ports => closeBatches(ports, NO_END),
  ports => createPayouts(ports, NO_END),
  ports => decideOne(ports, approveFile),
  ports => decideOne(ports, cancelFile),
  ports => sendFiles(ports, NO_END),
  (ports, random) => {
    const fails = random.fraction() < 0.4
    ports.bank.verdictOf = () => (fails ? { kind: 'failed', reason: 'closed' } : { kind: 'confirmed', bankRef: null })
    return inquirePayouts(ports, NO_END)
  },
  ports => payByStatement(ports),
  ports => releaseReserves(ports, () => true),
  ports => snapshotBalances(ports, NO_END),
]

async function decideOne(ports: Process, decide: typeof approveFile) {
  const [file] = await scratch.direct.rows<{ file_id: string }>(
    "SELECT file_id FROM payout_file WHERE state = 'PREPARED' LIMIT 1",
  )
  if (file !== undefined) await decide(ports, file.file_id, by)
}

const sorted = (required: Map<string, bigint>) => [...required].filter(([, minor]) => minor !== 0n).sort()

/** States of payouts and types of items that the histories came through. */
const seen = new Set<string>()

describe('what was required at the end of a day', () => {
  afterAll(() => {
    expect([...seen]).toEqual(
      expect.arrayContaining(['CREATED', 'CANCELED', 'FAILED', 'PAID', 'reserve_release', 'reserve_use', 'invoiced']),
    )
  })

  test.each([1, 2, 3, 4])('is read back whenever it is asked for (seed %d)', async seed => {
    const random = createRandom(seed)
    const clock = new FakeClock(NOW_MS)
    const ports = processOf(clock)
    const books = new FundsBooksTables(ports.transactions)
    const known: { closeMs: number; required: [string, bigint][] }[] = []
    for (let step = 0; step < 250; step++) {
      clock.advance(random.integer(1, 2_000))
      clock.advanceVirtual(random.integer(0, 8 * HOUR_MS))
      await random.pick(steps)(ports, random)
      if (step % 12 !== 0) continue
      clock.advanceVirtual(1)
      known.push({ closeMs: clock.virtualNowMs(), required: sorted(await requiredNow()) })
      const states = await scratch.direct.rows<{ state: string }>('SELECT DISTINCT state FROM payout')
      for (const { state } of states) seen.add(state)
      for (const { type } of await scratch.direct.rows<{ type: string }>('SELECT DISTINCT type FROM settlement_item'))
        seen.add(type)
    }

    for (const { closeMs, required } of known) {
      expect([closeMs, sorted(requiredFunds(await books.readAt(closeMs)))]).toEqual([closeMs, required])
    }
  })
})

describe('statements of the safeguarded account', () => {
  const file = async (id: string, source: string, day: string, given: { state?: string; revision?: number } = {}) => {
    const { state = 'DONE', revision = 1 } = given
    await scratch.direct.write(
      `INSERT INTO recon_file (file_id, source_id, name, sha256, external_id, revision, day, state, received_at) VALUES (?)`,
      [[id, source, 'statement', id, `${source} ${day}`, revision, day, state, new Date(NOW_MS)]],
    )
  }
  const closing = (id: string, currency: string, minor: number) =>
    scratch.direct.write(
      'INSERT INTO recon_file_total (file_id, currency, line_count, net, opening, closing) VALUES (?)',
      [[id, currency, 1, minor, 0, minor]],
    )

  test('are the newest that is whole, of the day or before', async () => {
    const books = new FundsBooksTables(scratch.stores().database)
    expect(await books.statementUpTo('2026-01-08')).toBeUndefined()
    await file('one', 'bank-safeguarded', '2026-01-06')
    await file('two', 'bank-safeguarded', '2026-01-07')
    await file('reading', 'bank-safeguarded', '2026-01-08', { state: 'RECEIVED' })
    await file('other', 'bank-operating', '2026-01-08')
    for (const [id, minor] of [
      ['one', 1],
      ['two', 2],
      ['reading', 3],
      ['other', 4],
    ] as const)
      await closing(id, 'KRW', minor)
    await closing('two', 'USD', -5)

    expect(await books.statementUpTo('2026-01-06')).toEqual({
      day: '2026-01-06',
      balances: [{ currency: 'KRW', amountMinor: 1n }],
    })
    expect(await books.statementUpTo('2026-01-09')).toEqual({
      day: '2026-01-07',
      balances: [
        { currency: 'KRW', amountMinor: 2n },
        { currency: 'USD', amountMinor: -5n },
      ],
    })
    expect(await books.statementUpTo('2026-01-05')).toBeUndefined()
  })
})

describe('the table of days', () => {
  const large = 123_456_789_012_345_678_901n

  test('has a day and currency once, and keeps what is more than a BIGINT', async () => {
    const { database } = scratch.stores()
    const days = new FundsTable(database)
    const insert = (...rows: Parameters<FundsTable['insert']>[1]) => database.runAlone(tx => days.insert(tx, rows))
    expect(await days.lastDay()).toBeUndefined()
    await insert(dayOfFunds('2026-01-07', { requiredMinor: large }), dayOfFunds('2026-01-07', { currency: 'USD' }))
    await insert(dayOfFunds('2026-01-08', { safeguardedMinor: -3n, statementDay: '2026-01-08' }))
    await expect(insert(dayOfFunds('2026-01-07'))).rejects.toBeInstanceOf(DuplicateKeyError)

    expect(await days.lastDay()).toBe('2026-01-08')
    expect(await days.listNewest(2)).toEqual([
      dayOfFunds('2026-01-08', { safeguardedMinor: -3n, statementDay: '2026-01-08' }),
      dayOfFunds('2026-01-07', { requiredMinor: large }),
    ])
    expect(await days.listWithoutStatement('2026-01-07')).toHaveLength(2)
    expect(await days.listWithoutStatement('2026-01-08')).toEqual([])
    await days.correct(dayOfFunds('2026-01-07', { safeguardedMinor: 9n, statementDay: '2026-01-07' }))
    expect(await days.listWithoutStatement('2026-01-07')).toEqual([dayOfFunds('2026-01-07', { currency: 'USD' })])
    expect((await days.listNewest(2))[1]).toEqual(
      dayOfFunds('2026-01-07', { requiredMinor: large, safeguardedMinor: 9n, statementDay: '2026-01-07' }),
    )
  })
})
