/** What is kept of one operation's request, on MariaDB: as the fake has it, and by primary keys alone. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { FakeFinder } from '../../shared/payments/fake-finder.ts'
import { createFakePorts } from '../../shared/payments/fakes.ts'
import type {
  Answers,
  ClaimedOperation,
  ManualSettlements,
  Operations,
  OutboxWriter,
  Payments,
  Transaction,
} from '../../shared/payments/ports.ts'
import type { ConsoleActions } from '../../shared/settlement/ports.ts'
import { ConsoleActionTable } from '../../shared/stores/console-actions.ts'
import type { Database } from '../../shared/stores/database.ts'
import { MySqlPaymentFinder } from '../../shared/stores/payment-finder.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { answerOf, ids, MERCHANT, NOW_MS, newOperation, newPayment, times } from '../support/rows.ts'
import { ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { readsOf } from '../support/session-reads.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

/** So that a whole table would be seen in what is read. */
const OTHERS = 400
const KEY = 'console:01M81Y03QK7V5D2W9T4R6H8XNZ'

let scratch: ScratchDatabase
let stores: Stores
/** One connection: what it has read is told to it alone. */
let single: TestDatabase
const asked: Array<{ sql: string; values: unknown[] }> = []
let finder: MySqlPaymentFinder
const expected = createFakePorts()
const fake = new FakeFinder(expected, expected.reader)

const payment = { ...newPayment(), idempotencyKey: 'key-of-both' }
const { paymentId } = payment
const operation = (given: Partial<ClaimedOperation>) => newOperation(paymentId, given)
const authorization = operation({ idempotencyKey: 'key-of-both', combined: true, requestId: 'req-1' })
const capture = operation({ kind: 'capture', idempotencyKey: null, combined: true, sequence: 2, finalCapture: true })
const refund = operation({ kind: 'refund', idempotencyKey: KEY, sequence: 3, amountMinor: 7, reason: '변심 📞' })
const pruned = operation({ kind: 'refund', idempotencyKey: 'key-of-old', sequence: 4 })
const keyless = operation({ kind: 'void', idempotencyKey: null, sequence: 5 })
const operations = [authorization, capture, refund, pruned, keyless]

const requestOf = (path: string, body: object) => JSON.stringify({ body, operation: 'x', path })
const answers = [
  { key: 'key-of-both', operationId: capture.operationId, canonicalRequest: requestOf('/payments/authorize', {}) },
  { key: KEY, operationId: refund.operationId, canonicalRequest: requestOf('/operator/x', { amount: 7 }) },
]
const action = {
  ...{ key: KEY, operator: '김', action: 'payment.refund-asked' as const, subject: paymentId, fingerprint: 'v1:x' },
  ...{ canonicalRequest: requestOf('/operator/x', { amount: 7, reason: ' 탭을 닫았다 ' }), answer: null, atMs: NOW_MS },
}
const events = [
  { operationId: authorization.operationId, topic: 'payment.authorized' },
  { operationId: capture.operationId, topic: 'payment.captured' },
  // Names the other one as well, as text.
  { operationId: refund.operationId, topic: 'payment.refunded', about: capture.operationId },
].map(({ topic, ...payload }, index) => ({
  ...{ eventId: ids.event(), topic, messageKey: paymentId, payload: JSON.stringify(payload) },
  ...{ sequence: index + 1, shard: 3, traceparent: null },
}))
const settlement = {
  ...{ operationId: keyless.operationId, paymentId, attempt: 2, outcome: 'FAILED' as const, who: '이' },
  ...{ reason: 'they said so', settledAtMs: NOW_MS },
}

/** The same rows, in the fake and on MariaDB. */
async function plantIn(tx: Transaction, tables: Planted): Promise<void> {
  await tables.payments.insert(tx, payment)
  for (const each of operations) await tables.operations.insert(tx, each)
  for (const { key, operationId, canonicalRequest } of answers) {
    const row = { merchantId: MERCHANT, key, operationId, nowMs: NOW_MS }
    await tables.answers.open(tx, { ...row, canonicalRequest, fingerprint: `v1:${key}` })
  }
  await tables.answers.finish(tx, { merchantId: MERCHANT, key: KEY, answer: answerOf('{"금액":7}'), nowMs: NOW_MS + 1 })
  for (const event of events) await tables.outbox.insert(tx, event, NOW_MS)
  await tables.manualSettlements.insert(tx, settlement)
  await tables.consoleActions.insert(tx, action)
}
interface Planted {
  payments: Pick<Payments, 'insert'>
  operations: Pick<Operations, 'insert'>
  answers: Pick<Answers, 'open' | 'finish'>
  outbox: OutboxWriter
  manualSettlements: Pick<ManualSettlements, 'insert'>
  consoleActions: Pick<ConsoleActions, 'insert'>
}

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'record')
  stores = scratch.stores()
  const consoleActions = new ConsoleActionTable(stores.database)
  await stores.database.runAlone(tx => plantIn(tx, { ...stores, consoleActions }))
  await expected.transactions.run(paymentId, tx => plantIn(tx, expected))
  await stores.database.runAlone(async tx => {
    for (const other of times(OTHERS, () => newPayment())) {
      await stores.payments.insert(tx, other)
      await stores.operations.insert(tx, newOperation(other.paymentId))
    }
  })
  // Its event is in the archive.
  const [first] = await stores.outbox.listFrom(0, 1)
  await stores.database.runAlone(tx => stores.outbox.markPublished(tx, [first!.id], NOW_MS + 6))
  await stores.database.runAlone(tx => stores.outbox.archive(tx, [first!.id]))
  await scratch.direct.rows('ANALYZE TABLE payment, payment_operation')
  single = openDatabase(scratch.url, 1)
  const select = async (sql: string, values: readonly unknown[] = []) => {
    asked.push({ sql, values: [...values] })
    return single.rows(sql, [...values])
  }
  finder = new MySqlPaymentFinder({ select } as unknown as Database)
})
afterAll(async () => {
  await single?.close()
  await scratch?.drop()
})

describe('the record of an operation', () => {
  test.each([
    ['of a call that authorized and captured', authorization, 'key-of-both'],
    ['of the capture of such a call', capture, 'key-of-both'],
    ['that an operator asked for', refund, KEY],
    ['whose answer was pruned', pruned, 'key-of-old'],
    ['without a key, settled by hand', keyless, null],
  ])('%s is what the fake has', async (_, { operationId }, key) => {
    const record = await finder.record(operationId)

    expect(record?.key).toBe(key)
    expect(record).toEqual(await fake.record(operationId))
  })

  test('has what was planted', async () => {
    expect(await finder.record(refund.operationId)).toMatchObject({
      ...{ amountMinor: 7, reason: '변심 📞', combined: false },
      stored: { finished: { answer: answerOf('{"금액":7}'), finishedAtMs: NOW_MS + 1 } },
      ask: { operator: '김', reason: '탭을 닫았다', action: 'payment.refund-asked', atMs: NOW_MS },
      event: { type: 'payment.refunded' },
    })
    expect(await finder.record(capture.operationId)).toMatchObject({
      ...{ combined: true, finalCapture: true, ask: undefined },
      stored: { canonicalRequest: answers[0]!.canonicalRequest, finished: undefined },
      event: { eventId: events[1]!.eventId, type: 'payment.captured' },
    })
    expect((await finder.record(authorization.operationId))!.event).toMatchObject({ eventId: events[0]!.eventId })
    expect((await finder.record(pruned.operationId))!.stored).toBeUndefined()
    expect((await finder.record(keyless.operationId))!.settlement).toEqual({ who: '이', reason: 'they said so' })
    expect(await finder.record(ids.operation())).toBeUndefined()
  })

  test('is read by keys, whatever else there is', async () => {
    asked.length = 0
    const { reads } = await readsOf(single, () => finder.record(refund.operationId))

    // One row of each table, and the payment's events.
    expect(reads).toBeLessThanOrEqual(20)
    expect(asked).toHaveLength(2)
    const plans = await Promise.all(
      asked.map(({ sql, values }) =>
        single.rows<{ table: string | null; type: string; key: string | null }>(`EXPLAIN ${sql}`, values),
      ),
    )
    expect(plans[0]!.map(({ table, type, key }) => [table, type, key])).toEqual(
      ['o', 'p', 'k', 'a', 's'].map(table => [table, expect.stringMatching(/^(const|eq_ref)$/), 'PRIMARY']),
    )
    for (const { table, type } of plans[1]!.filter(each => each.table !== null && !each.table.startsWith('<')))
      expect([table, type]).toEqual([table, expect.stringMatching(/^(ref|range)$/)])
  })
})
