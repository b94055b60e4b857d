/** Every operation on every status, the guards of a plan in their order, and the totals whatever happens. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SEED, seeded } from '../../test/unit/seed.ts'
import type { OperationKind, PaymentStatus } from '../contracts/lists.ts'
import { applyRefusal, applySuccess, type Payment, plan, remainingMinor } from './payment.ts'

const NOW_MS = 1_000_000

const paymentOf = (given: Partial<Payment> = {}): Payment => ({
  paymentId: 'pay_1',
  merchantId: 'shop',
  status: 'AUTHORIZED',
  amountMinor: 1_000,
  currency: 'KRW',
  capturedMinor: 0,
  refundedMinor: 0,
  paymentMethod: 'tok_approve',
  pendingOperationId: null,
  eventCount: 1,
  shard: 0,
  captureBeforeMs: NOW_MS + 1,
  createdAtMs: 0,
  updatedAtMs: 0,
  ...given,
})

/** Totals that fit a status: of 1,000 authorized 600 are captured in part, and 200 refunded in part. */
const totals: Record<PaymentStatus, Pick<Payment, 'capturedMinor' | 'refundedMinor'>> = {
  REQUESTED: { capturedMinor: 0, refundedMinor: 0 },
  AUTHORIZED: { capturedMinor: 0, refundedMinor: 0 },
  DECLINED: { capturedMinor: 0, refundedMinor: 0 },
  FAILED: { capturedMinor: 0, refundedMinor: 0 },
  PARTIALLY_CAPTURED: { capturedMinor: 600, refundedMinor: 0 },
  COMPLETED: { capturedMinor: 1_000, refundedMinor: 0 },
  VOIDED: { capturedMinor: 0, refundedMinor: 0 },
  EXPIRED: { capturedMinor: 0, refundedMinor: 0 },
  PARTIALLY_REFUNDED: { capturedMinor: 1_000, refundedMinor: 200 },
  REFUNDED: { capturedMinor: 1_000, refundedMinor: 1_000 },
}
const statuses = Object.keys(totals) as PaymentStatus[]
const paymentIn = (status: PaymentStatus): Payment => paymentOf({ status, ...totals[status] })

/** The design's table, written a second time: where an operation leads from where it may start. */
const leadsTo: Record<OperationKind, Partial<Record<PaymentStatus, { whole: PaymentStatus; part?: PaymentStatus }>>> = {
  authorize: { REQUESTED: { whole: 'AUTHORIZED' } },
  capture: {
    AUTHORIZED: { whole: 'COMPLETED', part: 'PARTIALLY_CAPTURED' },
    PARTIALLY_CAPTURED: { whole: 'COMPLETED', part: 'PARTIALLY_CAPTURED' },
  },
  refund: {
    COMPLETED: { whole: 'REFUNDED', part: 'PARTIALLY_REFUNDED' },
    PARTIALLY_REFUNDED: { whole: 'REFUNDED', part: 'PARTIALLY_REFUNDED' },
  },
  void: { AUTHORIZED: { whole: 'VOIDED' } },
  expire: { AUTHORIZED: { whole: 'EXPIRED' }, PARTIALLY_CAPTURED: { whole: 'COMPLETED' } },
}
const kinds = Object.keys(leadsTo) as OperationKind[]

const wholeOf = (payment: Payment, kind: OperationKind): number =>
  kind === 'capture' || kind === 'refund' ? remainingMinor(payment, kind) : payment.amountMinor

const everyPair = statuses.flatMap(status => kinds.map(kind => ({ status, kind })))
const allowedPairs = everyPair.filter(({ status, kind }) => leadsTo[kind][status] !== undefined)
const forbiddenPairs = everyPair.filter(({ status, kind }) => leadsTo[kind][status] === undefined)

describe('the transition table', () => {
  test('is checked for all fifty pairs of status and operation', () => {
    expect(everyPair).toHaveLength(50)
    expect(allowedPairs).toHaveLength(8)
  })

  test.each(allowedPairs)('a whole $kind leads from $status where the design says', ({ status, kind }) => {
    const payment = paymentIn(status)

    const after = applySuccess(payment, { kind, amountMinor: wholeOf(payment, kind) })

    expect(after.status).toBe(leadsTo[kind][status]?.whole)
  })

  test.each(allowedPairs.filter(({ status, kind }) => leadsTo[kind][status]?.part !== undefined))(
    'a $kind of a part leads from $status where the design says',
    ({ status, kind }) => {
      const after = applySuccess(paymentIn(status), { kind, amountMinor: 1 })

      expect(after.status).toBe(leadsTo[kind][status]?.part)
    },
  )

  test.each(forbiddenPairs)('a $kind that succeeds on a $status payment is a bug and throws', ({ status, kind }) => {
    expect(() => applySuccess(paymentIn(status), { kind, amountMinor: 1 })).toThrow(
      `${kind} cannot succeed on a ${status} payment`,
    )
  })

  test('a capture adds to what was captured, a refund to what was refunded, and nothing else changes', () => {
    const partly = paymentIn('PARTIALLY_CAPTURED')
    const completed = paymentIn('COMPLETED')

    expect(applySuccess(partly, { kind: 'capture', amountMinor: 100 })).toEqual({ ...partly, capturedMinor: 700 })
    expect(applySuccess(completed, { kind: 'refund', amountMinor: 300 })).toEqual({
      ...completed,
      refundedMinor: 300,
      status: 'PARTIALLY_REFUNDED',
    })
  })

  test('refunding all of a payment whose rest was released ends it, though less than the amount was captured', () => {
    const released = paymentOf({ status: 'COMPLETED', capturedMinor: 600 })

    expect(applySuccess(released, { kind: 'refund', amountMinor: 600 })).toMatchObject({
      status: 'REFUNDED',
      refundedMinor: 600,
    })
  })
})

describe('applyRefusal', () => {
  test('a declined authorization is DECLINED, a canceled one FAILED', () => {
    expect(applyRefusal(paymentIn('REQUESTED'), 'authorize', 'declined').status).toBe('DECLINED')
    expect(applyRefusal(paymentIn('REQUESTED'), 'authorize', 'canceled').status).toBe('FAILED')
  })

  test.each(kinds.filter(kind => kind !== 'authorize'))('a refused %s leaves the payment as it was', kind => {
    for (const status of statuses) {
      expect(applyRefusal(paymentIn(status), kind, 'declined')).toEqual(paymentIn(status))
      expect(applyRefusal(paymentIn(status), kind, 'canceled')).toEqual(paymentIn(status))
    }
  })
})

describe('plan', () => {
  const changes = ['capture', 'refund'] as const

  test.each(changes.flatMap(kind => statuses.map(status => ({ kind, status }))))(
    'a $kind of a $status payment is allowed exactly where the table says',
    ({ kind, status }) => {
      const payment = paymentIn(status)
      const decision = plan(payment, kind, undefined, NOW_MS)

      const left = remainingMinor(payment, kind)
      expect(decision).toEqual(
        leadsTo[kind][status]
          ? { kind: 'allowed', amountMinor: left }
          : { kind: 'refused', reason: 'status', remainingMinor: 0 },
      )
    },
  )

  test('all that is left may be said or left out', () => {
    expect(plan(paymentOf(), 'capture', 1_000, NOW_MS)).toEqual({ kind: 'allowed', amountMinor: 1_000 })
    expect(plan(paymentOf(), 'capture', undefined, NOW_MS)).toEqual({ kind: 'allowed', amountMinor: 1_000 })
  })

  test('a part is told apart from too much', () => {
    expect(plan(paymentOf(), 'capture', 999, NOW_MS)).toEqual({ kind: 'partial' })
    expect(plan(paymentOf(), 'capture', 1_001, NOW_MS)).toEqual({
      kind: 'refused',
      reason: 'amount',
      remainingMinor: 1_000,
    })
  })

  test('a COMPLETED payment of which nothing was captured has nothing to refund', () => {
    expect(plan(paymentOf({ status: 'COMPLETED' }), 'refund', undefined, NOW_MS)).toEqual({
      kind: 'refused',
      reason: 'amount',
      remainingMinor: 0,
    })
  })

  test('at captureBefore a capture is too late, a millisecond earlier it is not', () => {
    const payment = paymentOf({ captureBeforeMs: NOW_MS })

    expect(plan(payment, 'capture', undefined, NOW_MS - 1)).toMatchObject({ kind: 'allowed' })
    expect(plan(payment, 'capture', undefined, NOW_MS)).toMatchObject({ kind: 'refused', reason: 'expired' })
  })

  test('a refund does not know captureBefore', () => {
    const long = NOW_MS + 1_000_000_000

    expect(plan(paymentIn('COMPLETED'), 'refund', undefined, long)).toMatchObject({ kind: 'allowed' })
  })

  // Each line breaks the guard that it names and all that follow it.
  test('the guards come in order: pending operation, status, time, amount', () => {
    const tooMuch = 5_000
    const late = paymentOf({ captureBeforeMs: NOW_MS })
    const voided = { ...late, status: 'VOIDED' as const }
    const busy = { ...voided, pendingOperationId: 'op_1' }

    expect(plan(busy, 'capture', tooMuch, NOW_MS)).toEqual({ kind: 'busy' })
    expect(plan(voided, 'capture', tooMuch, NOW_MS)).toMatchObject({ kind: 'refused', reason: 'status' })
    expect(plan(late, 'capture', tooMuch, NOW_MS)).toMatchObject({ kind: 'refused', reason: 'expired' })
    expect(plan(paymentOf(), 'capture', tooMuch, NOW_MS)).toMatchObject({ kind: 'refused', reason: 'amount' })
  })
})

describe('any sequence of operations', () => {
  const step = fc.record({
    kind: fc.constantFrom(...kinds),
    share: fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 100 })),
    refused: fc.nat(3).map(number => number === 0),
  })

  /** Plays what the table allows; amounts are a share of what is left. */
  const play = (
    payment: Payment,
    { kind, share, refused }: { kind: OperationKind; share: number; refused: boolean },
  ) => {
    if (leadsTo[kind][payment.status] === undefined) return payment
    if (refused) return applyRefusal(payment, kind, 'declined')
    const left = wholeOf(payment, kind)
    return applySuccess(payment, { kind, amountMinor: Math.max(1, Math.floor((left * share) / 100)) })
  }

  test(`keeps 0 ≤ refunded ≤ captured ≤ amount, and a status that fits the totals (seed ${SEED})`, () => {
    const amounts = fc.integer({ min: 1, max: 999_999_999_999 })
    const seen = new Set<PaymentStatus>()

    fc.assert(
      fc.property(amounts, fc.array(step, { minLength: 4, maxLength: 12, size: 'max' }), (amountMinor, steps) => {
        let payment = paymentOf({ status: 'REQUESTED', amountMinor })
        for (const next of [{ kind: 'authorize' as const, share: 100, refused: false }, ...steps]) {
          payment = play(payment, next)
          const { capturedMinor, refundedMinor, status } = payment
          seen.add(status)
          expect(refundedMinor).toBeGreaterThanOrEqual(0)
          expect(refundedMinor).toBeLessThanOrEqual(capturedMinor)
          expect(capturedMinor).toBeLessThanOrEqual(amountMinor)
          expect(status === 'REFUNDED').toBe(refundedMinor > 0 && refundedMinor === capturedMinor)
          expect(status === 'PARTIALLY_REFUNDED').toBe(refundedMinor > 0 && refundedMinor < capturedMinor)
          if (capturedMinor === 0) expect(['REQUESTED', 'AUTHORIZED', 'VOIDED', 'EXPIRED']).toContain(status)
        }
      }),
      seeded(250),
    )

    // The property would be empty if the steps never led anywhere.
    expect([...seen].sort()).toEqual(
      statuses.filter(status => !['REQUESTED', 'DECLINED', 'FAILED'].includes(status)).sort(),
    )
  })
})
