/** Expiry: which holds are let go and when, what becomes of their payments, and captures at the same moment. */
import { describe, expect, test } from '@jest/globals'
import { SEED } from '../../test/unit/seed.ts'
import { paymentEvent } from '../contracts/events.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { expirePayments } from './expire-payments.ts'
import { shuffledTurns, type Turn } from './fake-store.ts'
import {
  answerIn,
  authorizeRequestOf,
  bodyIn,
  caller,
  claimFor,
  claimOf,
  createFakePorts,
  FAKE_NOW_MS,
  type FakePorts,
  resolveDue,
} from './fakes.ts'
import { DependencyUnavailableError, type Verdict } from './ports.ts'
import { refundPayment } from './refund-payment.ts'
import { voidPayment } from './void-payment.ts'

const WINDOW_MS = 60_000
const SOON_MS = 1_000_000

interface Run {
  limit?: number
  concurrency?: number
  forMs?: number
}

const expire = (ports: FakePorts, { limit = 100, concurrency = 3, forMs = SOON_MS }: Run = {}) =>
  expirePayments(ports, { limit, concurrency, deadlineMs: ports.clock.nowMs() + forMs })

const resolve = (ports: FakePorts) => resolveDue(ports)

/** Authorizations a millisecond apart, the first of which runs out `WINDOW_MS` after now. */
async function authorized(count = 1, turn?: Turn) {
  const ports = createFakePorts({ turn, policy: { captureWindowMs: WINDOW_MS } })
  const paymentIds: string[] = []
  for (let number = 0; number < count; number++) {
    if (number > 0) ports.clock.advance(1)
    const outcome = await authorizePayment(ports, authorizeRequestOf(), claimOf(`key-${number}`), caller)
    paymentIds.push(bodyIn(outcome).paymentId)
  }
  ports.acquirer.calls.length = 0
  ports.doorbell.rings.length = 0
  return { ports, paymentIds, paymentId: paymentIds[0]! }
}

const partOf = (ports: FakePorts, paymentId: string, amount: number) => {
  const request = { amount, finalCapture: false }
  return capturePayment(ports, paymentId, request, claimFor(`part-${amount}`, 'capture', paymentId, request), caller)
}

const statusesIn = (ports: FakePorts) => ports.payments.table.rows().map(row => row.status)
const eventsIn = (ports: FakePorts) => ports.outbox.table.rows().map(row => paymentEvent.parse(JSON.parse(row.payload)))
const newestOperation = (ports: FakePorts) => ports.operations.table.rows().at(-1)!

describe('expirePayments', () => {
  test('lets go of a hold at captureBefore, not a millisecond earlier', async () => {
    const { ports, paymentId } = await authorized()
    const { operationId: authorizationId } = newestOperation(ports)
    ports.clock.advance(WINDOW_MS - 1)
    expect(await expire(ports)).toEqual({ expired: 0, unknown: 0 })
    ports.clock.advance(1)

    expect(await expire(ports)).toEqual({ expired: 1, unknown: 0 })

    expect(ports.payments.table.rows()).toMatchObject([
      { status: 'EXPIRED', capturedMinor: 0, pendingOperationId: null, eventCount: 2 },
    ])
    const operation = newestOperation(ports)
    expect(operation).toMatchObject({ kind: 'expire', state: 'SUCCEEDED', sequence: 2, amountMinor: 10_000 })
    expect(operation).toMatchObject({ idempotencyKey: null, answerKey: null, finalCapture: null })
    expect(ports.acquirer.calls).toMatchObject([{ kind: 'submit', order: { kind: 'expire', authorizationId } }])
    expect(eventsIn(ports).at(-1)).toMatchObject({
      eventType: 'payment.expired',
      sequence: 2,
      operationId: operation.operationId,
      amount: 10_000,
      payment: { paymentId, status: 'EXPIRED', capturedAmount: 0 },
    })
    expect(eventsIn(ports).at(-1)).not.toHaveProperty('releasedAmount')
    expect(ports.ledger.table.rows()).toEqual([])
    expect(ports.doorbell.rings).toEqual([ports.payments.table.rows()[0]!.shard])
  })

  test('lets go of the rest of a payment that was captured in part: it is COMPLETED', async () => {
    const { ports, paymentId } = await authorized()
    await partOf(ports, paymentId, 4_000)
    ports.clock.advance(WINDOW_MS)

    await expire(ports)

    expect(ports.payments.table.rows()).toMatchObject([{ status: 'COMPLETED', capturedMinor: 4_000 }])
    expect(eventsIn(ports).at(-1)).toMatchObject({
      eventType: 'payment.expired',
      amount: 6_000,
      payment: { status: 'COMPLETED', capturedAmount: 4_000 },
    })
    expect(ports.ledger.table.rows().map(entry => entry.type)).toEqual(['capture'])
  })

  test('goes by the virtual time', async () => {
    const { ports } = await authorized()
    ports.clock.advanceVirtual(WINDOW_MS)

    await expire(ports)

    expect(statusesIn(ports)).toEqual(['EXPIRED'])
    expect(eventsIn(ports).at(-1)!.occurredAt).toBe(new Date(FAKE_NOW_MS + WINDOW_MS).toISOString())
  })

  test('goes by the window of the payment method where it has one of its own', async () => {
    const ports = createFakePorts({
      policy: { captureWindowMs: WINDOW_MS, captureWindowMsByMethod: { tok_slow: 1_000 } },
    })
    for (const paymentMethod of ['tok_slow', 'tok_approve']) {
      const request = authorizeRequestOf({ paymentMethod })
      await authorizePayment(ports, request, claimOf(paymentMethod, request), caller)
    }
    ports.clock.advance(1_000)

    await expire(ports)

    expect(statusesIn(ports)).toEqual(['EXPIRED', 'AUTHORIZED'])
  })

  test('leaves alone what was captured, voided or declined, and what an operation works on', async () => {
    const { ports, paymentIds } = await authorized(3)
    const [whole, voided, busy] = paymentIds as [string, string, string]
    await capturePayment(ports, whole, {}, undefined, caller)
    await voidPayment(ports, voided, {}, undefined, caller)
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await capturePayment(ports, busy, {}, undefined, caller)
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'lost_card' })
    await authorizePayment(ports, authorizeRequestOf(), claimOf('declined'), caller)
    ports.clock.advance(WINDOW_MS * 2)

    expect(await expire(ports)).toEqual({ expired: 0, unknown: 0 })

    expect(statusesIn(ports)).toEqual(['COMPLETED', 'VOIDED', 'AUTHORIZED', 'DECLINED'])
  })

  test('takes those that ran out the longest ago first, and no more than the limit', async () => {
    const { ports } = await authorized(4)
    ports.clock.advance(WINDOW_MS)

    expect(await expire(ports, { limit: 3 })).toEqual({ expired: 3, unknown: 0 })

    expect(statusesIn(ports)).toEqual(['EXPIRED', 'EXPIRED', 'EXPIRED', 'AUTHORIZED'])
  })

  test('works on as many at once as it is told, and on all of them', async () => {
    const { ports } = await authorized(7)
    ports.clock.advance(WINDOW_MS)
    let now = 0
    let most = 0
    const approve = async (): Promise<Verdict> => {
      most = Math.max(most, ++now)
      await new Promise(setImmediate)
      now--
      return { kind: 'approved' }
    }
    ports.acquirer.script.submit.push(...Array.from({ length: 7 }, () => approve))

    expect(await expire(ports, { concurrency: 3 })).toEqual({ expired: 7, unknown: 0 })

    expect(most).toBe(3)
  })

  test('begins none after its deadline, and ends what it began', async () => {
    const { ports } = await authorized(3)
    ports.clock.advance(WINDOW_MS)
    const slow = async (): Promise<Verdict> => {
      ports.clock.advance(5_000)
      return { kind: 'approved' }
    }
    ports.acquirer.script.submit.push(slow, slow, slow)

    expect(await expire(ports, { concurrency: 1, forMs: 6_000 })).toEqual({ expired: 2, unknown: 0 })

    expect(statusesIn(ports)).toEqual(['EXPIRED', 'EXPIRED', 'AUTHORIZED'])
  })

  test('claims nothing while the acquirer is known to be away, and goes on when it is back', async () => {
    const { ports } = await authorized()
    ports.clock.advance(WINDOW_MS)
    ports.acquirer.reachable = false

    expect(await expire(ports)).toEqual({ expired: 0, unknown: 0 })
    expect(ports.operations.table.rows()).toHaveLength(1)

    ports.acquirer.reachable = true
    expect(await expire(ports)).toEqual({ expired: 1, unknown: 0 })
  })

  test('leaves an unknown outcome to the resolver, and does not claim the payment a second time', async () => {
    const { ports } = await authorized()
    ports.clock.advance(WINDOW_MS)
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    expect(await expire(ports)).toEqual({ expired: 0, unknown: 1 })
    expect(await expire(ports)).toEqual({ expired: 0, unknown: 0 })
    expect(statusesIn(ports)).toEqual(['AUTHORIZED'])
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(ports.policy.inquiryBackoffMs)

    expect(await resolve(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

    expect(statusesIn(ports)).toEqual(['EXPIRED'])
    expect(eventsIn(ports).map(event => event.eventType)).toEqual(['payment.authorized', 'payment.expired'])
  })

  test('tries anew when the acquirer never got the order: by another operation', async () => {
    const { ports } = await authorized()
    ports.clock.advance(WINDOW_MS)
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await expire(ports)
    ports.clock.advance(ports.policy.inquiryBackoffMs)
    await resolve(ports)
    expect(newestOperation(ports)).toMatchObject({ kind: 'expire', state: 'FAILED' })
    expect(statusesIn(ports)).toEqual(['AUTHORIZED'])

    expect(await expire(ports)).toEqual({ expired: 1, unknown: 0 })

    expect(ports.operations.table.rows().map(row => row.sequence)).toEqual([1, 2, 3])
  })

  test('of two jobs at once expires each payment once', async () => {
    const { ports } = await authorized(5, shuffledTurns(SEED))
    ports.clock.advance(WINDOW_MS)

    const summaries = await Promise.all([expire(ports), expire(ports)])

    expect(summaries[0]!.expired + summaries[1]!.expired).toBe(5)
    expect(ports.acquirer.asked).toHaveLength(5)
    expect(eventsIn(ports).filter(event => event.eventType === 'payment.expired')).toHaveLength(5)
  })

  test('is ended by the resolver where the job ended between its two transactions', async () => {
    const { ports } = await authorized()
    ports.clock.advance(WINDOW_MS)
    ports.acquirer.hold('submit')
    void expire(ports)
    await ports.acquirer.untilAsked(1)
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(ports.policy.leaseMs)

    expect(await resolve(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

    expect(statusesIn(ports)).toEqual(['EXPIRED'])
  })

  test('without a database says so, and asks nobody', async () => {
    const { ports } = await authorized()
    ports.clock.advance(WINDOW_MS)
    ports.transactions.away = true

    await expect(expire(ports)).rejects.toThrow(DependencyUnavailableError)
    expect(ports.acquirer.calls).toEqual([])
  })
})

describe('an expired payment', () => {
  test.each([capturePayment, voidPayment])('is neither captured nor voided: %p', async change => {
    const { ports, paymentId } = await authorized()
    ports.clock.advance(WINDOW_MS)
    await expire(ports)
    ports.acquirer.calls.length = 0

    const answer = answerIn(await change(ports, paymentId, {}, undefined, caller))

    expect(answer.statusCode).toBe(409)
    expect(JSON.parse(answer.body).details).toEqual({ reason: 'status', status: 'EXPIRED', remaining: 0 })
    expect(ports.acquirer.calls).toEqual([])
  })

  test('is busy for a capture while the expiry is pending', async () => {
    const { ports, paymentId } = await authorized()
    ports.clock.advance(WINDOW_MS)
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await expire(ports)

    expect(await capturePayment(ports, paymentId, {}, undefined, caller)).toMatchObject({ kind: 'busy' })
  })
})

describe('a capture while the time runs out', () => {
  const seeds = Array.from({ length: 40 }, (_, index) => SEED + index)
  const CAPTURES = 3

  /** A job and three captures at once, while every statement takes a millisecond; the time runs out in the middle. */
  async function race(seed: number) {
    const shuffled = shuffledTurns(seed)
    const racing = { ports: undefined as FakePorts | undefined }
    const { ports, paymentId } = await authorized(1, async () => {
      await shuffled()
      racing.ports?.clock.advance(1)
    })
    ports.clock.advance(WINDOW_MS - 1 - (seed % 20))
    racing.ports = ports
    const ask = (index: number) => {
      const request = { amount: 3_000, finalCapture: false }
      return capturePayment(ports, paymentId, request, claimFor(`own-${index}`, 'capture', paymentId, request), caller)
    }
    const job = async () => {
      for (let round = 0; round < 3; round++) await expire(ports)
    }
    const outcomes = await Promise.all([...Array.from({ length: CAPTURES }, (_, index) => ask(index)), job()])
    await job()
    return { ports, outcomes: outcomes.slice(0, CAPTURES) }
  }

  const seenStatuses = new Set<string>()

  test.each(seeds)('is captured in time or not at all, and the rest is let go of once (seed %i)', async seed => {
    const { ports, outcomes } = await race(seed)

    const succeeded = outcomes.filter(outcome => outcome?.kind === 'answered' && outcome.answer.statusCode === 200)
    const capturedMinor = succeeded.length * 3_000
    const status = succeeded.length === 0 ? 'EXPIRED' : 'COMPLETED'
    seenStatuses.add(status)
    expect(ports.payments.table.rows()).toMatchObject([{ status, capturedMinor, pendingOperationId: null }])
    const entries = ports.ledger.table.rows()
    expect(entries.map(entry => entry.amountMinor)).toEqual(succeeded.map(() => 3_000))
    const released = eventsIn(ports).filter(event => event.eventType === 'payment.expired')
    expect(released).toMatchObject([{ amount: 10_000 - capturedMinor, payment: { status } }])
    expect(eventsIn(ports).map(event => event.sequence)).toEqual(eventsIn(ports).map((_, index) => index + 1))
    const { captureBeforeMs } = ports.payments.table.rows()[0]!
    for (const { kind, createdAtMs } of ports.operations.table.rows()) {
      if (kind === 'capture') expect(createdAtMs).toBeLessThan(captureBeforeMs!)
      if (kind === 'expire') expect(createdAtMs).toBeGreaterThanOrEqual(captureBeforeMs!)
    }
  })

  test('was seen to win and to lose', () => {
    expect([...seenStatuses].sort()).toEqual(['COMPLETED', 'EXPIRED'])
  })
})

// The acquirer's own limit is later than ours, but it is another clock.
describe('a capture that is declined because the acquirer let go of the hold', () => {
  const holdExpired: Verdict = { kind: 'declined', reason: 'hold_expired' }

  test('is a 402, and the payment expires at once', async () => {
    const { ports, paymentId } = await authorized()
    ports.acquirer.script.submit.push(holdExpired)

    const outcome = await capturePayment(ports, paymentId, {}, claimFor('key-1', 'capture', paymentId), caller)

    expect(answerIn(outcome).statusCode).toBe(402)
    expect(bodyIn(outcome)).toMatchObject({ code: 'PAYMENT_DECLINED', paymentId, details: { reason: 'hold_expired' } })
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'EXPIRED', pendingOperationId: null }])
    const [authorization, capture, expiry] = ports.operations.table.rows()
    expect(capture).toMatchObject({ state: 'DECLINED', declineReason: 'hold_expired', sequence: 2 })
    expect(expiry).toMatchObject({ kind: 'expire', state: 'SUCCEEDED', sequence: 3, amountMinor: 10_000 })
    expect(ports.acquirer.calls.at(-1)!.order).toMatchObject({
      kind: 'expire',
      authorizationId: authorization!.operationId,
      finalCapture: null,
    })
    expect(eventsIn(ports).at(-1)).toMatchObject({ eventType: 'payment.expired', amount: 10_000 })
    expect(bodyIn(outcome).details.operationId).toBe(capture!.operationId)
    const again = await capturePayment(ports, paymentId, {}, claimFor('key-1', 'capture', paymentId), caller)
    expect(again).toEqual({ ...outcome, replayed: true })
  })

  test('releases the rest of a payment that was captured in part', async () => {
    const { ports, paymentId } = await authorized()
    await partOf(ports, paymentId, 4_000)
    ports.acquirer.script.submit.push(holdExpired)

    await capturePayment(ports, paymentId, { amount: 1 }, undefined, caller)

    expect(ports.payments.table.rows()).toMatchObject([{ status: 'COMPLETED', capturedMinor: 4_000 }])
    expect(eventsIn(ports).at(-1)).toMatchObject({ eventType: 'payment.expired', amount: 6_000 })
  })

  test('moves captureBefore to now, so that no capture is allowed whatever becomes of the expiry', async () => {
    const { ports, paymentId } = await authorized()
    ports.acquirer.script.submit.push(holdExpired, { kind: 'unknown' })

    const outcome = await capturePayment(ports, paymentId, {}, undefined, caller)

    expect(answerIn(outcome).statusCode).toBe(402)
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'AUTHORIZED', captureBeforeMs: FAKE_NOW_MS }])
    expect(newestOperation(ports)).toMatchObject({ kind: 'expire', state: 'PENDING' })
    ports.clock.advance(ports.policy.inquiryBackoffMs)
    await resolve(ports)
    expect(newestOperation(ports)).toMatchObject({ kind: 'expire', state: 'FAILED' })
    const late = bodyIn(await capturePayment(ports, paymentId, {}, undefined, caller))
    expect(late.details).toMatchObject({ reason: 'expired' })
    expect(await expire(ports)).toEqual({ expired: 1, unknown: 0 })
  })

  test('leaves an expiry to the resolver when the process ends there', async () => {
    const { ports, paymentId } = await authorized()
    ports.acquirer.script.submit.push(async () => {
      ports.transactions.failNextCommit('after')
      return holdExpired
    })

    await expect(capturePayment(ports, paymentId, {}, undefined, caller)).rejects.toThrow(DependencyUnavailableError)

    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(ports.policy.leaseMs)
    expect(await resolve(ports)).toEqual({ resolved: 1, stillUnknown: 0 })
    expect(statusesIn(ports)).toEqual(['EXPIRED'])
  })

  test('after a combined call is its 402, and the payment expires', async () => {
    const ports = createFakePorts()
    const request = authorizeRequestOf({ capture: true })
    ports.acquirer.script.submit.push({ kind: 'approved' }, holdExpired)

    const outcome = await authorizePayment(ports, request, claimOf('key-1', request), caller)

    expect(answerIn(outcome).statusCode).toBe(402)
    expect(bodyIn(outcome).details.reason).toBe('hold_expired')
    expect(statusesIn(ports)).toEqual(['EXPIRED'])
    expect(newestOperation(ports)).toMatchObject({ kind: 'expire', combined: false, answerKey: null })
    expect(await authorizePayment(ports, request, claimOf('key-1', request), caller)).toEqual({
      ...outcome,
      replayed: true,
    })
  })

  test('found by the resolver expires the payment too', async () => {
    const { ports, paymentId } = await authorized()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await capturePayment(ports, paymentId, {}, undefined, caller)
    ports.acquirer.script.inquire.push(holdExpired)
    ports.clock.advance(ports.policy.inquiryBackoffMs)

    expect(await resolve(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

    expect(statusesIn(ports)).toEqual(['EXPIRED'])
  })

  // Rows of functions that did not count have neither sequence nor authorization.
  test('continues an operation of older functions with the sequence and the hold that it has', async () => {
    const { ports, paymentId } = await authorized()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await capturePayment(ports, paymentId, {}, undefined, caller)
    const [authorization, capture] = ports.operations.table.rows()
    await ports.transactions.run(paymentId, tx =>
      ports.operations.table.update(tx, capture!.operationId, row => ({ ...row, sequence: null })),
    )
    ports.acquirer.script.inquire.push(holdExpired)
    ports.clock.advance(ports.policy.inquiryBackoffMs)

    await resolve(ports)

    expect(newestOperation(ports)).toMatchObject({ sequence: 3, authorizationId: authorization!.operationId })
  })

  test.each(['lost_card', 'hold_closed'])('for another reason, %s, expires nothing', async reason => {
    const { ports, paymentId } = await authorized()
    ports.acquirer.script.submit.push({ kind: 'declined', reason })

    await capturePayment(ports, paymentId, {}, undefined, caller)

    expect(statusesIn(ports)).toEqual(['AUTHORIZED'])
    expect(newestOperation(ports).kind).toBe('capture')
  })

  test('as the reason of a refund expires nothing', async () => {
    const { ports, paymentId } = await authorized()
    await capturePayment(ports, paymentId, {}, undefined, caller)
    ports.acquirer.script.submit.push(holdExpired)

    await refundPayment(ports, paymentId, {}, undefined, caller)

    expect(statusesIn(ports)).toEqual(['COMPLETED'])
    expect(newestOperation(ports)).toMatchObject({ kind: 'refund', state: 'DECLINED' })
  })
})
