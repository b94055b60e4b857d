/** Every invariant of `npm run verify` finds a corruption planted in the real database or slipped between Kafka and the reader. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { connectControl } from '../../scripts/local/control.ts'
import { type KafkaLog, openKafkaLog, type PartitionSpan } from '../../scripts/operate/verify/kafka-log.ts'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { openSnapshot } from '../../scripts/operate/verify/snapshot.ts'
import { type VerifyReport, verifySystem } from '../../scripts/operate/verify/verify-system.ts'
import { needingDatabase, needingKafka } from '../../shared/invariants/catalogue.ts'
import type { LogRecord } from '../../shared/invariants/record-comparison.ts'
import { expectMutation } from '../support/contract.ts'
import { PaymentApi } from '../support/http.ts'
import { authorizeBody, authorized, newKey, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

const system = systemUnderTest()
const merchantId = newMerchant('verify')
/** Payments by the state they were left in. */
const ids = { authorized: '', captured: '', refunded: '', declined: '' }
let database: Connection
let kafka: KafkaLog

beforeAll(async () => {
  await makePayments(new PaymentApi(system.apiUrl))
  const settled = await verify(system, { settleMs: 90_000, graceMs: 60_000 })
  expect({ failed: failuresOf(settled), pending: settled.pending }).toEqual({ failed: [], pending: 0 })
  // The relay, the sweep and the resolver would repair some of what is planted.
  await connectControl().stop('api')
  kafka = remembering(await openKafkaLog(system))
  database = await mysql.createConnection({ uri: system.databaseUrl, timezone: 'Z' })
  await database.query('SET SESSION check_constraint_checks = 0')
}, 180_000)

afterAll(async () => {
  await database?.end()
  await kafka?.close()
  await connectControl().start('api')
}, 120_000)

async function makePayments(api: PaymentApi): Promise<void> {
  const key = () => ({ 'idempotency-key': newKey() })
  for (const state of ['authorized', 'captured', 'refunded'] as const)
    ids[state] = (await authorized(api, { merchantId })).paymentId
  for (const paymentId of [ids.captured, ids.refunded]) expectMutation(await api.capture(paymentId, {}, key()), 200)
  expectMutation(await api.refund(ids.refunded, {}, key()), 200)
  ids.declined = (await api.authorize(authorizeBody({ merchantId, paymentMethod: 'tok_decline' }))).json.paymentId
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
async function verifyNow(tamper: (log: KafkaLog) => KafkaLog = log => log): Promise<VerifyReport> {
  const snapshot = await openSnapshot(system.databaseUrl)
  try {
    return await verifySystem(snapshot, tamper(kafka), { nowMs: Date.now(), graceMs: 0 })
  } finally {
    await snapshot.close()
  }
}

/** One row, named so that it can be put back whatever happened to it. */
interface Place {
  table: string
  where: string
  values: unknown[]
}

const payment = (state: keyof typeof ids): Place => ({
  table: 'payment',
  where: 'payment_id = ?',
  values: [ids[state]],
})
const operation = (state: keyof typeof ids, kind: string): Place => ({
  table: 'payment_operation',
  where: 'payment_id = ? AND kind = ?',
  values: [ids[state], kind],
})
const event = (state: keyof typeof ids, topic: string): Place => ({
  table: 'outbox_event',
  where: 'message_key = ? AND topic = ?',
  values: [ids[state], topic],
})
const entry = (state: keyof typeof ids, type: string): Place => ({
  table: 'ledger_entry',
  where: 'payment_id = ? AND entry_type = ?',
  values: [ids[state], type],
})
const answer = (state: keyof typeof ids): Place => ({
  table: 'idem_response_cache',
  where: 'operation_id = (SELECT operation_id FROM payment_operation WHERE payment_id = ? AND kind = ?)',
  values: [ids[state], 'authorize'],
})

async function rowsAt({ table, where, values }: Place): Promise<RowDataPacket[]> {
  const [rows] = await database.query<RowDataPacket[]>(`SELECT * FROM ${table} WHERE ${where}`, values)
  return rows
}

const erase = ({ table, where, values }: Place) => database.query(`DELETE FROM ${table} WHERE ${where}`, values)

/** Runs `work` while the row at `place` is spoiled, and puts it back. */
async function spoiled(place: Place, spoil: string, work: () => Promise<void>): Promise<void> {
  const kept = await rowsAt(place)
  expect(kept).toHaveLength(1)
  const { table, where, values } = place
  const key = Object.entries(kept[0]!)[0]!
  const whole = { table, where: `${key[0]} = ?`, values: [key[1]] }
  const unique = table === 'idem_response_cache' ? place : whole
  try {
    if (spoil === 'DELETE') await erase(place)
    else await database.query(`UPDATE ${table} SET ${spoil} WHERE ${where}`, values)
    await work()
  } finally {
    await erase(unique)
    await database.query(`INSERT INTO ${table} SET ?`, [kept[0]])
  }
}

interface Corruption {
  what: string
  /** Exactly these fail; the first of them names `offender`. */
  breaks: string[]
  at: () => Place
  spoil: string
  offender?: RegExp
}

const corruptions: Corruption[] = [
  {
    what: 'more refunded than captured',
    at: () => payment('refunded'),
    spoil: 'refunded_amount = captured_amount + 1',
    breaks: [
      'totals-in-bounds',
      'status-fits-totals',
      'refunded-by-operations',
      'newest-event-is-payment',
      'refunded-in-ledger',
      'net-in-ledger',
      'balance-receivable',
      'balance-merchants',
    ],
  },
  {
    what: 'a status ahead of its totals',
    at: () => payment('authorized'),
    spoil: "status = 'COMPLETED'",
    breaks: ['status-fits-totals', 'newest-event-is-payment', 'events-complete'],
  },
  {
    what: 'an authorization of another amount',
    at: () => operation('authorized', 'authorize'),
    spoil: 'amount = amount + 1',
    breaks: ['status-fits-operations', 'events-have-operations'],
  },
  {
    what: 'a capture of another amount',
    at: () => operation('captured', 'capture'),
    spoil: 'amount = amount + 1',
    breaks: ['captured-by-operations', 'events-have-operations'],
  },
  {
    what: 'a refund of another amount',
    at: () => operation('refunded', 'refund'),
    spoil: 'amount = amount + 1',
    breaks: ['refunded-by-operations', 'events-have-operations'],
  },
  {
    what: 'an operation in another currency',
    at: () => operation('captured', 'capture'),
    spoil: "currency = 'USD'",
    breaks: ['one-merchant-one-currency'],
    offender: /^op_/,
  },
  {
    what: 'a payment that waits for a finished operation',
    at: () => payment('authorized'),
    spoil: 'pending_operation_id = (SELECT MIN(operation_id) FROM payment_operation)',
    breaks: ['pending-operation'],
  },
  {
    what: 'a lost payment',
    at: () => payment('authorized'),
    spoil: 'DELETE',
    breaks: ['nothing-orphaned'],
    offender: /^op_/,
  },
  {
    what: 'a finished operation without its time',
    at: () => operation('captured', 'capture'),
    spoil: 'finished_at = NULL',
    breaks: ['finished-has-time'],
    offender: /^op_/,
  },
  {
    what: 'a lost answer',
    at: () => answer('authorized'),
    spoil: 'DELETE',
    breaks: ['answers-stored'],
    offender: /^op_/,
  },
  {
    what: 'an answer with another status code',
    at: () => answer('authorized'),
    spoil: 'status_code = 200',
    breaks: ['answers-agree'],
    offender: /^op_/,
  },
  {
    what: 'an answer whose bytes say another amount',
    at: () => answer('authorized'),
    spoil: `body = REPLACE(body, '"capturedAmount":0', '"capturedAmount":1')`,
    breaks: ['answers-agree'],
    offender: /^op_/,
  },
  {
    what: 'an unfinished answer that nobody works on',
    at: () => answer('declined'),
    spoil: 'status_code = NULL, body = NULL, content_type = NULL, finished_at = NULL',
    breaks: ['keys-and-operations', 'answers-stored'],
    offender: /^verify-/,
  },
  {
    what: 'an event of another operation',
    at: () => event('authorized', 'payment.authorized'),
    spoil: `payload = REPLACE(payload, '"operationId":"op_', '"operationId":"op_X')`,
    breaks: ['operations-have-events', 'events-have-operations', 'outbox-in-kafka'],
    offender: /^op_/,
  },
  {
    what: 'a payment that counts an event too many',
    at: () => payment('refunded'),
    spoil: 'event_count = event_count + 1',
    breaks: ['event-sequence'],
  },
  {
    what: 'a payload that says another sequence',
    at: () => event('captured', 'payment.captured'),
    spoil: `payload = REPLACE(payload, '"sequence":2', '"sequence":3')`,
    breaks: ['event-envelope', 'outbox-in-kafka'],
    offender: /^evt_/,
  },
  {
    what: 'a payload with other running totals',
    at: () => event('refunded', 'payment.captured'),
    spoil: `payload = REPLACE(payload, '"refundedAmount":0', '"refundedAmount":1')`,
    breaks: ['event-totals', 'answers-agree', 'outbox-in-kafka'],
    offender: /^evt_/,
  },
  {
    what: 'a newest event of another status',
    at: () => event('captured', 'payment.captured'),
    spoil: `payload = REPLACE(payload, 'COMPLETED', 'PARTIALLY_CAPTURED')`,
    breaks: ['newest-event-is-payment', 'answers-agree', 'outbox-in-kafka'],
  },
  {
    what: 'a lost outbox row',
    at: () => event('authorized', 'payment.authorized'),
    spoil: 'DELETE',
    breaks: ['events-complete', 'operations-have-events', 'event-sequence', 'no-ghost-events', 'distinct-events'],
  },
  {
    what: 'an outbox row that nobody publishes',
    at: () => event('authorized', 'payment.authorized'),
    spoil: 'published_at = NULL',
    breaks: ['outbox-published'],
    offender: /^evt_/,
  },
  {
    what: 'a parked outbox row',
    at: () => event('authorized', 'payment.authorized'),
    spoil: "published_at = NULL, parked_at = created_at, last_error = 'too large'",
    breaks: ['outbox-published'],
    offender: /^evt_/,
  },
  {
    what: 'a payload that differs from Kafka in one space',
    at: () => event('authorized', 'payment.authorized'),
    spoil: "payload = CONCAT(payload, ' ')",
    breaks: ['outbox-in-kafka'],
    offender: /^evt_/,
  },
  {
    what: 'a row on another topic than in Kafka',
    at: () => event('declined', 'payment.declined'),
    spoil: "topic = 'payment.voided'",
    breaks: ['outbox-in-kafka', 'event-envelope', 'events-complete', 'operations-have-events'],
    offender: /^evt_/,
  },
  {
    what: 'a capture entry of another amount',
    at: () => entry('captured', 'capture'),
    spoil: 'amount = amount + 1',
    breaks: ['captured-in-ledger', 'net-in-ledger', 'one-capture-entry', 'balance-receivable', 'balance-merchants'],
  },
  {
    what: 'a lost capture entry',
    at: () => entry('captured', 'capture'),
    spoil: 'DELETE',
    breaks: ['one-capture-entry', 'captured-in-ledger', 'net-in-ledger', 'balance-receivable', 'balance-merchants'],
    offender: /^evt_/,
  },
  {
    what: 'a refund entry of another amount',
    at: () => entry('refunded', 'refund'),
    spoil: 'amount = amount + 1',
    breaks: ['refunded-in-ledger', 'net-in-ledger', 'one-refund-entry', 'balance-receivable', 'balance-merchants'],
  },
  {
    what: 'a lost refund entry',
    at: () => entry('refunded', 'refund'),
    spoil: 'DELETE',
    breaks: ['one-refund-entry', 'refunded-in-ledger', 'net-in-ledger', 'balance-receivable', 'balance-merchants'],
    offender: /^evt_/,
  },
  {
    what: 'a lost fee',
    at: () => entry('captured', 'fee'),
    spoil: 'DELETE',
    breaks: ['one-fee-entry'],
    offender: /^evt_/,
  },
  {
    what: 'a fee of another amount',
    at: () => entry('captured', 'fee'),
    spoil: 'amount = amount + 1',
    breaks: ['balance-fees', 'one-fee-entry', 'balance-merchants'],
    offender: /^fee_revenue KRW$/,
  },
  {
    what: 'an entry whose event does not exist',
    at: () => entry('captured', 'fee'),
    spoil: "event_id = CONCAT('evt_', REPEAT('0', 26))",
    breaks: ['entries-have-events', 'one-fee-entry', 'balance-merchants', 'balance-fees'],
    offender: /^led_/,
  },
  {
    what: 'a fee taken from another merchant',
    at: () => entry('captured', 'fee'),
    spoil: "debit_account = 'merchant_payable:somebody-else'",
    breaks: ['entry-accounts', 'balance-merchants'],
    offender: /^led_/,
  },
  {
    what: 'a credit to an account that does not exist',
    at: () => entry('captured', 'fee'),
    spoil: "credit_account = 'fee_revenu'",
    breaks: ['trial-balance', 'entry-accounts', 'balance-fees'],
    offender: /^KRW$/,
  },
  {
    what: 'an entry in another currency',
    at: () => entry('captured', 'capture'),
    spoil: "currency = 'USD'",
    breaks: ['balance-receivable', 'balance-merchants', 'one-merchant-one-currency'],
    offender: /^acquirer_receivable/,
  },
]

function expectBroken(report: VerifyReport, breaks: string[], offender: RegExp): void {
  expect(failuresOf(report)).toEqual([...breaks].sort())
  const named = report.results.find(result => result.name === breaks[0])!
  expect(named.failed).toBeGreaterThan(0)
  expect(named.rows[0]!.row).toMatch(offender)
}

describe('planted in the database', () => {
  test.each(corruptions)('$what', async ({ at, spoil, breaks, offender = /^pay_/ }) => {
    await spoiled(at(), spoil, async () => expectBroken(await verifyNow(), breaks, offender))
  })

  test('an operation whose lease ran out long ago', async () => {
    const stuckId = `op_${'0'.repeat(26)}`
    const longAgoMs = Date.now() - 120_000
    await spoiled(payment('authorized'), `pending_operation_id = '${stuckId}'`, async () => {
      const row = {
        operation_id: stuckId,
        payment_id: ids.authorized,
        merchant_id: merchantId,
        kind: 'capture',
        amount: 1,
        currency: 'KRW',
        state: 'PENDING',
        lease_until_ms: longAgoMs,
        next_attempt_at_ms: longAgoMs,
        created_at: new Date(longAgoMs),
      }
      await database.query('INSERT INTO payment_operation SET ?', [row])
      try {
        expectBroken(await verifyNow(), ['nothing-stuck'], /^op_0+$/)
      } finally {
        await erase({ table: 'payment_operation', where: 'operation_id = ?', values: [stuckId] })
      }
    })
  })

  /** Archives the event of the authorized payment, or only copies it, while `work` runs. */
  async function archived(how: 'moved' | 'copied', work: () => Promise<void>): Promise<void> {
    const columns = 'id, event_id, topic, message_key, sequence, payload, traceparent, shard, created_at, published_at'
    const copy = (from: string, to: string) =>
      `INSERT INTO ${to} (${columns}) SELECT ${columns} FROM ${from} WHERE message_key = ?`
    await database.query(copy('outbox_event', 'outbox_archive'), [ids.authorized])
    if (how === 'moved') await erase({ table: 'outbox_event', where: 'message_key = ?', values: [ids.authorized] })
    try {
      await work()
    } finally {
      if (how === 'moved') await database.query(copy('outbox_archive', 'outbox_event'), [ids.authorized])
      await erase({ table: 'outbox_archive', where: 'message_key = ?', values: [ids.authorized] })
    }
  }

  test('an event in the outbox and in its archive', () =>
    archived('copied', async () => {
      const twice = ['event-in-one-place', 'event-sequence', 'operations-have-events', 'order-in-topic']
      expectBroken(await verifyNow(), [...twice, 'distinct-events'], /^evt_/)
    }))

  test('an event that was archived is as good as before', () =>
    archived('moved', async () => {
      const report = await verifyNow()
      expect(failuresOf(report)).toEqual([])
      expect(report.figures.outboxRows).toBe(report.figures.distinctEvents)
    }))

  test('leaves nothing behind', async () => {
    expect(failuresOf(await verifyNow())).toEqual([])
  })
})

/** Reads the real Kafka and changes what comes by. */
const changing =
  (change: (record: LogRecord) => LogRecord[]) =>
  (log: KafkaLog): KafkaLog => ({
    ...log,
    read: (spans, onRecords) => log.read(spans, records => onRecords(records.flatMap(change))),
  })

const isAuthorized = (record: LogRecord) =>
  record.topic === 'payment.authorized' && record.key?.toString() === ids.authorized

/** Changes the one record of the authorized payment. */
const spoilRecord = (spoil: (record: LogRecord) => LogRecord[]) =>
  changing(record => (isAuthorized(record) ? spoil(record) : [record]))

const kafkaCorruptions: {
  what: string
  tamper: (log: KafkaLog) => KafkaLog
  breaks: string[]
  offender: RegExp
}[] = [
  {
    what: 'an event that never arrived',
    tamper: spoilRecord(() => []),
    breaks: ['outbox-in-kafka', 'distinct-events'],
    offender: /^evt_/,
  },
  {
    what: 'another byte in the payload',
    tamper: spoilRecord(record => [
      { ...record, value: Buffer.from(record.value!.toString().replace('"amount"', ' "amount"')) },
    ]),
    breaks: ['outbox-in-kafka'],
    offender: /^evt_/,
  },
  {
    what: 'another key',
    tamper: spoilRecord(record => [{ ...record, key: Buffer.from(ids.captured) }]),
    breaks: ['outbox-in-kafka'],
    offender: /^evt_/,
  },
  {
    what: 'a missing header',
    tamper: spoilRecord(record => [{ ...record, headers: { ...record.headers, 'event-type': undefined } }]),
    breaks: ['outbox-in-kafka'],
    offender: /^evt_/,
  },
  {
    what: 'the wrong topic',
    tamper: spoilRecord(record => [{ ...record, topic: 'payment.captured' }]),
    breaks: ['outbox-in-kafka'],
    offender: /^evt_/,
  },
  {
    what: 'an event that the outbox never had',
    tamper: spoilRecord(record => [
      record,
      { ...record, value: Buffer.from(record.value!.toString().replaceAll('evt_', 'evt_X')) },
    ]),
    breaks: ['no-ghost-events', 'distinct-events'],
    offender: /^payment\.authorized/,
  },
  {
    what: 'a record that is no event at all',
    tamper: spoilRecord(record => [record, { ...record, value: Buffer.from([0xff, 0x00]), headers: {} }]),
    breaks: ['no-ghost-events', 'distinct-events'],
    offender: /^payment\.authorized/,
  },
  {
    what: 'a topic that lost its first record',
    tamper: log => ({
      ...log,
      eventSpans: async () => {
        const spans = await log.eventSpans()
        return spans.map((span, index) => (index === 0 ? { ...span, low: span.low + 1 } : span))
      },
    }),
    breaks: ['kafka-keeps-all'],
    offender: /^payment\./,
  },
  {
    what: 'a consumer group that is behind',
    tamper: log => ({
      ...log,
      lags: async judge => {
        const lags = await log.lags(judge)
        return lags.map((lag, index) => (index === 0 ? { ...lag, end: lag.end + 1, overdue: 1 } : lag))
      },
    }),
    breaks: ['consumer-offsets'],
    offender: /^record-ledger-captured payment\.captured/,
  },
]

describe('slipped in on the way from Kafka', () => {
  test.each(kafkaCorruptions)('$what', async ({ tamper, breaks, offender }) => {
    expectBroken(await verifyNow(tamper), breaks, offender)
  })

  test('a duplicate is counted, and allowed', async () => {
    const before = await verifyNow()
    const after = await verifyNow(spoilRecord(record => [record, { ...record, offset: record.offset + 1 }]))
    expect(failuresOf(after)).toEqual([])
    expect(after.figures.duplicates).toBe(before.figures.duplicates + 1)
  })
})

test('every invariant is broken by something planted here; order and dead letters have tests of their own', () => {
  const broken = new Set(
    [...corruptions, ...kafkaCorruptions].flatMap(({ breaks }) => breaks).concat('nothing-stuck', 'event-in-one-place'),
  )
  const names = [...needingDatabase, ...needingKafka].map(({ name }) => name)
  expect(names.filter(name => !broken.has(name))).toEqual(['order-in-topic', 'no-dead-letters'])
})
