/** Every operation on every status, the guards of a plan in their order, what is left and released, and the totals whatever happens. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SEED, seeded } from '../../test/unit/seed.ts'
import type { OperationKind, PaymentStatus } from '../contracts/lists.ts'
import {
  applyRefusal,
  applySuccess,
  type ChangeKind,
  capturableMinor,
  type Moved,
  type Payment,
  plan,
  refundableMinor,
  releasedMinor,
} from './payment.ts'

const NOW_MS = 1_000_000

const paymentOf = (given: Partial<Payment> = {}): Payment => ({
  paymentId: 'pay_1',
  merchantId: 'shop',
  orderId: null,
  status: 'AUTHORIZED',
  amountMinor: 1_000,
  currency: 'KRW',
  capturedMinor: 0,
  refundedMinor: 0,
  disputedMinor: 0,
  paymentMethod: 'tok_approve',
  feeSchedule: { basisPoints: 250, fixedMinor: 0 },
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
  void: { AUTHORIZED: { whole: 'VOIDED' }, PARTIALLY_CAPTURED: { whole: 'COMPLETED' } },
  expire: { AUTHORIZED: { whole: 'EXPIRED' }, PARTIALLY_CAPTURED: { whole: 'COMPLETED' } },
}
const kinds = Object.keys(leadsTo) as OperationKind[]

/** All that an operation could move: of a refund what was captured and not refunded, else what was not captured. */
const wholeOf = ({ amountMinor, capturedMinor, refundedMinor }: Payment, kind: OperationKind): number =>
  kind === 'refund' ? capturedMinor - refundedMinor : amountMinor - capturedMinor

const movedOf = (kind: OperationKind, amountMinor: number, finalCapture = true): Moved => ({
  kind,
  amountMinor,
  finalCapture: kind === 'capture' ? finalCapture : null,
})

const everyPair = statuses.flatMap(status => kinds.map(kind => ({ status, kind })))
const allowedPairs = everyPair.filter(({ status, kind }) => leadsTo[kind][status] !== undefined)
const forbiddenPairs = everyPair.filter(({ status, kind }) => leadsTo[kind][status] === undefined)

describe('the transition table', () => {
  test('is checked for all fifty pairs of status and operation', () => {
    expect(everyPair).toHaveLength(50)
    expect(allowedPairs).toHaveLength(9)
  })

  test.each(allowedPairs)('a whole $kind leads from $status where the design says', ({ status, kind }) => {
    const payment = paymentIn(status)

    const after = applySuccess(payment, movedOf(kind, wholeOf(payment, kind)))

    expect(after.status).toBe(leadsTo[kind][status]?.whole)
  })

  test.each(allowedPairs.filter(({ status, kind }) => leadsTo[kind][status]?.part !== undefined))(
    'a $kind of a part leads from $status where the design says',
    ({ status, kind }) => {
      const after = applySuccess(paymentIn(status), movedOf(kind, 1, false))

      expect(after.status).toBe(leadsTo[kind][status]?.part)
    },
  )

  test.each(forbiddenPairs)('a $kind that succeeds on a $status payment is a bug and throws', ({ status, kind }) => {
    expect(() => applySuccess(paymentIn(status), movedOf(kind, 1))).toThrow(
      `${kind} of 1 cannot succeed on a ${status} payment`,
    )
  })

  test.each(allowedPairs)('a $kind of more than is left succeeds on no $status payment', ({ status, kind }) => {
    const payment = paymentIn(status)
    const tooMuch = wholeOf(payment, kind) + 1

    expect(() => applySuccess(payment, movedOf(kind, tooMuch))).toThrow(
      `${kind} of ${tooMuch} cannot succeed on a ${status} payment`,
    )
  })

  test.each(['AUTHORIZED', 'PARTIALLY_CAPTURED'] as const)(
    'a final capture of a part of a %s payment ends it, one that is not final with nothing left does too',
    status => {
      const payment = paymentIn(status)
      const left = wholeOf(payment, 'capture')

      expect(applySuccess(payment, movedOf('capture', 1)).status).toBe('COMPLETED')
      expect(applySuccess(payment, movedOf('capture', left, false)).status).toBe('COMPLETED')
      expect(applySuccess(payment, movedOf('capture', left - 1, false)).status).toBe('PARTIALLY_CAPTURED')
    },
  )

  // A capture that was claimed by functions that did not know finalCapture was of all that was left.
  test('a capture that says nothing of it is final', () => {
    const moved: Moved = { kind: 'capture', amountMinor: 1_000, finalCapture: null }

    expect(applySuccess(paymentOf(), moved)).toMatchObject({ status: 'COMPLETED', capturedMinor: 1_000 })
  })

  test('a capture adds to what was captured, a refund to what was refunded, and nothing else changes', () => {
    const partly = paymentIn('PARTIALLY_CAPTURED')
    const completed = paymentIn('COMPLETED')

    expect(applySuccess(partly, movedOf('capture', 100, false))).toEqual({ ...partly, capturedMinor: 700 })
    expect(applySuccess(completed, movedOf('refund', 300))).toEqual({
      ...completed,
      refundedMinor: 300,
      status: 'PARTIALLY_REFUNDED',
    })
  })

  test('refunding all of a payment whose rest was released ends it, though less than the amount was captured', () => {
    const released = paymentOf({ status: 'COMPLETED', capturedMinor: 600 })

    expect(applySuccess(released, movedOf('refund', 600))).toMatchObject({
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
  const changes = ['capture', 'refund', 'void'] as const

  test.each(changes.flatMap(kind => statuses.map(status => ({ kind, status }))))(
    'a $kind of a $status payment is allowed exactly where the table says',
    ({ kind, status }) => {
      const payment = paymentIn(status)
      const decision = plan(payment, kind, undefined, NOW_MS)

      const left = wholeOf(payment, kind)
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

  test.each([
    { kind: 'capture', status: 'AUTHORIZED', left: 1_000 },
    { kind: 'capture', status: 'PARTIALLY_CAPTURED', left: 400 },
    { kind: 'refund', status: 'COMPLETED', left: 1_000 },
    { kind: 'refund', status: 'PARTIALLY_REFUNDED', left: 800 },
  ] as const)('a $kind of a $status payment takes any part of what is left, and nothing above', expected => {
    const { kind, status, left } = expected
    const planned = (amountMinor: number) => plan(paymentIn(status), kind, amountMinor, NOW_MS)

    for (const amountMinor of [1, left - 1, left])
      expect(planned(amountMinor)).toEqual({ kind: 'allowed', amountMinor })
    expect(planned(left + 1)).toEqual({ kind: 'refused', reason: 'amount', remainingMinor: left })
  })

  test.each(['void', 'expire'] as const)('a %s lets go of all that is left or of nothing', kind => {
    const payment = { ...paymentIn('PARTIALLY_CAPTURED'), captureBeforeMs: NOW_MS }

    expect(plan(payment, kind, undefined, NOW_MS)).toEqual({ kind: 'allowed', amountMinor: 400 })
    for (const amountMinor of [399, 401])
      expect(plan(payment, kind, amountMinor, NOW_MS)).toEqual({
        kind: 'refused',
        reason: 'amount',
        remainingMinor: 400,
      })
  })

  test.each(statuses)('an expiry of a %s payment is allowed from captureBefore on, where the table says', status => {
    const payment = { ...paymentIn(status), captureBeforeMs: NOW_MS }
    const isHeld = leadsTo.expire[status] !== undefined
    const refused = { kind: 'refused', reason: 'status', remainingMinor: 0 }

    expect(plan(payment, 'expire', undefined, NOW_MS - 1)).toEqual(isHeld ? { kind: 'early' } : refused)
    expect(plan(payment, 'expire', undefined, NOW_MS)).toEqual(
      isHeld ? { kind: 'allowed', amountMinor: wholeOf(payment, 'expire') } : refused,
    )
  })

  test('a void does not know captureBefore: until the job has run it may let go', () => {
    expect(plan(paymentOf({ captureBeforeMs: NOW_MS }), 'void', undefined, NOW_MS + 1)).toMatchObject({
      kind: 'allowed',
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
    expect(plan({ ...paymentOf(), pendingOperationId: 'op_1' }, 'expire', undefined, NOW_MS)).toEqual({ kind: 'busy' })
  })
})

describe('what is left', () => {
  test.each(statuses)('of a %s payment is what a capture, and what a refund, would be allowed', status => {
    const payment = paymentIn(status)
    const allowedMinor = (kind: ChangeKind) => {
      const planned = plan(payment, kind, undefined, NOW_MS)
      return planned.kind === 'allowed' ? planned.amountMinor : 0
    }

    expect(capturableMinor(payment, NOW_MS)).toBe(allowedMinor('capture'))
    expect(refundableMinor(payment)).toBe(allowedMinor('refund'))
  })

  test('for a capture ends at captureBefore, and does not change while an operation is pending', () => {
    const payment = paymentOf({ captureBeforeMs: NOW_MS, pendingOperationId: 'op_1' })

    expect(capturableMinor(payment, NOW_MS - 1)).toBe(1_000)
    expect(capturableMinor(payment, NOW_MS)).toBe(0)
  })

  test('for a refund is never more than was captured: what was released is not given back', () => {
    expect(refundableMinor(paymentOf({ status: 'COMPLETED', capturedMinor: 600 }))).toBe(600)
    expect(refundableMinor(paymentOf({ status: 'PARTIALLY_REFUNDED', capturedMinor: 600, refundedMinor: 599 }))).toBe(1)
  })
})

describe('releasedMinor', () => {
  const released = (before: Payment, moved: Moved) => releasedMinor(before, applySuccess(before, moved))

  test('of a final capture is the rest, of one that is not final nothing', () => {
    expect(released(paymentOf(), movedOf('capture', 600))).toBe(400)
    expect(released(paymentIn('PARTIALLY_CAPTURED'), movedOf('capture', 100))).toBe(300)
    expect(released(paymentOf(), movedOf('capture', 600, false))).toBe(0)
    expect(released(paymentOf(), movedOf('capture', 1_000))).toBe(0)
  })

  test.each(['void', 'expire'] as const)('of a %s is all that was not captured', kind => {
    expect(released(paymentOf(), movedOf(kind, 1_000))).toBe(1_000)
    expect(released(paymentIn('PARTIALLY_CAPTURED'), movedOf(kind, 400))).toBe(400)
  })

  test('is nothing before there is a hold, and after it has gone', () => {
    expect(released(paymentIn('REQUESTED'), movedOf('authorize', 1_000))).toBe(0)
    expect(released(paymentOf({ status: 'COMPLETED', capturedMinor: 600 }), movedOf('refund', 600))).toBe(0)
  })
})

describe('any sequence of operations', () => {
  const step = fc.record({
    kind: fc.constantFrom(...kinds),
    share: fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 100 })),
    refused: fc.nat(3).map(number => number === 0),
    finalCapture: fc.boolean(),
  })
  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

  /** Plays what the table allows; amounts are a share of what is left. */
  const play = (payment: Payment, { kind, share, refused, finalCapture }: Step) => {
    if (leadsTo[kind][payment.status] === undefined) return payment
    if (refused) return applyRefusal(payment, kind, 'declined')
    const left = wholeOf(payment, kind)
    const inParts = kind === 'capture' || kind === 'refund'
    const amountMinor = inParts ? Math.max(1, Math.floor((left * share) / 100)) : left
    return applySuccess(payment, movedOf(kind, amountMinor, finalCapture))
  }

  test(`keeps 0 ≤ refunded ≤ captured ≤ amount, and a status that fits the totals (seed ${SEED})`, () => {
    const amounts = fc.integer({ min: 1, max: 999_999_999_999 })
    const seen = new Set<PaymentStatus>()

    fc.assert(
      fc.property(amounts, fc.array(step, { minLength: 4, maxLength: 12, size: 'max' }), (amountMinor, steps) => {
        let payment = paymentOf({ status: 'REQUESTED', amountMinor })
        let releasedInAll = 0
        for (const next of [{ kind: 'authorize' as const, share: 100, refused: false, finalCapture: true }, ...steps]) {
          const before = payment
          payment = play(payment, next)
          releasedInAll += releasedMinor(before, payment)
          const { capturedMinor, refundedMinor, status } = payment
          seen.add(status)
          expect(refundedMinor).toBeGreaterThanOrEqual(0)
          expect(refundedMinor).toBeLessThanOrEqual(capturedMinor)
          expect(capturedMinor).toBeLessThanOrEqual(amountMinor)
          expect(status === 'REFUNDED').toBe(refundedMinor > 0 && refundedMinor === capturedMinor)
          expect(status === 'PARTIALLY_REFUNDED').toBe(refundedMinor > 0 && refundedMinor < capturedMinor)
          expect(capturedMinor === 0).toBe(['REQUESTED', 'AUTHORIZED', 'VOIDED', 'EXPIRED'].includes(status))
          if (status === 'PARTIALLY_CAPTURED') expect(capturedMinor).toBeLessThan(amountMinor)
          const isHeld = ['REQUESTED', 'AUTHORIZED', 'PARTIALLY_CAPTURED'].includes(status)
          expect(releasedInAll).toBe(isHeld ? 0 : amountMinor - capturedMinor)
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
