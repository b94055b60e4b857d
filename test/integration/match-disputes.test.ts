/** Chargebacks and their wins on MariaDB: with refunds of the same payments, several matchers at once and connections that are lost. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import {
  caller,
  FakeClock,
  FakeDoorbell,
  FakeObserver,
  fakePolicy,
  ScriptedAcquirer,
} from '../../shared/payments/fakes.ts'
import type { Outcome } from '../../shared/payments/operation.ts'
import { RowRefusedError, type Verdict } from '../../shared/payments/ports.ts'
import { refundPayment } from '../../shared/payments/refund-payment.ts'
import { matchAcquirerChunk } from '../../shared/reconciliation/match-acquirer.ts'
import { type MatchFilesPorts, matchFiles } from '../../shared/reconciliation/match-files.ts'
import type { ReconLine } from '../../shared/reconciliation/ports.ts'
import { createIds } from '../../shared/runtime/ids.ts'
import { until } from '../../shared/runtime/until.ts'
import { fakeTerms } from '../../shared/settlement/fake-payouts.ts'
import { loseDispute } from '../../shared/settlement/lose-dispute.ts'
import { AuditLogTable } from '../../shared/stores/audit-log.ts'
import { BreakReaderTables } from '../../shared/stores/break-reader.ts'
import { BreakTable } from '../../shared/stores/breaks.ts'
import { BusinessCalendarTable } from '../../shared/stores/business-calendar.ts'
import { DisputedPaymentTables } from '../../shared/stores/disputed-payments.ts'
import { DisputeTable } from '../../shared/stores/disputes.ts'
import { ExpectationTable } from '../../shared/stores/expectations.ts'
import { ReconFileTable, ReconSourceTable } from '../../shared/stores/recon-files.ts'
import { ReconLineTable } from '../../shared/stores/recon-lines.ts'
import { MatchingTables } from '../../shared/stores/recon-matching.ts'
import { SettlementItemTable } from '../../shared/stores/settlement-items.ts'
import { SettlementLedgerTable } from '../../shared/stores/settlement-ledger.ts'
import { SettlementStartTable } from '../../shared/stores/settlement-start.ts'
import { SettlementTermsTable } from '../../shared/stores/settlement-terms.ts'
import { disagreementsIn } from '../support/recon-disagreements.ts'
import { newOperation, newPayment, times } from '../support/rows.ts'
import { ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

/** Friday, noon in Seoul. */
const NOW_MS = Date.UTC(2026, 0, 2, 3)
const NO_END = Number.POSITIVE_INFINITY
const DUE_ON = '2026-01-06'
const DISPUTE_FEE = 500
const by = { actor: 'Kim', reason: 'the goods were never sent' }

let scratch: ScratchDatabase
beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'disputes')
  await scratch.direct.write('DELETE FROM settlement_start')
  await scratch.direct.write('INSERT INTO settlement_start (id, settled_from) VALUES (1, ?)', [new Date(NOW_MS - 1)])
})
afterAll(() => scratch?.drop())

let clock: FakeClock
let files = 0
const ids = createIds(() => NOW_MS)
const written = [
  ...['recon_file', 'recon_line', 'recon_batch', 'recon_break', 'recon_expectation', 'settlement_item', 'dispute'],
  ...['ledger_entry', 'outbox_event', 'payment_operation', 'payment', 'idem_response_cache', 'audit_log'],
]
beforeEach(async () => {
  clock = new FakeClock(NOW_MS)
  for (const table of written) await scratch.direct.write('DELETE FROM ??', [table])
})
afterEach(async () => {
  await expectRefunds()
  expect(await disagreementsIn(scratch.direct)).toEqual([])
})

/** One process: pool, stores and the ports of every use case. */
function processOf(stores: Stores = scratch.stores()) {
  const { database } = stores
  const parts = {
    ...{ transactions: database, payments: stores.payments, operations: stores.operations, answers: stores.answers },
    ...{ ledger: stores.ledger, outbox: stores.outbox, acquirer: new ScriptedAcquirer(), tracer: stores.tracer },
    ...{ policy: fakePolicy, observer: new FakeObserver(), doorbell: new FakeDoorbell() },
    ...{ breaks: new BreakTable(database), reconLedger: new SettlementLedgerTable(database) },
    ...{ reconSources: new ReconSourceTable(database), reconFiles: new ReconFileTable(database) },
    ...{ reconLines: new ReconLineTable(database), matching: new MatchingTables(database) },
    ...{ acquirerTerms: new ExpectationTable(database), expectations: new ExpectationTable(database) },
    ...{ disputes: new DisputeTable(database), disputedPayments: new DisputedPaymentTables(database) },
    ...{ items: new SettlementItemTable(database), terms: new SettlementTermsTable(database) },
    ...{ settlementLedger: new SettlementLedgerTable(database), settlementStart: new SettlementStartTable(database) },
    ...{ calendars: new BusinessCalendarTable(database), auditLog: new AuditLogTable(database, () => NOW_MS) },
    reconAlarms: { statusDiffers: () => undefined },
    settlementDefaults: { ...fakeTerms, disputeFeeMinor: DISPUTE_FEE },
    ...{ clock, ids },
  }
  return { ...parts, matchers: { acquirer: matchAcquirerChunk(parts) }, latePasses: [] }
}
type Process = ReturnType<typeof processOf>

interface Sale {
  paymentId: string
  /** The operation of the capture. */
  matchKey: string
}

/** Payments of 10,000, each captured whole; the acquirer's lines of these captures are settled. */
async function sell(ports: Process, count: number): Promise<Sale[]> {
  const payments = times(count, () =>
    newPayment({ status: 'COMPLETED', capturedMinor: 10_000, eventCount: 2, createdAtMs: NOW_MS, updatedAtMs: NOW_MS }),
  )
  const sales = payments.map(({ paymentId }) => ({ paymentId, matchKey: ids.operation() }))
  await ports.transactions.run('sales', async tx => {
    for (const payment of payments) await ports.payments.insert(tx, payment)
    for (const { paymentId, matchKey: operationId } of sales) {
      await ports.operations.insert(tx, newOperation(paymentId, { idempotencyKey: `auth-${paymentId}` }))
      const capture = { operationId, kind: 'capture' as const, sequence: 2, finalCapture: true }
      await ports.operations.insert(tx, newOperation(paymentId, { ...capture, idempotencyKey: `cap-${paymentId}` }))
      const accounts = { debitAccount: 'acquirer_receivable', creditAccount: 'merchant_payable:shop' }
      const entry = { entryId: ids.entry(), paymentId, eventId: ids.event(), amountMinor: 10_000, currency: 'KRW' }
      await ports.ledger.insert(tx, [{ ...entry, ...accounts, type: 'capture', occurredAtMs: NOW_MS }], NOW_MS)
      const { eventId } = entry
      const expected = { matchKey: operationId, kind: 'capture' as const, eventId, paymentId, amountMinor: 10_000 }
      await ports.expectations.insert(tx, [{ ...expectationOf(), ...expected }], NOW_MS)
    }
  })
  await scratch.direct.write("UPDATE payment_operation SET state = 'SUCCEEDED', finished_at = created_at")
  return sales
}

const expectationOf = () => ({
  ...{ expectationId: ids.expectation(), sourceId: 'acquirer', feeMinor: 0, vatMinor: 0, currency: 'KRW' },
  dueOn: DUE_ON,
})

/** As `expect-settlement` does: what was refunded is expected of the acquirer. */
const expectRefunds = () =>
  scratch.direct.write(
    `INSERT INTO recon_expectation (expectation_id, source_id, match_key, kind, event_id, payment_id, amount, fee, vat, currency, due_on,
       state, recorded_at)
     SELECT CONCAT('exp', SUBSTRING(event_id, 4)), 'acquirer', event_id, 'refund', event_id, payment_id, -amount, 0, 0, currency, NULL,
       'OPEN', recorded_at FROM ledger_entry WHERE entry_type = 'refund'`,
  )

type Line = Pick<ReconLine, 'matchKey' | 'kind' | 'amountMinor' | 'feeMinor'>
const chargeback = ({ matchKey }: Sale, amountMinor: number): Line => ({
  ...{ matchKey, kind: 'chargeback', amountMinor: -amountMinor, feeMinor: 1_000 },
})
const won = ({ matchKey }: Sale, amountMinor: number): Line => ({
  ...{ matchKey, kind: 'chargeback_won', amountMinor, feeMinor: 0 },
})

/** A file that was read. */
async function receive({ transactions, reconFiles, reconLines }: Process, lines: readonly Line[]): Promise<void> {
  const fileId = ids.reconFile()
  const batchRef = `ACQ-${++files}`
  await transactions.run('file', async tx => {
    await reconFiles.insert(tx, {
      ...{ fileId, sourceId: 'acquirer', name: `${batchRef}-r1.csv`, sha256: fileId.padEnd(64, '0') },
      ...{ externalId: batchRef, revision: 1, day: '2026-01-02', dueOn: DUE_ON, lineCount: lines.length },
      ...{ matchedTo: 0, state: 'PARSED', failure: null, eventCount: 1, receivedAtMs: NOW_MS, doneAtMs: null },
    })
    const rows = lines.map(
      (line, index): ReconLine => ({
        ...{ fileId, lineNo: index + 1, sourceId: 'acquirer', lineKey: `${batchRef}:${index + 1}`, batchRef },
        ...{ contentHash: String(index).padStart(32, '0'), vatMinor: 0, netMinor: line.amountMinor - line.feeMinor },
        ...{ currency: 'KRW', bookedOn: '2026-01-02', valueOn: DUE_ON, partyAccount: null, remittance: null },
        ...{ state: 'READ', expectationId: null, ...line },
      }),
    )
    await reconLines.insert(tx, rows)
  })
}

const match = (ports: MatchFilesPorts, chunkLines?: number) => matchFiles(ports, NO_END, chunkLines)

async function matched(ports: Process, lines: readonly Line[]): Promise<void> {
  await receive(ports, lines)
  await match(ports)
}

const refund = (ports: Process, { paymentId }: Sale, amount: number): Promise<Outcome> =>
  refundPayment(ports, paymentId, { amount }, undefined, { ...caller })
const isRefunded = (outcome: Outcome) => outcome.kind === 'answered' && outcome.answer.statusCode === 200

const disputes = async () =>
  (await scratch.direct.rows('SELECT state, amount, fee FROM dispute ORDER BY dispute_id')).map(row =>
    Object.values(row).join(' '),
  )
const classes = async () =>
  (await scratch.direct.rows<{ class: string }>('SELECT class FROM recon_break ORDER BY break_id')).map(
    row => row.class,
  )
interface PaymentRow {
  status: string
  refunded: number
  disputed: number
  pending: string | null
}

const paymentOf = async ({ paymentId }: Sale) => {
  const [row] = await scratch.direct.rows<PaymentRow>(
    'SELECT status, refunded_amount AS refunded, disputed_amount AS disputed, pending_operation_id AS pending FROM payment WHERE payment_id = ?',
    [paymentId],
  )
  return row!
}

describe('a chargeback', () => {
  test('opens a dispute, which a later line wins or a person gives up', async () => {
    const ports = processOf()
    const [first, second] = (await sell(ports, 2)) as [Sale, Sale]
    await matched(ports, [chargeback(first, 4_000), chargeback(second, 10_000)])
    expect(await disputes()).toEqual([`OPEN 4000 ${DISPUTE_FEE}`, `OPEN 10000 ${DISPUTE_FEE}`])
    expect(await paymentOf(first)).toMatchObject({ status: 'COMPLETED', refunded: 0, disputed: 4_000 })

    const [{ dispute_id: lost }] = (await scratch.direct.rows(
      'SELECT dispute_id FROM dispute WHERE amount = 10000',
    )) as [{ dispute_id: string }]
    const outcomes = await Promise.all([loseDispute(ports, lost, by), loseDispute(processOf(), lost, by)])
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['lost', 'not_open'])

    await matched(ports, [won(first, 4_000), won(second, 10_000)])
    expect(await disputes()).toEqual([`WON 4000 ${DISPUTE_FEE}`, `LOST 10000 ${DISPUTE_FEE}`])
    expect(await classes()).toEqual(['STATUS'])
    expect([(await paymentOf(first)).disputed, (await paymentOf(second)).disputed]).toEqual([0, 10_000])
  })

  test('of more than is left, or before settlement began, opens none', async () => {
    const ports = processOf()
    const [over, old] = (await sell(ports, 2)) as [Sale, Sale]
    await scratch.direct.write('UPDATE ledger_entry SET occurred_at = ? WHERE payment_id = ?', [
      new Date(NOW_MS - 2),
      old.paymentId,
    ])
    const nobodys = { paymentId: '', matchKey: ids.operation() }
    await matched(ports, [chargeback(over, 10_001), chargeback(old, 1_000), chargeback(nobodys, 1_000)])
    expect(await classes()).toEqual(['OVER_DISPUTED', 'MISSING_HERE', 'MISSING_HERE'])
    expect(await disputes()).toEqual([])
  })

  test('is refused by the table where somebody writes more', async () => {
    const ports = processOf()
    const [sale] = (await sell(ports, 1)) as [Sale]
    await matched(ports, [chargeback(sale, 4_000)])
    const write = (column: string, value: number) =>
      scratch.direct.write('UPDATE payment SET ?? = ? WHERE payment_id = ?', [column, value, sale.paymentId])
    for (const [column, value] of [
      ['refunded_amount', 6_001],
      ['captured_amount', 3_999],
      ['disputed_amount', 10_001],
      ['disputed_amount', -1],
    ] as const)
      await expect(write(column, value)).rejects.toThrow('CONSTRAINT')
    await expect(
      ports.transactions.run('more', tx => ports.disputedPayments.addDisputed(tx, sale.paymentId, 6_001, NOW_MS)),
    ).rejects.toThrow(RowRefusedError)
  })

  test('is matched once, whoever matches it and however often', async () => {
    const [one, other] = [processOf(), processOf()]
    const sales = await sell(one, 300)
    await receive(one, [
      ...sales.map(sale => chargeback(sale, 4_000)),
      ...sales.slice(100).map(sale => won(sale, 4_000)),
      ...sales.slice(0, 50).map(sale => chargeback(sale, 4_000)),
    ])
    const done = await Promise.all([match(one, 40), match(other, 40)])

    expect(done[0].lines + done[1].lines).toBe(550)
    expect(await match(one)).toEqual({ files: 0, lines: 0, late: 0 })
    const states = Map.groupBy(await disputes(), state => state.split(' ')[0])
    expect([states.get('OPEN')?.length, states.get('WON')?.length]).toEqual([100, 200])
    expect(new Set(await classes())).toEqual(new Set(['DUPLICATE']))
    expect(await classes()).toHaveLength(50)
  })
})

describe('a chunk whose connection is lost', () => {
  test.each(['cut', 'swallow'] as const)('while it commits (%s) books everything once', async fate => {
    const { wire, stores } = await scratch.wired()
    const ports = processOf(stores)
    const sales = await sell(ports, 3)
    await receive(ports, [...sales.map(sale => chargeback(sale, 4_000)), won(sales[0]!, 4_000)])
    const { reached, release } = wire.holdNext(/INSERT INTO dispute/)
    const first = match(ports).catch(() => undefined)
    await reached
    release(fate)
    await first
    await match(processOf())

    expect(await disputes()).toEqual([`WON 4000 ${DISPUTE_FEE}`, ...times(2, () => `OPEN 4000 ${DISPUTE_FEE}`)])
    expect(await classes()).toEqual([])
  })

  test('that fails at its end leaves nothing, and is matched again', async () => {
    const ports = processOf()
    const [sale] = (await sell(ports, 1)) as [Sale]
    await receive(ports, [chargeback(sale, 4_000)])
    const { reconFiles } = ports
    const stopped = {
      ...ports,
      reconFiles: {
        listByState: reconFiles.listByState.bind(reconFiles),
        lock: reconFiles.lock.bind(reconFiles),
        update: () => Promise.reject(new Error('stopped')),
      },
    }
    await expect(match(stopped)).rejects.toThrow('stopped')
    expect([await disputes(), (await paymentOf(sale)).disputed]).toEqual([[], 0])
    await match(ports)
    expect([await disputes(), (await paymentOf(sale)).disputed]).toEqual([[`OPEN 4000 ${DISPUTE_FEE}`], 4_000])
  })
})

describe('refunds of the payments that are disputed', () => {
  test('go by what is left', async () => {
    const ports = processOf()
    const [sale] = (await sell(ports, 1)) as [Sale]
    await matched(ports, [chargeback(sale, 4_000)])
    const refused = await refund(ports, sale, 6_001)
    expect(refused).toMatchObject({ answer: { statusCode: 409 } })
    expect(JSON.parse((refused as { answer: { body: string } }).answer.body).details).toMatchObject({
      remaining: 6_000,
    })
    expect(isRefunded(await refund(ports, sale, 6_000))).toBe(true)
    expect(await paymentOf(sale)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refunded: 6_000, disputed: 4_000 })
  })

  test('that came first leave too little', async () => {
    const ports = processOf()
    const [sale] = (await sell(ports, 1)) as [Sale]
    expect(isRefunded(await refund(ports, sale, 6_001))).toBe(true)
    await matched(ports, [chargeback(sale, 4_000)])
    expect(await classes()).toEqual(['OVER_DISPUTED'])
    expect(await paymentOf(sale)).toMatchObject({ refunded: 6_001, disputed: 0 })

    const reader = new BreakReaderTables(scratch.stores().database)
    const [made] = await reader.list({ order: 'newest', limit: 1 })
    const { paymentId, matchKey: operationId } = sale
    const merchantId = 'shop'
    const operation = { operationId, kind: 'capture', state: 'SUCCEEDED', paymentId, merchantId }
    expect((await reader.context(made!)).operation).toEqual(operation)
  })

  test('that are in progress when the chargeback comes keep their room', async () => {
    const [ports, matching] = [processOf(), processOf()]
    const sales = (await sell(ports, 2)) as [Sale, Sale]
    const answers = sales.map(() => ports.acquirer.hold('submit'))
    const refunds = sales.map(sale => refund(ports, sale, 6_000))
    await until(() => ports.acquirer.calls.length === 2, { what: 'both refunds ask the acquirer' })
    await matched(matching, [chargeback(sales[0], 4_001), chargeback(sales[1], 4_000)])
    expect(await classes()).toEqual(['OVER_DISPUTED'])

    const approved: Verdict = { kind: 'approved' }
    for (const answer of answers) answer(approved)
    expect((await Promise.all(refunds)).map(isRefunded)).toEqual([true, true])
    expect(await paymentOf(sales[0])).toMatchObject({ refunded: 6_000, disputed: 0, pending: null })
    expect(await paymentOf(sales[1])).toMatchObject({ refunded: 6_000, disputed: 4_000, pending: null })
  })

  test('at once with the chargeback never take more than was captured', async () => {
    const [ports, matching] = [processOf(), processOf()]
    const sales = await sell(ports, 60)
    await receive(
      matching,
      sales.map(sale => chargeback(sale, 6_000)),
    )
    const refunds = sales.map(async (sale, index) => {
      for (let turns = index * 20; turns > 0; turns--) await new Promise(setImmediate)
      return refund(ports, sale, 6_000)
    })
    const [outcomes] = await Promise.all([Promise.all(refunds), match(matching, 10)])

    const ends = await Promise.all(sales.map(paymentOf))
    for (const [index, end] of ends.entries()) {
      const taken = isRefunded(outcomes[index]!) ? { refunded: 6_000, disputed: 0 } : { refunded: 0, disputed: 6_000 }
      expect(end).toMatchObject({ ...taken, pending: null })
    }
    const refundedCount = outcomes.filter(isRefunded).length
    expect(await classes()).toEqual(times(refundedCount, () => 'OVER_DISPUTED'))
  })
})
