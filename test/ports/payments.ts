/** The contract of `Payments`: what a row keeps, what is refused, and keys that are used once. */
import { describe, expect, test } from '@jest/globals'
import { paymentStatuses } from '../../shared/contracts/lists.ts'
import { DECLINED_EXPIRY_PAUSE_MS, type Payment } from '../../shared/domain/payment.ts'
import { DuplicateKeyError, RowRefusedError } from '../../shared/payments/ports.ts'
import { NOW_MS, newOperation, newPayment, stored } from '../support/rows.ts'
import type { OpenPorts, PortsUnderTest } from './ports-under-test.ts'

export function describePayments(name: string, open: OpenPorts): void {
  describe(`payments of ${name}`, () => {
    testRows(open)
    testExpired(open)
    testRefusals(open)
  })
}

type NewPayment = Payment & { idempotencyKey: string }

const insert = ({ transactions, payments }: PortsUnderTest, payment: NewPayment): Promise<void> =>
  transactions.run(payment.paymentId, tx => payments.insert(tx, payment))

const lock = ({ transactions, payments }: PortsUnderTest, paymentId: string): Promise<Payment | undefined> =>
  transactions.run(paymentId, tx => payments.lock(tx, paymentId))

function testRows(open: OpenPorts): void {
  test('are given back as they were inserted, and only by their whole id, to the letter', async () => {
    const ports = await open()
    const [payment, other] = [
      newPayment({ captureBeforeMs: NOW_MS + 7, orderId: 'Order_1' }),
      newPayment({ pendingOperationId: 'op_1', feeSchedule: null }),
    ]
    for (const one of [payment, other]) await insert(ports, one)

    expect(await lock(ports, payment.paymentId)).toEqual(stored(payment))
    expect(await lock(ports, other.paymentId)).toEqual(stored(other))
    expect(await lock(ports, payment.paymentId.toLowerCase())).toBeUndefined()
    expect(await lock(ports, newPayment().paymentId)).toBeUndefined()
  })

  test('are updated in status, totals, fee schedule, pending operation, event count, capture limit and time, in nothing else', async () => {
    const ports = await open()
    const payment = newPayment()
    await insert(ports, payment)
    const changed: Payment = {
      ...stored(payment),
      status: 'REFUNDED',
      capturedMinor: 10_000,
      refundedMinor: 9_999,
      feeSchedule: { basisPoints: 10_000, fixedMinor: 999_999_999_999 },
      pendingOperationId: 'op_2',
      eventCount: 3,
      captureBeforeMs: NOW_MS + 1,
      updatedAtMs: NOW_MS + 2,
    }

    const seen = await ports.transactions.run(payment.paymentId, async tx => {
      await ports.payments.lock(tx, payment.paymentId)
      await ports.payments.update(tx, { ...changed, merchantId: 'another', orderId: 'x', shard: 0, createdAtMs: 1 })
      return ports.payments.lock(tx, payment.paymentId)
    })

    expect(seen).toEqual(changed)
    expect(await lock(ports, payment.paymentId)).toEqual(changed)
  })
}

function testExpired(open: OpenPorts): void {
  const held = (captureBeforeMs: number | null, given: Partial<NewPayment> = {}) =>
    newPayment({ status: 'AUTHORIZED', captureBeforeMs, ...given })

  test('are expired from captureBefore on, the longest ago first, as many as asked for', async () => {
    const ports = await open()
    const [second, first, later, third] = [2, 1, 4, 3].map(ms => held(NOW_MS + ms)) as NewPayment[]
    for (const one of [second, first, later, third]) await insert(ports, one!)
    const idsOf = (...some: (NewPayment | undefined)[]) => some.map(one => one!.paymentId)

    expect(await ports.payments.expired(NOW_MS, 10)).toEqual([])
    expect(await ports.payments.expired(NOW_MS + 1, 10)).toEqual(idsOf(first))
    expect(await ports.payments.expired(NOW_MS + 3, 10)).toEqual(idsOf(first, second, third))
    expect(await ports.payments.expired(NOW_MS + 9, 2)).toEqual(idsOf(first, second))
  })

  test('are expired only while something is held and nobody works on them', async () => {
    const ports = await open()
    const partly = held(NOW_MS, { status: 'PARTIALLY_CAPTURED', capturedMinor: 1 })
    const others = [
      held(NOW_MS, { pendingOperationId: 'op_1' }),
      held(null),
      ...paymentStatuses
        .filter(status => status !== 'AUTHORIZED' && status !== 'PARTIALLY_CAPTURED')
        .map(status => held(NOW_MS, { status })),
    ]
    for (const one of [...others, partly]) await insert(ports, one)

    expect(await ports.payments.expired(NOW_MS, 100)).toEqual([partly.paymentId])
  })

  test('are left alone for an hour after the acquirer declined an expiry', async () => {
    const ports = await open()
    const [declined, canceled] = [held(NOW_MS), held(NOW_MS + 1)]
    for (const payment of [declined, canceled]) {
      await insert(ports, payment)
      const operation = newOperation(payment.paymentId, { kind: 'expire', idempotencyKey: null })
      const ended =
        payment === declined
          ? ({ state: 'DECLINED', declineReason: 'no_such_hold' } as const)
          : ({ state: 'FAILED', declineReason: null } as const)
      await ports.transactions.run(payment.paymentId, async tx => {
        await ports.operations.insert(tx, operation)
        await ports.operations.finish(tx, operation, { ...ended, nowMs: NOW_MS })
      })
    }
    const againMs = NOW_MS + DECLINED_EXPIRY_PAUSE_MS

    expect(await ports.payments.expired(againMs - 1, 10)).toEqual([canceled.paymentId])
    expect(await ports.payments.expired(againMs, 10)).toEqual([declined.paymentId, canceled.paymentId])
    const now = { nowMs: NOW_MS, leaseUntilMsMax: NOW_MS, virtualNowMs: NOW_MS + 1, nextAttemptAtMsMax: NOW_MS }
    expect((await ports.dueWork.left(now, 0)).expiries).toBe(1)
    expect(await ports.dueWork.nextDueMs(now, 0)).toBe(canceled.captureBeforeMs)
  })
}

function testRefusals(open: OpenPorts): void {
  test('a merchant uses a key once; keys and merchants that differ in case are others', async () => {
    const ports = await open()
    const insertAs = (merchantId: string, idempotencyKey: string) =>
      insert(ports, { ...newPayment({ merchantId }), idempotencyKey })

    await insertAs('shop', 'key')
    await insertAs('Shop', 'key')
    await insertAs('shop', 'KEY')
    await expect(insertAs('shop', 'key')).rejects.toBeInstanceOf(DuplicateKeyError)
  })

  test('an id is used once', async () => {
    const ports = await open()
    const { paymentId } = newPayment()
    await insert(ports, newPayment({ paymentId }))

    const again = { ...newPayment({ paymentId }), idempotencyKey: 'another' }
    await expect(insert(ports, again)).rejects.toBeInstanceOf(DuplicateKeyError)
  })

  const refused: Array<[what: string, given: Partial<NewPayment>]> = [
    ['no amount', { amountMinor: 0 }],
    ['an amount that is too large', { amountMinor: 1_000_000_000_000 }],
    ['more captured than authorized', { capturedMinor: 10_001 }],
    ['more refunded than captured', { capturedMinor: 5, refundedMinor: 6 }],
    ['less than nothing captured', { capturedMinor: -1 }],
    ['a merchant of 33 characters', { merchantId: 'm'.repeat(33) }],
    ['a key of 301 characters', { idempotencyKey: 'k'.repeat(301) }],
  ]
  test.each(refused)('%s is refused', async (_, given) => {
    const ports = await open()
    await expect(insert(ports, { ...newPayment(), ...given })).rejects.toBeInstanceOf(RowRefusedError)
  })

  test('the longest merchant and key are taken', async () => {
    const ports = await open()
    const payment = { ...newPayment({ merchantId: 'm'.repeat(32) }), idempotencyKey: 'k'.repeat(300) }
    await insert(ports, payment)
    expect(await lock(ports, payment.paymentId)).toEqual(stored(payment))
  })

  test('an update to totals that cannot be is refused, and changes nothing', async () => {
    const ports = await open()
    const payment = newPayment()
    await insert(ports, payment)
    for (const wrong of [{ capturedMinor: 10_001 }, { refundedMinor: 1 }]) {
      const update = ports.transactions.run(payment.paymentId, async tx => {
        const before = await ports.payments.lock(tx, payment.paymentId)
        await ports.payments.update(tx, { ...before!, eventCount: 9, ...wrong })
      })
      await expect(update).rejects.toBeInstanceOf(RowRefusedError)
    }
    expect(await lock(ports, payment.paymentId)).toEqual(stored(payment))
  })
}
