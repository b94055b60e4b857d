/** Every invariant of `npm run verify` finds a corruption planted in the real database, or slipped between Kafka or the acquirer and the reader. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { connectControl } from '../../scripts/local/control.ts'
import { type AcquirerJournal, beginReading, journalAt } from '../../scripts/operate/verify/acquirer-journal.ts'
import { type KafkaLog, openKafkaLog, type PartitionSpan } from '../../scripts/operate/verify/kafka-log.ts'
import { STANDARD_TERMS, verify } from '../../scripts/operate/verify/settle.ts'
import { openSnapshot } from '../../scripts/operate/verify/snapshot.ts'
import { type VerifyReport, verifySystem } from '../../scripts/operate/verify/verify-system.ts'
import type { JournalEntry } from '../../shared/contracts/acquirer.ts'
import { DEAD_LETTER_TOPIC } from '../../shared/contracts/topics.ts'
import { everyInvariant } from '../../shared/invariants/catalogue.ts'
import { systemCorruptions } from '../../shared/invariants/invariants.corruption.ts'
import {
  COPY_TO_ARCHIVE,
  type JournalCorruption,
  type KafkaCorruption,
  type RowCorruption,
  remove,
  type SystemPayment,
} from '../../shared/invariants/planted.corruption.ts'
import type { LogRecord } from '../../shared/invariants/record-comparison.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { until } from '../../shared/runtime/until.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { addOperator } from '../../shared/settlement/operators.ts'
import { advanceClock } from '../support/advance-days.ts'
import { openDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { newMerchant } from '../support/payments.ts'
import { plantRecon, reconPayments } from '../support/planted-recon.ts'
import { paymentsInEachState, whileSpoiled, whileTablesSpoiled } from '../support/spoiled-payments.ts'
import type { SystemUnderTest } from '../support/system.ts'

// One that ends before its rows are put back spoils all that follow.
jest.setTimeout(60_000)

/** With little in it: each corruption is looked for in all of it. */
let own: OwnSystem
let system: SystemUnderTest
const merchantId = newMerchant('verify')
/** Payments by the state they were left in. */
let ids: Record<SystemPayment, string>
let database: Connection
let kafka: KafkaLog
let journal: AcquirerJournal

beforeAll(async () => {
  const env = { CAPTURE_WINDOW_MS: String(30 * DAY_MS), SETTLEMENT_TERMS: JSON.stringify({ delayDays: 0 }) }
  own = await startOwnSystem('corruption', undefined, env)
  system = own.system
  database = await mysql.createConnection({ uri: system.databaseUrl, timezone: 'Z' })
  // Nothing is matched but what is planted.
  await database.query('DELETE FROM recon_source')
  const api = new PaymentApi(system.apiUrl)
  ids = await paymentsInEachState(api, merchantId, newMerchant('verify'))
  await untilPaidOut(api)
  // Too late for a batch.
  const forRecon = await reconPayments(api, newMerchant('verify'))
  await addOperators(system.databaseUrl)
  await closeMonths(system.databaseUrl)
  const settled = await verify(system, { settleMs: 90_000, graceMs: 60_000 })
  expect({ failed: failuresOf(settled), pending: settled.pending }).toEqual({ failed: [], pending: 0 })
  // The relay, the sweep and the resolver would repair some of what is planted.
  await connectControl(own.runFile).stop('api')
  kafka = remembering(await openKafkaLog(system))
  journal = journalAt(system.acquirerUrl)
  await database.query('SET SESSION check_constraint_checks = 0')
  await plantRecon(database, forRecon)
  expect(failuresOf(await verifyNow())).toEqual([])
}, 180_000)

afterAll(async () => {
  await database?.end()
  await kafka?.close()
  await own?.stop()
}, 120_000)

/** Three entries of the audit log. */
async function addOperators(databaseUrl: string): Promise<void> {
  const ports = new Ports(() => configFrom({ DATABASE_URL: databaseUrl })).forBatches
  const first = await addOperator(
    ports,
    { databaseLogin: 'pay' },
    { name: 'kim', role: 'approver', reason: 'the first' },
  )
  const by = { token: first.kind === 'changed' ? first.token! : '' }
  for (const name of ['lee', 'park']) await addOperator(ports, by, { name, role: 'viewer', reason: 'asked for' })
  await ports.database.close()
}

/** Two months without entries. */
async function closeMonths(databaseUrl: string): Promise<void> {
  const ports = new Ports(() => configFrom({ DATABASE_URL: databaseUrl })).forBatches
  const [actor, reason] = ['kim', 'approved']
  for (const [month, knownUntil] of [
    ['2000-01', '2000-02-05'],
    ['2000-02', '2000-03-05'],
  ] as const)
    await ports.database.runAlone(async tx => {
      const times = { knownUntilMs: Date.parse(knownUntil), closedAtMs: Date.parse(knownUntil) + 60_000 }
      const closed = { month, ...times, entryCount: 0, openBreaks: 0, closedBy: actor, reason }
      await ports.closedMonths.insert(tx, closed, [])
      await ports.auditLog.append(tx, { actor, action: 'month.closed', subject: month, reason, details: {} })
    })
  await ports.database.close()
}

const DAY_MS = 24 * 60 * 60_000
/** Longer than banks are ever closed. */
const DAYS_UNTIL_PAYOUT = 12

/** The captured payment is in a batch with a payout, in a file that waits for approval; what the refunded one owes is carried. */
async function untilPaidOut(api: PaymentApi): Promise<void> {
  const tables = openDatabase(system.databaseUrl)
  try {
    const count = (table: string) => tables.count(`SELECT COUNT(*) FROM ${table}`, [])
    await until(async () => (await count('settlement_item')) === 3, {
      what: 'an item of each event',
      deadlineMs: 60_000,
    })
    await advanceClock(api, `P${DAYS_UNTIL_PAYOUT}D`)
    expect(await count('payout_file')).toBe(1)
  } finally {
    await tables.close()
  }
}

const failuresOf = (report: VerifyReport): string[] =>
  report.results
    .filter(result => !result.ok)
    .map(result => result.name)
    .sort()

/** Reads Kafka once for all tests: with the API stopped nothing changes there any more. */
function remembering(log: KafkaLog): KafkaLog {
  const batches = new Map<string, Promise<LogRecord[][]>>()
  const readAll = async (spans: PartitionSpan[]) => {
    const read: LogRecord[][] = []
    await log.read(spans, async records => void read.push(records))
    return read
  }
  return {
    ...log,
    read: async (spans, onRecords) => {
      const topics = spans.map(span => span.topic).join()
      batches.set(topics, batches.get(topics) ?? readAll(spans))
      for (const records of await batches.get(topics)!) await onRecords(records)
    },
  }
}

/** Everything has settled, so whatever is not done is wrong: no grace. */
async function verifyNow(
  tamper: (log: KafkaLog) => KafkaLog = log => log,
  readFrom: AcquirerJournal = journal,
): Promise<VerifyReport> {
  const reading = await beginReading(readFrom)
  const snapshot = await openSnapshot(system.databaseUrl)
  try {
    const nowMs = Date.now()
    const virtualNowMs = nowMs + (await snapshot.clockOffsetMs())
    const clock = { nowMs, virtualNowMs, graceMs: 0, settlementDefaults: STANDARD_TERMS }
    return await verifySystem(snapshot, tamper(kafka), reading, clock)
  } finally {
    await snapshot.close()
  }
}

/** Runs `work` while the payment is spoiled, and puts all its rows back. */
const spoiled = ({ payment, sql }: RowCorruption, work: () => Promise<void>): Promise<void> =>
  whileSpoiled(database, ids[payment], sql, work)

type Planted = (typeof systemCorruptions)[number]

function expectBroken(report: VerifyReport, { invariant, breaks, offender = /^pay_/ }: Planted): void {
  expect(failuresOf(report)).toEqual(breaks)
  const named = report.results.find(result => result.name === invariant)!
  expect(named.failed).toBeGreaterThan(0)
  expect(named.rows[0]!.row).toMatch(offender)
}

const inDatabase = systemCorruptions.filter(planted => 'sql' in planted)
const inTables = systemCorruptions.flatMap(planted => ('inTables' in planted ? [planted] : []))
const inJournal = systemCorruptions.flatMap(planted => ('journal' in planted ? [planted] : []))
const inKafka = systemCorruptions.flatMap(planted =>
  'sql' in planted || 'inTables' in planted || 'journal' in planted ? [] : [planted],
)

describe('planted in the database', () => {
  test.each(inDatabase)('$invariant finds $what', async planted => {
    await spoiled(planted, async () => expectBroken(await verifyNow(), planted))
  })

  test.each(inTables)('$invariant finds $what', async planted => {
    await whileTablesSpoiled(database, planted, async () => expectBroken(await verifyNow(), planted))
  })

  test('an event that was archived is as good as before', async () => {
    const archived = [COPY_TO_ARCHIVE, remove.event('payment.authorized')]
    await spoiled({ payment: 'authorized', sql: archived }, async () => {
      const report = await verifyNow()
      expect(failuresOf(report)).toEqual([])
      expect(report.figures.outboxRows).toBe(report.figures.distinctEvents)
    })
  })

  test('an answer that is pruned while the journal is read is not missed', async () => {
    let hasBeenRead = false
    const onProgress = (what: string) => {
      hasBeenRead ||= what === 'decisions of the acquirer'
    }
    const nowMs = () => Date.now() + (hasBeenRead ? ANSWERS_ARE_OLD_MS : 0)
    await spoiled({ payment: 'authorized', sql: [remove.answer()] }, async () => {
      const report = await verify(system, { settleMs: 0, graceMs: 0, nowMs, onProgress })
      expect(hasBeenRead).toBe(true)
      expect(failuresOf(report)).not.toContain('answers-stored')
    })
  })

  test('leaves nothing behind', async () => {
    expect(failuresOf(await verifyNow())).toEqual([])
  })
})

const ANSWERS_ARE_OLD_MS = 16 * 24 * 60 * 60_000

/** Reads the real Kafka and changes the records of one payment as they come by. */
const changing =
  (paymentId: string, change: (record: LogRecord) => LogRecord[]) =>
  (log: KafkaLog): KafkaLog => ({
    ...log,
    read: (spans, onRecords) =>
      log.read(spans, records =>
        onRecords(records.flatMap(record => (record.key?.toString() === paymentId ? change(record) : [record]))),
      ),
  })

/** Beyond all that is on the topic. */
const UNWRITTEN_OFFSET = 1_000_000_000

/** Reads the real Kafka and one dead letter more. */
const withDeadLetter =
  (letter: object) =>
  (log: KafkaLog): KafkaLog => ({
    ...log,
    read: async (spans, onRecords) => {
      await log.read(spans, onRecords)
      const [topic, value] = [DEAD_LETTER_TOPIC, Buffer.from(JSON.stringify(letter))]
      if (spans.some(span => span.topic === topic))
        await onRecords([{ topic, partition: 0, offset: UNWRITTEN_OFFSET, key: null, value, headers: {} }])
    },
  })

/** The reader of Kafka that the corruption asks for. */
function tamperedBy(corruption: KafkaCorruption): (log: KafkaLog) => KafkaLog {
  if ('record' in corruption) return changing(ids[corruption.record.payment], corruption.record.change)
  if ('deadLetter' in corruption) return withDeadLetter(corruption.deadLetter)
  if ('spans' in corruption)
    return log => ({ ...log, eventSpans: async () => corruption.spans(await log.eventSpans()) })
  return log => ({ ...log, lags: async judge => corruption.lags(await log.lags(judge)) })
}

describe('slipped in on the way from Kafka', () => {
  test.each(inKafka)('$invariant finds $what', async planted => {
    expectBroken(await verifyNow(tamperedBy(planted)), planted)
  })

  test('a duplicate is counted, and allowed', async () => {
    const before = await verifyNow()
    const duplicate = (record: LogRecord) => [record, { ...record, offset: record.offset + 1 }]
    const after = await verifyNow(changing(ids.authorized, duplicate))
    expect(failuresOf(after)).toEqual([])
    expect(after.figures.duplicates).toBe(before.figures.duplicates + 1)
  })
})

/** Reads the real journal and changes the decisions about one payment as they come by. */
async function decidedOtherwise({ payment, change }: JournalCorruption['journal']): Promise<AcquirerJournal> {
  const [rows] = await database.query<RowDataPacket[]>(
    'SELECT operation_id AS id FROM payment_operation WHERE payment_id = ?',
    [ids[payment]],
  )
  const ofPayment = new Set(rows.map(row => row.id))
  const changed = (entry: JournalEntry) =>
    entry.type === 'decision' && ofPayment.has(entry.operationId) ? change(entry) : [entry]
  return { read: (after, onEntries) => journal.read(after, entries => onEntries(entries.flatMap(changed))) }
}

describe('slipped in on the way from the acquirer', () => {
  test.each(inJournal)('$invariant finds $what', async planted => {
    expectBroken(await verifyNow(undefined, await decidedOtherwise(planted.journal)), planted)
  })
})

test('every invariant is broken by something planted here', () => {
  const broken = new Set<string>(systemCorruptions.map(({ invariant }) => invariant))
  expect(everyInvariant.filter(({ name }) => !broken.has(name))).toEqual([])
})
