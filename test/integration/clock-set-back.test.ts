/** MariaDB after the clock went back two hours: which leases count as run out, and the order of a payment's operations. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { FakeClock, fakePolicy } from '../../shared/payments/fakes.ts'
import { leaseTimes } from '../../shared/payments/operation.ts'
import { MySqlPaymentReader } from '../../shared/stores/payment-reader.ts'
import { NOW_MS, newOperation, newPayment } from '../support/rows.ts'
import { ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

const TWO_HOURS_MS = 2 * 60 * 60_000
const SKEW_MS_MAX = 60_000
const policy = { ...fakePolicy, inquiryBackoffMs: 100 }
const at = (nowMs: number) => leaseTimes({ clock: new FakeClock(nowMs), policy })

let scratch: ScratchDatabase
let stores: Stores

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'clock')
  stores = scratch.stores()
})
afterAll(() => scratch?.drop())

/** Claimed just now. */
async function claimed() {
  const payment = newPayment()
  const operation = newOperation(payment.paymentId)
  await stores.database.runAlone(async tx => {
    await stores.payments.insert(tx, payment)
    await stores.operations.insert(tx, operation)
  })
  return { payment, operation }
}

test.each([
  { what: 'now', nowMs: NOW_MS, isTaken: false },
  { what: 'by a clock that is behind', nowMs: NOW_MS - SKEW_MS_MAX, isTaken: false },
  { what: 'by a clock that went back', nowMs: NOW_MS - SKEW_MS_MAX - 1, isTaken: true },
  { what: 'two hours back', nowMs: NOW_MS - TWO_HOURS_MS, isTaken: true },
  { what: 'when it has run out', nowMs: NOW_MS + policy.leaseMs, isTaken: true },
])('a lease that began now, seen $what: run out is $isTaken', async ({ nowMs, isTaken }) => {
  const { operation } = await claimed()
  const now = at(nowMs)

  expect((await stores.operations.due(now, 1_000)).includes(operation.operationId)).toBe(isTaken)
  const until = { leaseUntilMs: nowMs + policy.leaseMs, nextAttemptAtMs: nowMs + policy.leaseMs }
  const both = await Promise.all([1, 2].map(() => stores.operations.takeOver(operation.operationId, now, until)))
  expect(both.filter(taken => taken !== undefined)).toHaveLength(isTaken ? 1 : 0)
})

test.each([
  { what: 'now', nowMs: NOW_MS, isDue: false, isRungFor: false },
  { what: 'by a clock that is a minute behind', nowMs: NOW_MS - SKEW_MS_MAX, isDue: false, isRungFor: false },
  { what: 'two hours back', nowMs: NOW_MS - TWO_HOURS_MS, isDue: true, isRungFor: true },
])('an outbox row that was refused now, seen $what: tried is $isDue', async ({ nowMs, isDue, isRungFor }) => {
  await scratch.direct.write('DELETE FROM outbox_event')
  const event = { topic: 'payment.authorized', sequence: 1, payload: '{}', shard: 1, traceparent: null }
  const ids = ['refused', 'new'].map(word => word.padEnd(30, '0'))
  await stores.database.runAlone(async tx => {
    for (const id of ids) await stores.outbox.insert(tx, { ...event, eventId: id, messageKey: id }, NOW_MS)
  })
  await scratch.direct.write('UPDATE outbox_event SET attempts = 1, next_attempt_at = ? WHERE event_id = ?', [
    new Date(NOW_MS + 10_000),
    ids[0],
  ])

  const wanted = { shards: [1], nowMs, limitEach: 10, ifLocked: 'fail', withoutTopics: [] } as const
  const rows = await stores.database.runAlone(tx => stores.outbox.lockUnpublished(tx, wanted))
  expect(rows.map(row => row.eventId)).toEqual(isDue ? ids : [ids[1]])
  expect(await stores.outbox.shardsWaiting(nowMs - 2_000, nowMs)).toEqual(isRungFor ? [1] : [])
})

test('operations are listed by their sequence, and those without one where a place is free', async () => {
  const { payment, operation } = await claimed()
  const later = (id: string, sequence: number, kind: 'capture' | 'refund' | 'expire') =>
    newOperation(payment.paymentId, { operationId: id.padEnd(29, '0'), sequence, kind, idempotencyKey: null })
  await stores.database.runAlone(async tx => {
    await stores.operations.insert(tx, later('op_00', 4, 'expire'))
    await stores.operations.insert(tx, later('op_01', 3, 'refund'))
    await stores.operations.insert(tx, later('op_02', 2, 'capture'))
  })
  await scratch.direct.write('UPDATE payment_operation SET sequence = NULL WHERE operation_id = ?', [
    operation.operationId,
  ])

  const listed = await new MySqlPaymentReader(stores.database).operations(payment.paymentId)

  expect(listed?.map(each => each.kind)).toEqual(['authorize', 'capture', 'refund', 'expire'])
  expect(await stores.database.runAlone(tx => stores.operations.summary(tx, payment.paymentId))).toEqual({
    count: 4,
    authorizationId: operation.operationId,
  })
})
