/** Bank lines on MariaDB: a chunk of a thousand payouts, what is found by its amount, what came before its batch, and what never came. */
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { ageBatchesAndPayouts } from '../../shared/reconciliation/age-bank.ts'
import { ageBreaks } from '../../shared/reconciliation/age-breaks.ts'
import { suggestionsFor } from '../../shared/reconciliation/find-by-amount.ts'
import { matchFiles } from '../../shared/reconciliation/match-files.ts'
import { openTransfers } from '../../shared/reconciliation/open-transfers.ts'
import type { ReconFile, ReconLine } from '../../shared/reconciliation/ports.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { type BatchPorts, Ports } from '../../shared/runtime/wiring.ts'
import { createPayouts } from '../../shared/settlement/create-payouts.ts'
import { approveFile } from '../../shared/settlement/decide-file.ts'
import { times } from '../support/rows.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(180_000)

const NO_END = Number.POSITIVE_INFINITY
/** A Monday, weeks before any test runs. */
const DAY = '2026-01-05'

let scratch: ScratchDatabase
let ports: BatchPorts
beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'bank_stores')
  const { kafkaBrokers } = systemUnderTest()
  const settings = { DATABASE_URL: scratch.url, KAFKA_BROKERS: kafkaBrokers, LOG_LEVEL: 'silent' }
  ports = new Ports(() => configFrom(settings)).forSettlement
})
afterAll(async () => {
  await ports?.database.close()
  await scratch?.drop()
})

const written = [
  ...['recon_file', 'recon_line', 'recon_batch', 'recon_allocation', 'recon_break', 'recon_break_action', 'payout'],
  ...['payout_file', 'settlement_batch', 'settlement_item', 'settlement_terms', 'ledger_entry', 'outbox_event'],
]
beforeEach(async () => {
  for (const table of written) await scratch.direct.write('DELETE FROM ??', [table])
})

let merchants = 0

/** Payouts of one file that the bank was to execute that day. */
async function addPayouts(count: number, amount: number, executeOn = DAY): Promise<string[]> {
  const fileId = ports.ids.payoutFile()
  const at = new Date(`${DAY}T00:00:00Z`)
  const made = times(count, () => ({
    payoutId: ports.ids.payout(),
    batchId: ports.ids.batch(),
    merchant: `m${merchants++}`,
  }))
  await scratch.direct.write(
    'INSERT INTO payout_file (file_id, currency, execute_on, payout_count, total, state, prepared_at) VALUES (?)',
    [[fileId, 'KRW', executeOn, count, count * amount, 'ACCEPTED', at]],
  )
  await scratch.direct.write(
    'INSERT INTO settlement_batch (batch_id, merchant_id, currency, period_end, sequence, due_on, state, net, opened_at, closed_at) VALUES ?',
    [
      made.map(({ batchId, merchant }) => [
        batchId,
        merchant,
        'KRW',
        executeOn,
        1,
        executeOn,
        'CLOSED',
        amount,
        at,
        at,
      ]),
    ],
  )
  await scratch.direct.write(
    `INSERT INTO payout (payout_id, batch_id, attempt, merchant_id, amount, currency, account_token, state, file_id, bank_ref, event_count,
       created_at, updated_at) VALUES ?`,
    [
      made.map(({ payoutId, batchId, merchant }) => [
        ...[payoutId, batchId, 1, merchant, amount, 'KRW', 'acct_pay', 'CONFIRMED', fileId, 'BK1', 2, at, at],
      ]),
    ],
  )
  return made.map(({ payoutId }) => payoutId)
}

const addBatch = (batchRef: string, net: number, dueOn: string | null = DAY) =>
  scratch.direct.write(
    'INSERT INTO recon_batch (source_id, batch_ref, currency, net, allocated, moved, due_on) VALUES (?)',
    [['acquirer', batchRef, 'KRW', net, 0, 0, dueOn]],
  )

type LineGiven = Partial<ReconLine> & Pick<ReconLine, 'kind' | 'matchKey' | 'amountMinor'>
const debit = (matchKey: string, amountMinor: number): LineGiven => ({
  kind: 'debit',
  matchKey,
  amountMinor: -amountMinor,
})
const credit = (matchKey: string, amountMinor: number): LineGiven => ({ kind: 'credit', matchKey, amountMinor })
const cameBack = (matchKey: string, amountMinor: number): LineGiven => ({ kind: 'return', matchKey, amountMinor })

/** Reads a statement and matches it. */
async function statement(given: readonly LineGiven[], sourceId = 'bank-operating'): Promise<void> {
  const fileId = ports.ids.reconFile()
  const file: ReconFile = {
    ...{ fileId, sourceId, name: fileId, sha256: fileId, externalId: fileId, revision: 1, day: DAY, dueOn: null },
    ...{ lineCount: given.length, matchedTo: 0, state: 'PARSED', failure: null, eventCount: 1 },
    ...{ receivedAtMs: 0, doneAtMs: null },
  }
  const lines = given.map(
    (line, index): ReconLine => ({
      ...{ fileId, lineNo: index + 1, sourceId, lineKey: `${fileId}:${index}`, contentHash: '', currency: 'KRW' },
      ...{ feeMinor: 0, vatMinor: 0, netMinor: line.amountMinor, batchRef: null, bookedOn: DAY, valueOn: DAY },
      ...{ partyAccount: null, remittance: null, state: 'READ', expectationId: null },
      ...line,
    }),
  )
  await ports.database.runAlone(async tx => {
    await ports.reconFiles.insert(tx, file)
    await ports.reconLines.insert(tx, lines)
  })
  await matchFiles(ports, NO_END)
}

const breaks = () => scratch.direct.rows('SELECT class, remaining, state FROM recon_break ORDER BY break_id')
const count = (sql: string) => scratch.direct.count(sql)

test('a thousand payouts are paid, and two hundred come back', async () => {
  const payoutIds = await addPayouts(1_000, 9_000)
  const lastedMs: number[] = []
  const { database } = ports
  const run = database.run.bind(database)
  database.run = async (subject, work) => {
    const beganMs = performance.now()
    try {
      return await run(subject, work)
    } finally {
      lastedMs.push(Math.round(performance.now() - beganMs))
    }
  }
  await statement(payoutIds.map(payoutId => debit(payoutId, 9_000)))
  console.log(`paid: ${lastedMs.splice(0).join(', ')} ms`)
  expect(await count("SELECT COUNT(*) FROM payout WHERE state = 'PAID' AND event_count = 3")).toBe(1_000)
  expect(await count("SELECT COUNT(*) FROM settlement_batch WHERE state = 'PAID'")).toBe(1_000)
  expect(await count("SELECT COUNT(*) FROM outbox_event WHERE topic = 'payout.paid'")).toBe(1_000)
  expect(
    await count("SELECT SUM(amount) FROM ledger_entry WHERE entry_type = 'payout_paid' AND credit_account = 'cash'"),
  ).toBe(9_000_000)

  await statement(payoutIds.slice(0, 200).map(payoutId => cameBack(payoutId, 9_000)))
  console.log(`came back: ${lastedMs.join(', ')} ms`)
  database.run = run
  expect(
    await count("SELECT COUNT(*) FROM settlement_terms WHERE held_reason IS NOT NULL AND added_by = 'system'"),
  ).toBe(200)
  expect(await count("SELECT COUNT(*) FROM settlement_item WHERE type = 'payout_returned' AND net = 9000")).toBe(200)
  expect(await breaks()).toEqual([])
})

test('lines without a reference are for what has their amount, and several are suggested', async () => {
  await addBatch('ACQ-1-KRW', 97_000)
  await addBatch('ACQ-2-KRW', 5_000)
  await addBatch('ACQ-3-KRW', 5_000)
  const [payoutId] = await addPayouts(1, 4_000)
  const pair = await addPayouts(2, 6_000)
  await statement([credit('', 97_000), debit('', 4_000), credit('', 5_000), debit('NOTPROVIDED', 6_000), credit('', 1)])
  expect(await count("SELECT allocated FROM recon_batch WHERE batch_ref = 'ACQ-1-KRW'")).toBe(97_000)
  expect(await scratch.direct.rows('SELECT state FROM payout WHERE payout_id = ?', [payoutId])).toEqual([
    { state: 'PAID' },
  ])
  const found = await scratch.direct.rows<{ differences: string }>(
    'SELECT differences FROM recon_break ORDER BY break_id',
  )
  expect(found.map(({ differences }) => JSON.parse(differences).suggestions)).toEqual([
    ['ACQ-2-KRW', 'ACQ-3-KRW'],
    pair.toSorted(),
    undefined,
  ])
  const line = { amountMinor: 5_000, currency: 'KRW', bookedOn: DAY }
  expect(await suggestionsFor(ports, line)).toMatchObject([{ subject: 'ACQ-2-KRW' }, { subject: 'ACQ-3-KRW' }])
})

test('a split deposit before its batch, a short one, and the rest of it', async () => {
  await statement([credit('ACQ-1-KRW-1', 40_000), credit('ACQ-1-KRW-2', 57_000), credit('ACQ-2-KRW', 900)])
  await addBatch('ACQ-1-KRW', 97_000)
  await addBatch('ACQ-2-KRW', 1_000)
  await matchFiles(ports, NO_END)
  await statement([credit('ACQ-2-KRW', 100)])
  expect(await breaks()).toEqual([
    ...times(3, () => ({ class: 'MISSING_HERE', remaining: 0, state: 'RESOLVED' })),
    { class: 'AMOUNT_UNDER', remaining: 0, state: 'RESOLVED' },
  ])
  expect(await scratch.direct.rows('SELECT allocated, moved FROM recon_batch ORDER BY batch_ref')).toEqual([
    { allocated: 97_000, moved: 0 },
    { allocated: 1_000, moved: 0 },
  ])
})

test('a transfer of ours is known on both accounts', async () => {
  await statement([{ ...debit('move-1', 300), partyAccount: 'safeguarded' }])
  const leg = { reference: 'move-1', currency: 'KRW', amountMinor: -300, sourceId: 'bank-operating', bookedOn: DAY }
  expect(await openTransfers(ports)).toEqual([{ ...leg, isLate: true }])
  await statement([credit('move-1', 300)], 'bank-safeguarded')
  expect(await openTransfers(ports)).toEqual([])
  expect(await breaks()).toEqual([])
  expect(await count("SELECT COUNT(*) FROM recon_allocation WHERE subject_kind = 'transfer'")).toBe(2)
})

test('what never came is missed once, by two at once, and resolved when it comes', async () => {
  await addBatch('ACQ-1-KRW', 97_000)
  await addBatch('ACQ-2-KRW', -500)
  await addBatch('ACQ-3-KRW', 0)
  const [payoutId] = await addPayouts(1, 4_000)
  const [one, other] = await Promise.all([ageBatchesAndPayouts(ports, NO_END), ageBatchesAndPayouts(ports, NO_END)])
  expect([one.batches + other.batches, one.payouts + other.payouts]).toEqual([2, 1])
  expect(await breaks()).toEqual(times(3, () => ({ class: 'MISSING_THERE', remaining: 0, state: 'OPEN' })))
  await statement([credit('ACQ-1-KRW', 97_000), debit('ACQ-2-KRW', 500), debit(payoutId!, 4_000)])
  expect(await breaks()).toEqual(times(3, () => ({ class: 'MISSING_THERE', remaining: 0, state: 'RESOLVED' })))
})

test('what is left of a batch that was missed and came is a break once, and resolved by its rest', async () => {
  await addBatch('ACQ-1-KRW', 97_000)
  await ageBatchesAndPayouts(ports, NO_END)
  await statement([credit('ACQ-1-KRW', 97_000)])
  expect(await ageBatchesAndPayouts(ports, NO_END)).toEqual({ batches: 0, payouts: 0 })
  await scratch.direct.write('UPDATE recon_batch SET net = net + 500')
  const [one, other] = await Promise.all([ageBatchesAndPayouts(ports, NO_END), ageBatchesAndPayouts(ports, NO_END)])
  expect(one.batches + other.batches).toBe(1)
  await statement([credit('ACQ-1-KRW-2', 500)])
  expect(await breaks()).toEqual([
    { class: 'MISSING_THERE', remaining: 0, state: 'RESOLVED' },
    { class: 'AMOUNT_UNDER', remaining: 0, state: 'RESOLVED' },
  ])
  await scratch.direct.write('UPDATE recon_batch SET net = net + 1')
  expect(await ageBatchesAndPayouts(ports, NO_END)).toEqual({ batches: 0, payouts: 0 })
})

test('a batch whose year was not loaded is dated by its file, and then missed', async () => {
  await addBatch('ACQ-20260102-KRW', 97_000, null)
  await addBatch('ACQ-20260103-KRW', 0, null)
  await addBatch('ACQ-20600102-KRW', 5_000, null)
  const file: ReconFile = {
    ...{
      fileId: '',
      sourceId: 'acquirer',
      name: 'one',
      sha256: '',
      externalId: '',
      revision: 1,
      day: null,
      dueOn: null,
    },
    ...{ lineCount: 0, matchedTo: 0, state: 'DONE', failure: null, eventCount: 1, receivedAtMs: 0, doneAtMs: 0 },
  }
  for (const [externalId, revision, day] of [
    ['ACQ-20260102-KRW', 1, '2026-01-02'],
    ['ACQ-20260102-KRW', 2, '2026-01-02'],
    ['ACQ-20260103-KRW', 1, '2026-01-03'],
    ['ACQ-20600102-KRW', 1, '2060-01-02'],
  ] as const) {
    const fileId = ports.ids.reconFile()
    const own = { fileId, sha256: fileId, externalId, revision, day }
    await ports.database.runAlone(tx => ports.reconFiles.insert(tx, { ...file, ...own }))
  }
  expect(await ageBreaks(ports, NO_END)).toMatchObject({ dated: 1, others: 1 })
  expect(
    await scratch.direct.rows('SELECT CAST(due_on AS CHAR) AS due_on FROM recon_batch ORDER BY batch_ref'),
  ).toEqual([{ due_on: '2026-01-06' }, { due_on: null }, { due_on: null }])
  expect(await breaks()).toEqual([{ class: 'MISSING_THERE', remaining: 0, state: 'OPEN' }])
})

test('a payout that was made before its merchant was held is canceled, and its file not approved with it', async () => {
  const [payoutId] = await addPayouts(2, 4_000)
  await scratch.direct.write("UPDATE payout SET state = 'CREATED', bank_ref = NULL, event_count = 1")
  await scratch.direct.write("UPDATE payout_file SET state = 'PREPARED'")
  const [file] = await scratch.direct.rows('SELECT file_id FROM payout_file')
  const { merchantId } = (await ports.payouts.find(payoutId!))!
  const fileId = String(file!.file_id)
  const held = { ...ports.settlementDefaults, merchantId, currency: 'KRW', validFromMs: 0, heldReason: 'it came back' }
  await ports.database.runAlone(tx => ports.terms.insertTerms(tx, held, 'kim', 0))
  const by = { actor: 'kim', reason: 'the usual run' }
  const [approved] = await Promise.all([
    approveFile(ports, fileId, by),
    createPayouts(ports, NO_END),
    createPayouts(ports, NO_END),
  ])

  // Whoever held the file's row first.
  expect(['held', 'decided']).toContain(approved.kind)
  if (approved.kind === 'held') await approveFile(ports, fileId, by)
  const rows = 'SELECT merchant_id = ? AS is_held, state FROM payout ORDER BY is_held'
  expect(await scratch.direct.rows(rows, [merchantId])).toEqual([
    { is_held: 0, state: 'APPROVED' },
    { is_held: 1, state: 'CANCELED' },
  ])
  expect(await scratch.direct.rows('SELECT state, payout_count, total FROM payout_file')).toEqual([
    { state: 'APPROVED', payout_count: 1, total: 4_000 },
  ])
  expect(await count("SELECT COUNT(*) FROM ledger_entry WHERE entry_type = 'payout_failed'")).toBe(1)
  expect(await count("SELECT COUNT(*) FROM settlement_batch WHERE state = 'HELD'")).toBe(1)
})
