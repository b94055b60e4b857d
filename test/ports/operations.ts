/** The contract of `Operations`: one attempt owns an operation, leases run out, and keys are used once. */
import { describe, expect, test } from '@jest/globals'
import { DuplicateKeyError, type LeaseTimes, type Operation, RowRefusedError } from '../../shared/payments/ports.ts'
import { NOW_MS, newOperation, newPayment, times } from '../support/rows.ts'
import type { OpenPorts, PortsUnderTest } from './ports-under-test.ts'

export function describeOperations(name: string, open: OpenPorts): void {
  describe(`operations of ${name}`, () => {
    testRows(open)
    testOwnership(open)
    testLeases(open)
    testDue(open)
    testUnknown(open)
  })
}

type Claimed = ReturnType<typeof newOperation>

/** As it is read again. */
const stored = ({ requestId: _, ...operation }: Claimed) => operation

const insert = ({ transactions, operations }: PortsUnderTest, operation: Claimed) =>
  transactions.run(operation.paymentId, tx => operations.insert(tx, operation))

/** An operation on a payment of its own. */
async function inserted(ports: PortsUnderTest, given: Partial<Claimed> = {}): Promise<Claimed> {
  const payment = newPayment()
  await ports.transactions.run(payment.paymentId, tx => ports.payments.insert(tx, payment))
  const operation = newOperation(payment.paymentId, given)
  await insert(ports, operation)
  return operation
}

const success = { state: 'SUCCEEDED' as const, declineReason: null, nowMs: NOW_MS }

const finish = ({ transactions, operations }: PortsUnderTest, operation: Operation): Promise<boolean> =>
  transactions.run(operation.paymentId, tx => operations.finish(tx, operation, success))

const LEASE_MS = 15_000
/** Nothing is ever set further ahead than a minute after a lease. */
const AHEAD_MS_MAX = LEASE_MS + 60_000
const at = (nowMs: number): LeaseTimes => ({
  nowMs,
  leaseUntilMsMax: nowMs + AHEAD_MS_MAX,
  virtualNowMs: nowMs,
  nextAttemptAtMsMax: nowMs + AHEAD_MS_MAX,
})

/** As a new attempt sets them. */
const leasedFrom = (nowMs: number) => ({ leaseUntilMs: nowMs + LEASE_MS, nextAttemptAtMs: nowMs + LEASE_MS })

function testRows(open: OpenPorts): void {
  test('a merchant uses a key once; what differs in case is another, and without a key they never collide', async () => {
    const ports = await open()
    const insertAs = (merchantId: string, idempotencyKey: string | null) =>
      insert(ports, newOperation(newPayment().paymentId, { merchantId, idempotencyKey }))

    for (const [merchantId, key] of [
      ['shop', 'key'],
      ['Shop', 'key'],
      ['shop', 'KEY'],
    ] as const)
      await insertAs(merchantId, key)
    await expect(insertAs('shop', 'key')).rejects.toBeInstanceOf(DuplicateKeyError)
    await insertAs('shop', null)
    await insertAs('shop', null)
  })

  test('a payment has one operation at each place', async () => {
    const ports = await open()
    const { paymentId } = await inserted(ports)
    await insert(ports, newOperation(paymentId, { sequence: 2, idempotencyKey: null }))
    const again = newOperation(paymentId, { sequence: 2, idempotencyKey: null })
    await expect(insert(ports, again)).rejects.toBeInstanceOf(DuplicateKeyError)
  })

  test('a key is known as used to the letter, in the view of the transaction or as far as it is committed', async () => {
    const ports = await open()
    const { operations } = ports
    await ports.separate.run('claims', async tx => {
      await operations.insert(tx, newOperation(newPayment().paymentId, { idempotencyKey: 'key' }))
      expect(await operations.isKeyUsed(tx, 'shop', 'key')).toBe(true)
      expect(await operations.isKeyUsed(undefined, 'shop', 'key')).toBe(false)
    })

    expect(await operations.isKeyUsed(undefined, 'shop', 'key')).toBe(true)
    for (const [merchantId, key] of [
      ['Shop', 'key'],
      ['shop', 'KEY'],
      ['shop', 'ke'],
    ] as const)
      expect(await operations.isKeyUsed(undefined, merchantId, key)).toBe(false)
  })

  test('are counted by payment, in the view of the transaction, and the one that made the hold is named', async () => {
    const ports = await open()
    const first = await inserted(ports)
    await inserted(ports)
    const summaries = await ports.transactions.run(first.paymentId, async tx => {
      const before = await ports.operations.summary(tx, first.paymentId)
      const capture = { kind: 'capture', idempotencyKey: null, sequence: 2 } as const
      await ports.operations.insert(tx, newOperation(first.paymentId, capture))
      return [before, await ports.operations.summary(tx, first.paymentId), await ports.operations.summary(tx, 'nobody')]
    })

    expect(summaries).toEqual([
      { count: 1, authorizationId: first.operationId },
      { count: 2, authorizationId: first.operationId },
      { count: 0, authorizationId: null },
    ])
  })

  test('of nothing are refused', async () => {
    const ports = await open()
    const operation = newOperation(newPayment().paymentId, { amountMinor: 0 })
    await expect(insert(ports, operation)).rejects.toBeInstanceOf(RowRefusedError)
  })
}

function testOwnership(open: OpenPorts): void {
  test('the attempt that the row has finishes it, once', async () => {
    const ports = await open()
    const operation = await inserted(ports)

    expect(await finish(ports, { ...operation, attempt: 2 })).toBe(false)
    expect(await finish(ports, newOperation(operation.paymentId))).toBe(false)
    expect(await finish(ports, operation)).toBe(true)
    expect(await finish(ports, operation)).toBe(false)
  })

  test('of several that finish it at once one does', async () => {
    const ports = await open()
    const operation = await inserted(ports)
    const finished = await Promise.all(times(5, () => finish(ports, operation)))

    expect(finished.filter(isFinished => isFinished)).toHaveLength(1)
  })

  test('one that was rolled back has not finished it', async () => {
    const ports = await open()
    const operation = await inserted(ports)
    const failing = ports.transactions.run(operation.paymentId, async tx => {
      expect(await ports.operations.finish(tx, operation, success)).toBe(true)
      throw new Error('of the work')
    })
    await expect(failing).rejects.toThrow('of the work')

    expect(await finish(ports, operation)).toBe(true)
  })

  test('one that was taken over belongs to the new attempt alone', async () => {
    const ports = await open()
    const operation = await inserted(ports)
    const endMs = operation.leaseUntilMs
    const taken = await ports.operations.takeOver(operation.operationId, at(endMs), leasedFrom(endMs))

    await ports.operations.release(operation, endMs, endMs)
    expect(await ports.operations.due(at(endMs + 1), 10)).toEqual([])
    expect(await finish(ports, operation)).toBe(false)
    expect(await finish(ports, taken!)).toBe(true)
  })
}

function testLeases(open: OpenPorts): void {
  test('one is taken over when its lease has run out, by one of those who try at once', async () => {
    const ports = await open()
    const operation = await inserted(ports)
    const { operationId, leaseUntilMs } = operation
    const takeOver = (nowMs: number) => ports.operations.takeOver(operationId, at(nowMs), leasedFrom(nowMs))

    expect(await takeOver(leaseUntilMs - 1)).toBeUndefined()
    const taken = await Promise.all(times(4, () => takeOver(leaseUntilMs)))
    expect(taken.filter(one => one !== undefined)).toEqual([
      { ...stored(operation), attempt: 2, ...leasedFrom(leaseUntilMs) },
    ])
    expect(await takeOver(leaseUntilMs + 1)).toBeUndefined()
    expect(await takeOver(leaseUntilMs + LEASE_MS)).toMatchObject({ attempt: 3 })
  })

  test('one that is taken over says all that it was claimed with', async () => {
    const ports = await open()
    const authorization = await inserted(ports, { combined: true })
    const { paymentId, operationId: authorizationId, idempotencyKey: answerKey } = authorization
    const claimed = { authorizationId, idempotencyKey: null, reason: 'of the test' }
    const captures = [
      newOperation(paymentId, {
        ...claimed,
        kind: 'capture',
        sequence: 2,
        finalCapture: true,
        combined: true,
        answerKey,
      }),
      newOperation(paymentId, { ...claimed, kind: 'capture', sequence: 3, finalCapture: false, answerKey: null }),
      newOperation(paymentId, { ...claimed, kind: 'expire', sequence: 4, answerKey: null }),
      newOperation(paymentId, { ...claimed, kind: 'refund', sequence: 5, idempotencyKey: 'own', answerKey: 'own' }),
    ]
    for (const operation of captures) await insert(ports, operation)

    for (const operation of [authorization, ...captures]) {
      const { operationId, leaseUntilMs } = operation
      const until = leasedFrom(leaseUntilMs)
      const taken = await ports.operations.takeOver(operationId, at(leaseUntilMs), until)
      expect(taken).toEqual({ ...stored(operation), attempt: 2, ...until })
    }
  })

  test('one whose lease ends further ahead than any is set was leased before the clock went back', async () => {
    const ports = await open()
    const { operationId, leaseUntilMs } = await inserted(ports)
    const takeOver = (nowMs: number) => ports.operations.takeOver(operationId, at(nowMs), leasedFrom(nowMs))

    expect(await takeOver(leaseUntilMs - AHEAD_MS_MAX)).toBeUndefined()
    expect(await takeOver(leaseUntilMs - AHEAD_MS_MAX - 1)).toMatchObject({ attempt: 2 })
  })

  test('one that is finished, or that nobody knows, is not taken over', async () => {
    const ports = await open()
    const operation = await inserted(ports)
    await finish(ports, operation)
    const lateMs = operation.leaseUntilMs + 1

    expect(await ports.operations.takeOver(operation.operationId, at(lateMs), leasedFrom(lateMs))).toBeUndefined()
    expect(await ports.operations.takeOver('op_unknown', at(lateMs), leasedFrom(lateMs))).toBeUndefined()
  })

  test('a release ends the lease of the attempt that the row has, and sets its next', async () => {
    const ports = await open()
    const operation = await inserted(ports)
    const takeOver = () => ports.operations.takeOver(operation.operationId, at(NOW_MS), leasedFrom(NOW_MS))

    await ports.operations.release({ ...operation, attempt: 7 }, NOW_MS, NOW_MS)
    expect(await takeOver()).toBeUndefined()
    await ports.operations.release(operation, NOW_MS, NOW_MS + 5)
    expect(await ports.operations.due(at(NOW_MS + 4), 10)).toEqual([])
    expect(await ports.operations.due(at(NOW_MS + 5), 10)).toEqual([operation.operationId])
    expect(await takeOver()).toMatchObject({ attempt: 2 })
  })
}

function testDue(open: OpenPorts): void {
  test('stay due when a take-over names no next attempt, and are due again when its lease has run out', async () => {
    const ports = await open()
    const operation = await inserted(ports)
    await ports.operations.release(operation, NOW_MS, NOW_MS + 1)
    const until = { leaseUntilMs: NOW_MS + 2 + LEASE_MS }
    const taken = await ports.operations.takeOver(operation.operationId, at(NOW_MS + 2), until)

    expect(taken).toMatchObject({ attempt: 2, nextAttemptAtMs: NOW_MS + 1 })
    expect(await ports.operations.due(at(NOW_MS + 1 + LEASE_MS), 10)).toEqual([])
    expect(await ports.operations.due(at(NOW_MS + 2 + LEASE_MS), 10)).toEqual([operation.operationId])
  })

  test('are due when lease and next attempt have passed, the longest due first, as many as asked for', async () => {
    const ports = await open()
    const [late, early, leased, finished, next] = [
      await inserted(ports),
      await inserted(ports),
      await inserted(ports, { leaseUntilMs: NOW_MS + 8, nextAttemptAtMs: NOW_MS + 8 }),
      await inserted(ports),
      await inserted(ports),
    ]
    for (const [operation, nextMs] of [
      [late, 3],
      [early, 1],
      [next, 7],
    ] as const)
      await ports.operations.release(operation, NOW_MS, NOW_MS + nextMs)
    await finish(ports, finished)

    expect(await ports.operations.due(at(NOW_MS + 6), 10)).toEqual([early, late].map(one => one.operationId))
    expect(await ports.operations.due(at(NOW_MS + 6), 1)).toEqual([early.operationId])
    expect(await ports.operations.due(at(NOW_MS + 8), 10)).toEqual(
      [early, late, next, leased].map(one => one.operationId),
    )
  })

  test('are due by two clocks: the lease by the real one, the next attempt by the virtual one', async () => {
    const ports = await open()
    const { operationId } = await inserted(ports, { leaseUntilMs: NOW_MS + 5, nextAttemptAtMs: NOW_MS + 50 })
    const dueAt = (realMs: number, virtualMs: number) =>
      ports.operations.due({ ...at(realMs), virtualNowMs: virtualMs, nextAttemptAtMsMax: virtualMs + AHEAD_MS_MAX }, 10)

    expect(await dueAt(NOW_MS + 4, NOW_MS + 50)).toEqual([])
    expect(await dueAt(NOW_MS + 5, NOW_MS + 49)).toEqual([])
    expect(await dueAt(NOW_MS + 5, NOW_MS + 50)).toEqual([operationId])
  })

  test('whose lease or next attempt lies further ahead than any is set are due: the clock went back', async () => {
    const ports = await open()
    const leased = await inserted(ports)
    const released = await inserted(ports)
    await ports.operations.release(released, NOW_MS, leased.leaseUntilMs)
    const backMs = leased.leaseUntilMs - AHEAD_MS_MAX

    expect(await ports.operations.due(at(backMs), 10)).toEqual([])
    expect(await ports.operations.due({ ...at(backMs), nextAttemptAtMsMax: leased.leaseUntilMs - 1 }, 10)).toEqual([])
    const due = await ports.operations.due({ ...at(backMs - 1), nowMs: NOW_MS }, 10)
    expect(due.toSorted()).toEqual([leased.operationId, released.operationId].toSorted())
  })
}

function testUnknown(open: OpenPorts): void {
  test('are unknown when their lease has run out, or once they were taken over, until they are finished', async () => {
    const ports = await open()
    const first = await inserted(ports)
    const second = await inserted(ports, { createdAtMs: NOW_MS + 1 })
    const unknownAt = (nowMs: number) => ports.operations.unknown(at(nowMs))
    const endMs = first.leaseUntilMs

    expect(await unknownAt(endMs - 1)).toEqual({ count: 0, oldestCreatedAtMs: null })
    expect(await unknownAt(endMs)).toEqual({ count: 2, oldestCreatedAtMs: NOW_MS })
    // Leased before the clock went back.
    expect(await unknownAt(endMs - AHEAD_MS_MAX - 1)).toEqual({ count: 2, oldestCreatedAtMs: NOW_MS })

    await finish(ports, first)
    expect(await unknownAt(endMs)).toEqual({ count: 1, oldestCreatedAtMs: NOW_MS + 1 })
    const leased = { leaseUntilMs: endMs + LEASE_MS, nextAttemptAtMs: endMs + LEASE_MS }
    const taken = await ports.operations.takeOver(second.operationId, at(endMs), leased)
    expect(await unknownAt(endMs)).toEqual({ count: 1, oldestCreatedAtMs: NOW_MS + 1 })
    await finish(ports, taken!)
    expect(await unknownAt(endMs)).toEqual({ count: 0, oldestCreatedAtMs: null })
  })
}
