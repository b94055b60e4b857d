/** The contract of `SandboxClock` and `DueWork`: the clock only goes forward, and what falls due by it is found when it does. */
import { describe, expect, test } from '@jest/globals'
import type { Payment } from '../../shared/domain/payment.ts'
import type { LeaseTimes, Operation } from '../../shared/payments/ports.ts'
import { answerOf, MERCHANT, NOW_MS, newOperation, newPayment } from '../support/rows.ts'
import type { OpenPorts, PortsUnderTest } from './ports-under-test.ts'

export function describeSandbox(name: string, open: OpenPorts): void {
  describe(`sandbox clock of ${name}`, () => testClock(open))
  describe(`due work of ${name}`, () => {
    testExpiries(open)
    testInquiries(open)
    testAnswers(open)
  })
}

function testClock(open: OpenPorts): void {
  test('stands at 0, and moves to its target, never back', async () => {
    const { sandboxClock } = await open()
    expect(await sandboxClock.read()).toEqual({ offsetMs: 0, targetOffsetMs: 0 })
    expect(await sandboxClock.addToTarget(100, 1_000)).toEqual({ offsetMs: 0, targetOffsetMs: 100 })

    expect(await sandboxClock.move(0, 60, NOW_MS)).toBe(true)
    expect(await sandboxClock.move(60, 101, NOW_MS)).toBe(false)
    expect(await sandboxClock.move(60, 59, NOW_MS)).toBe(false)
    expect(await sandboxClock.move(0, 70, NOW_MS)).toBe(false)
    expect(await sandboxClock.read()).toEqual({ offsetMs: 60, targetOffsetMs: 100 })

    expect(await sandboxClock.move(60, 60, NOW_MS)).toBe(true)
    expect(await sandboxClock.move(60, 100, NOW_MS)).toBe(true)
  })

  test('adds what several ask for, as far as it may go', async () => {
    const { sandboxClock } = await open()

    const added = await Promise.all([1, 2, 3].map(() => sandboxClock.addToTarget(100, 250)))

    expect(added.map(position => position?.targetOffsetMs).sort()).toEqual([100, 200, undefined])
    expect(await sandboxClock.addToTarget(51, 250)).toBeUndefined()
    expect(await sandboxClock.addToTarget(0, 250)).toEqual({ offsetMs: 0, targetOffsetMs: 200 })
  })

  test('is moved by one of those who read the same', async () => {
    const { sandboxClock } = await open()
    await sandboxClock.addToTarget(100, 1_000)

    const moved = await Promise.all([10, 20, 30].map(to => sandboxClock.move(0, to, NOW_MS)))

    expect(moved.filter(isMoved => isMoved)).toHaveLength(1)
  })
}

const LEASE_MS_MAX = 60_000
const KEPT_MS = 1_000

const at = (virtualNowMs: number, nowMs = NOW_MS): LeaseTimes => ({
  nowMs,
  leaseUntilMsMax: nowMs + LEASE_MS_MAX,
  virtualNowMs,
  nextAttemptAtMsMax: virtualNowMs + LEASE_MS_MAX,
})

const plant = ({ transactions, payments }: PortsUnderTest, ...given: Partial<Payment>[]) =>
  transactions.run('plant', async tx => {
    for (const each of given) await payments.insert(tx, newPayment(each))
  })

function testExpiries(open: OpenPorts): void {
  test('a hold is left to let go from its limit on, unless an operation is pending', async () => {
    const ports = await open()
    const captureBeforeMs = NOW_MS + 100
    expect(await ports.dueWork.nextDueMs(at(NOW_MS), KEPT_MS)).toBeUndefined()
    await plant(
      ports,
      { status: 'AUTHORIZED', captureBeforeMs: captureBeforeMs + 1 },
      { status: 'PARTIALLY_CAPTURED', capturedMinor: 1, captureBeforeMs },
      { status: 'AUTHORIZED', captureBeforeMs: NOW_MS, pendingOperationId: 'op_7ZZZZZZZZZZZZZZZZZZZZZZZZZ' },
      { status: 'VOIDED', captureBeforeMs: NOW_MS },
      { status: 'REQUESTED', captureBeforeMs: null },
    )

    expect(await ports.dueWork.nextDueMs(at(NOW_MS), KEPT_MS)).toBe(captureBeforeMs)
    const expiriesAt = async (nowMs: number) => (await ports.dueWork.left(at(nowMs), KEPT_MS)).expiries
    expect([
      await expiriesAt(captureBeforeMs - 1),
      await expiriesAt(captureBeforeMs),
      await expiriesAt(captureBeforeMs + 1),
    ]).toEqual([0, 1, 2])
  })
}

async function pending(ports: PortsUnderTest, given: Partial<Operation & { sequence: number }>): Promise<Operation> {
  const payment = newPayment()
  const operation = newOperation(payment.paymentId, { idempotencyKey: null, ...given })
  await ports.transactions.run(payment.paymentId, async tx => {
    await ports.payments.insert(tx, payment)
    await ports.operations.insert(tx, operation)
  })
  return operation
}

function testInquiries(open: OpenPorts): void {
  const DUE_MS = NOW_MS + 1_000
  const inquiriesAt = async ({ dueWork }: PortsUnderTest, now: LeaseTimes) =>
    (await dueWork.left(now, KEPT_MS)).inquiries

  test('an unknown outcome is left from its next attempt on, and not when it is finished', async () => {
    const ports = await open()
    const operation = await pending(ports, { leaseUntilMs: NOW_MS, nextAttemptAtMs: DUE_MS })

    expect(await ports.dueWork.nextDueMs(at(NOW_MS), KEPT_MS)).toBe(DUE_MS)
    expect([await inquiriesAt(ports, at(DUE_MS - 1)), await inquiriesAt(ports, at(DUE_MS))]).toEqual([0, 1])
    await ports.transactions.run(operation.paymentId, tx =>
      ports.operations.finish(tx, operation, { state: 'FAILED', declineReason: null, nowMs: NOW_MS }),
    )
    expect(await inquiriesAt(ports, at(DUE_MS))).toBe(0)
    expect(await ports.dueWork.nextDueMs(at(NOW_MS), KEPT_MS)).toBeUndefined()
  })

  test('a request at work makes nothing due, and is left when the clock passes its next attempt', async () => {
    const ports = await open()
    await pending(ports, { leaseUntilMs: NOW_MS + 1, nextAttemptAtMs: DUE_MS })

    expect(await ports.dueWork.nextDueMs(at(NOW_MS), KEPT_MS)).toBeUndefined()
    expect([await inquiriesAt(ports, at(NOW_MS)), await inquiriesAt(ports, at(DUE_MS))]).toEqual([0, 1])
  })

  test.each([
    { what: 'an expiry', given: { kind: 'expire' } },
    { what: 'an inquiry', given: { attempt: 2 } },
  ] as const)('$what at work is left until its lease runs out', async ({ given }) => {
    const ports = await open()
    const leaseUntilMs = NOW_MS + 1
    await pending(ports, { ...given, leaseUntilMs, nextAttemptAtMs: DUE_MS })

    expect(await inquiriesAt(ports, at(NOW_MS))).toBe(1)
    expect(await inquiriesAt(ports, at(NOW_MS, leaseUntilMs))).toBe(0)
    // Written by a clock that was far ahead.
    expect(await inquiriesAt(ports, at(NOW_MS, leaseUntilMs - LEASE_MS_MAX - 1))).toBe(0)
  })
}

function testAnswers(open: OpenPorts): void {
  test('a stored answer is left to prune when its time is over', async () => {
    const ports = await open()
    const claim = { fingerprint: 'v1:f', canonicalRequest: '{}', operationId: null, nowMs: NOW_MS }
    await ports.transactions.run('answers', async tx => {
      for (const key of ['finished', 'open']) await ports.answers.open(tx, { ...claim, merchantId: MERCHANT, key })
      await ports.answers.finish(tx, { merchantId: MERCHANT, key: 'finished', answer: answerOf('x'), nowMs: NOW_MS })
    })

    const dueMs = await ports.dueWork.nextDueMs(at(NOW_MS), KEPT_MS)
    expect(dueMs).toBe(NOW_MS + KEPT_MS)
    const answersAt = async (nowMs: number) => (await ports.dueWork.left(at(nowMs), KEPT_MS)).answers
    expect([await answersAt(dueMs! - 1), await answersAt(dueMs!)]).toEqual([0, 1])
    expect(await ports.answers.prune(dueMs! - KEPT_MS, 10)).toBe(1)
    expect(await answersAt(dueMs!)).toBe(0)
  })
}
