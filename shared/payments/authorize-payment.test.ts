/** Authorize from claim to answer: outcomes, repeats, crashes at every step, and fifty copies at once. */
import { describe, expect, test } from '@jest/globals'
import { SEED } from '../../test/unit/seed.ts'
import { errorBody } from '../contracts/errors.ts'
import { paymentEvent } from '../contracts/events.ts'
import { mutationView } from '../contracts/payment.ts'
import { SHARD_COUNT, shardOf } from '../contracts/topics.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { randomFrom, shuffledTurns } from './fake-store.ts'
import {
  answerIn,
  authorizeRequestOf,
  bodyIn,
  caller,
  claimOf,
  createFakePorts,
  FAKE_NOW_MS,
  type FakePorts,
  replayOf,
  resolveDue,
} from './fakes.ts'
import { DependencyUnavailableError, type Verdict } from './ports.ts'
import { refundPayment } from './refund-payment.ts'

const authorize = (ports: FakePorts, key = 'key-1', request = authorizeRequestOf()) =>
  authorizePayment(ports, request, claimOf(key, request), caller)

const eventsIn = (ports: FakePorts) => ports.outbox.table.rows().map(row => paymentEvent.parse(JSON.parse(row.payload)))

describe('a currency that left ISO 4217', () => {
  const lev = authorizeRequestOf({ currency: 'BGN' })
  const withdrawnAtMs = Date.UTC(2026, 0, 1)
  /** Ports whose clock stands a second before, and is moved on by two. */
  const portsBefore = () => {
    const ports = createFakePorts()
    ports.clock.advance(withdrawnAtMs - 1_000 - FAKE_NOW_MS)
    return { ports, pass: () => ports.clock.advance(2_000) }
  }

  test('is refused from that day on, by the clock that the ports have, and leaves nothing behind', async () => {
    const { ports, pass } = portsBefore()
    pass()

    expect(await authorize(ports, 'key-1', lev)).toEqual({ kind: 'currency_withdrawn' })

    expect([ports.payments, ports.operations, ports.answers].map(({ table }) => table.rows())).toEqual([[], [], []])
    expect(ports.acquirer.calls).toEqual([])
    expect(answerIn(await authorize(ports, 'key-1')).statusCode).toBe(201)
  })

  test('is taken until then, and afterwards a repeat gets its answer, another request with its key is told so', async () => {
    const { ports, pass } = portsBefore()
    const first = await authorize(ports, 'key-1', lev)
    pass()

    expect(await authorize(ports, 'key-1', lev)).toEqual(replayOf(first))
    const more = { ...lev, amount: 10_001 }
    expect(await authorize(ports, 'key-1', more)).toMatchObject({ kind: 'different_request' })
  })

  test('is expired, not unknown, where the stored answer was pruned', async () => {
    const { ports, pass } = portsBefore()
    await authorize(ports, 'key-1', lev)
    ports.answers.drop('shop', 'key-1')
    pass()

    expect(await authorize(ports, 'key-1', lev)).toEqual({ kind: 'expired' })
  })

  test('can be captured and refunded afterwards', async () => {
    const { ports, pass } = portsBefore()
    const { paymentId } = bodyIn(await authorize(ports, 'key-1', lev))
    pass()

    const captured = bodyIn(await capturePayment(ports, paymentId, {}, undefined, caller))
    const refunded = bodyIn(await refundPayment(ports, paymentId, {}, undefined, caller))

    expect([captured.status, refunded.status, refunded.currency]).toEqual(['COMPLETED', 'REFUNDED', 'BGN'])
    expect(eventsIn(ports).map(event => event.payment.currency)).toEqual(['BGN', 'BGN', 'BGN'])
  })
})

describe('an authorization that the acquirer approves', () => {
  test('answers 201 with a payment that fits the contract', async () => {
    const ports = createFakePorts()

    const answer = answerIn(await authorize(ports))

    const view = mutationView.parse(JSON.parse(answer.body))
    expect(answer).toMatchObject({ statusCode: 201, contentType: 'application/json; charset=utf-8' })
    expect(view).toMatchObject({
      merchantId: 'shop',
      status: 'AUTHORIZED',
      amount: 10_000,
      currency: 'KRW',
      capturedAmount: 0,
      refundedAmount: 0,
      capturableAmount: 10_000,
      refundableAmount: 0,
      orderId: null,
      pendingOperation: null,
      ledgerEntries: [],
      captureBefore: new Date(FAKE_NOW_MS + ports.policy.captureWindowMs).toISOString(),
    })
  })

  test('leaves a payment, a finished operation, an event and a stored answer that agree', async () => {
    const ports = createFakePorts()

    const answer = answerIn(await authorize(ports))

    const { paymentId, operationId } = JSON.parse(answer.body)
    expect(ports.payments.table.rows()).toMatchObject([
      { paymentId, status: 'AUTHORIZED', pendingOperationId: null, eventCount: 1, idempotencyKey: 'key-1' },
    ])
    expect(ports.operations.table.rows()).toMatchObject([
      { operationId, paymentId, kind: 'authorize', state: 'SUCCEEDED', amountMinor: 10_000, attempt: 1 },
    ])
    expect(eventsIn(ports)).toMatchObject([
      { eventType: 'payment.authorized', sequence: 1, operationId, amount: 10_000, payment: { status: 'AUTHORIZED' } },
    ])
    expect(ports.answers.table.rows()).toMatchObject([
      { merchantId: 'shop', key: 'key-1', operationId, finished: { answer, finishedAtMs: FAKE_NOW_MS } },
    ])
    expect(ports.ledger.table.rows()).toEqual([])
  })

  test('asks the acquirer once, by the operation id, with the default payment method', async () => {
    const ports = createFakePorts()

    const { operationId } = bodyIn(await authorize(ports))

    expect(ports.acquirer.calls).toEqual([
      {
        kind: 'submit',
        order: {
          operationId,
          kind: 'authorize',
          amountMinor: 10_000,
          currency: 'KRW',
          paymentMethod: 'tok_approve',
          authorizationId: null,
          finalCapture: null,
        },
      },
    ])
  })

  test('holds no transaction open while the acquirer is asked', async () => {
    const ports = createFakePorts()
    const answerNow = ports.acquirer.hold('submit')

    const running = authorize(ports)
    await ports.acquirer.untilAsked(1)

    const [payment] = ports.payments.table.rows()
    expect(payment).toMatchObject({
      status: 'REQUESTED',
      feeSchedule: { basisPoints: 250, fixedMinor: 0 },
      pendingOperationId: ports.acquirer.calls[0]!.order.operationId,
    })
    await ports.transactions.run('rows', tx => ports.payments.lock(tx, payment!.paymentId))
    answerNow({ kind: 'approved' })
    await running
  })

  test('rings the doorbell of the shard that the payment and its event are in, after the commit', async () => {
    const ports = createFakePorts()
    const committedAtRing: number[] = []
    ports.doorbell.ring = async shard => {
      committedAtRing.push(shard, ports.outbox.table.rows().length)
    }

    await authorize(ports)

    const [payment] = ports.payments.table.rows()
    expect(committedAtRing).toEqual([payment!.shard, 1])
    expect(ports.outbox.table.rows()[0]!.shard).toBe(payment!.shard)
  })

  test("hands the caller's trace context on with the event", async () => {
    const ports = createFakePorts()
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

    await authorizePayment(ports, authorizeRequestOf(), claimOf('key-1'), { ...caller, traceparent })
    await authorize(ports, 'key-2')

    expect(ports.outbox.table.rows().map(row => row.traceparent)).toEqual([traceparent, null])
  })
})

describe('an authorization that the acquirer declines', () => {
  test('answers 402 with the reason, and tells other systems', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'insufficient_funds' })

    const answer = answerIn(await authorize(ports))

    const body = errorBody.parse(JSON.parse(answer.body))
    const [payment] = ports.payments.table.rows()
    expect(answer.statusCode).toBe(402)
    expect(body).toMatchObject({
      code: 'PAYMENT_DECLINED',
      paymentId: payment!.paymentId,
      requestId: caller.requestId,
      details: { reason: 'insufficient_funds' },
    })
    expect(payment).toMatchObject({ status: 'DECLINED', pendingOperationId: null, captureBeforeMs: null })
    expect(ports.operations.table.rows()).toMatchObject([{ state: 'DECLINED', declineReason: 'insufficient_funds' }])
    expect(eventsIn(ports)).toMatchObject([{ eventType: 'payment.declined', payment: { status: 'DECLINED' } }])
  })

  test('is replayed as it was, though the acquirer would approve now', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'insufficient_funds' })

    const first = await authorize(ports)

    expect(await authorize(ports)).toEqual(replayOf(first))
  })
})

// The order came late: somebody had asked about it, and had it canceled.
test('an authorization that the acquirer has canceled before it arrived is FAILED', async () => {
  const ports = createFakePorts()
  ports.acquirer.script.submit.push({ kind: 'canceled' })

  const answer = answerIn(await authorize(ports))

  expect(answer.statusCode).toBe(402)
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'PAYMENT_DECLINED', details: { reason: 'canceled' } })
  expect(ports.operations.table.rows()).toMatchObject([{ state: 'FAILED' }])
  expect(ports.payments.table.rows()).toMatchObject([{ status: 'FAILED', pendingOperationId: null }])
})

describe('a repeated key', () => {
  test('replays the first answer byte for byte, in whatever language it is asked, and reaches the acquirer once', async () => {
    const ports = createFakePorts()
    const first = await authorize(ports)
    ports.clock.advance(60_000)

    const again = await authorizePayment(ports, authorizeRequestOf(), claimOf('key-1'), {
      language: 'ko',
      requestId: 'req_of_another',
    })

    expect(again).toEqual(replayOf(first))
    expect(ports.acquirer.asked).toEqual(['submit'])
    expect(ports.payments.table.rows()).toHaveLength(1)
    expect(ports.outbox.table.rows()).toHaveLength(1)
    expect(ports.doorbell.rings).toHaveLength(1)
  })

  test('says until when its answer is kept, always the same; from then on the key has expired', async () => {
    const ports = createFakePorts()
    const { answersKeptMs } = ports.policy
    const expiresAtMs = FAKE_NOW_MS + answersKeptMs

    expect(await authorize(ports)).toMatchObject({ kind: 'answered', expiresAtMs })
    ports.clock.advance(answersKeptMs - 1)
    expect(await authorize(ports)).toMatchObject({ kind: 'answered', expiresAtMs })
    ports.clock.advance(1)
    expect(await authorize(ports)).toEqual({ kind: 'expired' })
    expect(await authorize(ports, 'key-1', authorizeRequestOf({ amount: 1 }))).toEqual({ kind: 'expired' })
    expect(ports.acquirer.asked).toEqual(['submit'])
  })

  test('with another request names what differs, and does nothing', async () => {
    const ports = createFakePorts()
    await authorize(ports)

    const other = await authorize(
      ports,
      'key-1',
      authorizeRequestOf({ amount: 9_999, currency: 'USD', paymentMethod: 'tok_slow' }),
    )

    expect(other).toEqual({ kind: 'different_request', differences: ['/amount', '/currency', '/paymentMethod'] })
    expect(ports.acquirer.asked).toEqual(['submit'])
  })

  test('of another merchant, or in other letters, is another key', async () => {
    const ports = createFakePorts()

    const outcomes = [
      await authorize(ports, 'key-1', authorizeRequestOf({ merchantId: 'Shop' })),
      await authorize(ports, 'key-1', authorizeRequestOf({ merchantId: 'shop' })),
      await authorize(ports, 'KEY-1', authorizeRequestOf({ merchantId: 'shop' })),
    ]

    expect(new Set(outcomes.map(outcome => bodyIn(outcome).paymentId)).size).toBe(3)
  })

  test('is in progress while the first request works on it', async () => {
    const ports = createFakePorts()
    const answerNow = ports.acquirer.hold('submit')
    const first = authorize(ports)
    await ports.acquirer.untilAsked(1)

    expect(await authorize(ports)).toEqual({ kind: 'in_progress' })
    ports.clock.advance(ports.policy.leaseMs - 1)
    expect(await authorize(ports)).toEqual({ kind: 'in_progress' })
    answerNow({ kind: 'approved' })
    await first

    expect(ports.acquirer.asked).toEqual(['submit'])
    expect(await authorize(ports)).toMatchObject({ kind: 'answered', replayed: true })
  })

  test('with another request is told so even while the first is in progress', async () => {
    const ports = createFakePorts()
    const answerNow = ports.acquirer.hold('submit')
    const first = authorize(ports)
    await ports.acquirer.untilAsked(1)

    const other = await authorize(ports, 'key-1', authorizeRequestOf({ amount: 1 }))
    answerNow({ kind: 'approved' })
    await first

    expect(other).toEqual({ kind: 'different_request', differences: ['/amount'] })
  })

  test('whose answer was pruned is expired, and never executed again', async () => {
    const ports = createFakePorts()
    await authorize(ports)
    ports.answers.drop('shop', 'key-1')

    expect(await authorize(ports)).toEqual({ kind: 'expired' })
    expect(await authorize(ports, 'key-1', authorizeRequestOf({ amount: 1 }))).toEqual({ kind: 'expired' })
    expect(ports.acquirer.asked).toEqual(['submit'])
    expect(ports.answers.table.rows()).toEqual([])
  })
})

// A time-out is an unknown outcome, not a refusal: freeing the key here would charge twice.
describe('an unknown outcome', () => {
  const unknown = async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    const outcome = await authorize(ports)
    const { paymentId, operationId } = ports.operations.table.rows()[0]!
    /** The wait before the next inquiry doubles with each attempt. */
    const unknownFor = (inquiryInMs: number) => ({ kind: 'unknown', paymentId, operationId, inquiryInMs })
    return { ports, outcome, unknownFor }
  }

  test('keeps the key claimed, the payment REQUESTED and the operation pending', async () => {
    const { ports, outcome, unknownFor } = await unknown()

    expect(outcome).toEqual(unknownFor(1_000))
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'REQUESTED', eventCount: 0 }])
    expect(ports.operations.table.rows()).toMatchObject([{ state: 'PENDING', leaseUntilMs: FAKE_NOW_MS }])
    expect(ports.answers.table.rows()[0]!.finished).toBeUndefined()
    expect(ports.outbox.table.rows()).toEqual([])
    expect(ports.doorbell.rings).toEqual([])
  })

  test('each repeat makes one inquiry and never a second execution', async () => {
    const { ports, unknownFor } = await unknown()
    ports.acquirer.script.inquire.push({ kind: 'unknown' }, { kind: 'unknown' })

    expect(await authorize(ports)).toEqual(unknownFor(1_000))
    expect(await authorize(ports)).toEqual(unknownFor(1_000))

    expect(ports.acquirer.asked).toEqual(['submit', 'inquire', 'inquire'])
    expect(ports.operations.table.rows()).toMatchObject([{ state: 'PENDING', attempt: 3 }])
  })

  // Only the job cancels what the acquirer does not know, so that callers who ask often must not put it off.
  test('repeats leave the next inquiry of the job where it is', async () => {
    const { ports } = await unknown()
    for (let repeats = 0; repeats < 5; repeats++) {
      ports.acquirer.script.inquire.push({ kind: 'not_found' })
      ports.clock.advance(300)
      await authorize(ports)
    }

    ports.acquirer.script.inquire.push({ kind: 'not_found' })
    await resolveDue(ports)
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'FAILED', pendingOperationId: null }])
  })

  test.each<{ verdict: Verdict | { kind: 'canceled' }; statusCode: number; status: string; events: number }>([
    { verdict: { kind: 'approved' }, statusCode: 201, status: 'AUTHORIZED', events: 1 },
    { verdict: { kind: 'declined', reason: 'insufficient_funds' }, statusCode: 402, status: 'DECLINED', events: 1 },
    { verdict: { kind: 'canceled' }, statusCode: 402, status: 'FAILED', events: 0 },
  ])('ends when an inquiry finds it $verdict.kind', async ({ verdict, statusCode, status, events }) => {
    const { ports } = await unknown()
    ports.acquirer.script.inquire.push(verdict)

    const found = await authorize(ports)
    const again = await authorize(ports)

    expect(answerIn(found).statusCode).toBe(statusCode)
    expect(again).toEqual(replayOf(found))
    expect(ports.payments.table.rows()).toMatchObject([{ status, pendingOperationId: null }])
    expect(ports.outbox.table.rows()).toHaveLength(events)
    expect(ports.acquirer.asked).toEqual(['submit', 'inquire'])
  })

  // It may still be on its way there: only the resolver, with a confirmed cancel, may give it up.
  test('stays unknown when the acquirer has not heard of it', async () => {
    const { ports, unknownFor } = await unknown()

    expect(await authorize(ports)).toEqual(unknownFor(1_000))
    expect(ports.acquirer.asked).toEqual(['submit', 'inquire'])
  })

  test('simultaneous repeats: one inquires, the others are in progress', async () => {
    const { ports, unknownFor } = await unknown()
    const resolve = ports.acquirer.hold('inquire')

    const repeats = Array.from({ length: 5 }, () => authorize(ports))
    await ports.acquirer.untilAsked(2)
    resolve({ kind: 'unknown' })

    const kinds = (await Promise.all(repeats)).map(outcome => JSON.stringify(outcome)).sort()
    expect(kinds).toEqual([
      ...Array.from({ length: 4 }, () => JSON.stringify({ kind: 'in_progress' })),
      JSON.stringify(unknownFor(1_000)),
    ])
    expect(ports.acquirer.asked).toEqual(['submit', 'inquire'])
  })
})

describe('an attempt that comes too late', () => {
  const overtaken = async (winner: Verdict) => {
    const ports = createFakePorts()
    const answerNow = ports.acquirer.hold('submit')
    ports.acquirer.script.inquire.push(winner)
    const slow = authorize(ports)
    await ports.acquirer.untilAsked(1)
    ports.clock.advance(ports.policy.leaseMs)
    const quick = await authorize(ports)
    return { ports, answerNow, slow, quick }
  }

  test('discards its result and answers what the other attempt recorded', async () => {
    const { ports, answerNow, slow, quick } = await overtaken({ kind: 'declined', reason: 'insufficient_funds' })
    answerNow({ kind: 'approved' })

    expect(await slow).toEqual(replayOf(quick))
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'DECLINED', eventCount: 1 }])
    expect(eventsIn(ports).map(event => event.eventType)).toEqual(['payment.declined'])
    expect(ports.doorbell.rings).toHaveLength(1)
  })

  test('is unknown while the other attempt is not done yet', async () => {
    const { ports, answerNow, slow, quick } = await overtaken({ kind: 'unknown' })
    expect(quick.kind).toBe('unknown')
    answerNow({ kind: 'approved' })

    expect(await slow).toMatchObject({ kind: 'unknown' })
    expect(ports.operations.table.rows()).toMatchObject([{ state: 'PENDING', attempt: 2 }])
    expect(ports.outbox.table.rows()).toEqual([])
  })

  test('that did not learn the outcome does not end the lease of the one who asks now', async () => {
    const ports = createFakePorts()
    const answerNow = ports.acquirer.hold('submit')
    const resolve = ports.acquirer.hold('inquire')
    const slow = authorize(ports)
    await ports.acquirer.untilAsked(1)
    ports.clock.advance(ports.policy.leaseMs)
    const taker = authorize(ports)
    await ports.acquirer.untilAsked(2)

    answerNow({ kind: 'unknown' })
    await slow

    expect(ports.operations.table.rows()[0]!.leaseUntilMs).toBeGreaterThan(ports.clock.nowMs())
    resolve({ kind: 'approved' })
    expect(answerIn(await taker).statusCode).toBe(201)
  })
})

describe('a database that fails in the middle', () => {
  test('a lost claim leaves nothing, and the repeat executes', async () => {
    const ports = createFakePorts()
    ports.transactions.failNextCommit('before')

    await expect(authorize(ports)).rejects.toThrow(DependencyUnavailableError)
    expect(ports.acquirer.calls).toEqual([])
    expect(ports.payments.table.rows()).toEqual([])

    expect(answerIn(await authorize(ports)).statusCode).toBe(201)
  })

  test('a claim that was committed unheard is in progress until its lease ends, and is then asked after, not executed', async () => {
    const ports = createFakePorts()
    ports.transactions.failNextCommit('after')
    await expect(authorize(ports)).rejects.toThrow(DependencyUnavailableError)

    expect(await authorize(ports)).toEqual({ kind: 'in_progress' })
    ports.clock.advance(ports.policy.leaseMs)
    expect(await authorize(ports)).toMatchObject({ kind: 'unknown' })
    expect(ports.acquirer.asked).toEqual(['inquire'])

    ports.clock.advance(ports.policy.inquiryBackoffMs * 64)
    await resolveDue(ports)
    expect(bodyIn(await authorize(ports))).toMatchObject({ code: 'PAYMENT_DECLINED', details: { reason: 'canceled' } })
  })

  test('an outcome that was committed unheard is replayed to the repeat', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push(async () => {
      ports.transactions.failNextCommit('after')
      return { kind: 'approved' }
    })

    await expect(authorize(ports)).rejects.toThrow(DependencyUnavailableError)

    expect(await authorize(ports)).toMatchObject({ kind: 'answered', replayed: true })
    expect(ports.acquirer.asked).toEqual(['submit'])
    expect(ports.outbox.table.rows()).toHaveLength(1)
  })

  test('an outcome that could not be recorded is found by one inquiry when the lease has ended', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push(async () => {
      ports.transactions.failNextCommit('before')
      return { kind: 'approved' }
    })
    await expect(authorize(ports)).rejects.toThrow(DependencyUnavailableError)
    expect(ports.outbox.table.rows()).toEqual([])

    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(ports.policy.leaseMs)

    expect(answerIn(await authorize(ports)).statusCode).toBe(201)
    expect(ports.acquirer.asked).toEqual(['submit', 'inquire'])
    expect(ports.outbox.table.rows()).toHaveLength(1)
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'AUTHORIZED', eventCount: 1 }])
  })

  test('a database that is away asks the acquirer nothing', async () => {
    const ports = createFakePorts()
    ports.transactions.away = true

    await expect(authorize(ports)).rejects.toThrow(DependencyUnavailableError)
    expect(ports.acquirer.calls).toEqual([])
  })
})

describe('fifty simultaneous copies', () => {
  test.each([SEED, SEED + 1, SEED + 2, SEED + 3])(
    'are one payment, in any order of their statements (seed %i)',
    async seed => {
      const ports = createFakePorts({ turn: shuffledTurns(seed) })

      const outcomes = await Promise.all(Array.from({ length: 50 }, () => authorize(ports)))

      expect(ports.acquirer.asked).toEqual(['submit'])
      expect(ports.payments.table.rows()).toHaveLength(1)
      expect(ports.operations.table.rows()).toHaveLength(1)
      expect(ports.outbox.table.rows()).toHaveLength(1)
      for (const outcome of outcomes) expect(['answered', 'in_progress']).toContain(outcome.kind)
      expect(outcomes.filter(outcome => outcome.kind === 'answered' && !outcome.replayed)).toHaveLength(1)
      const retried = await Promise.all(outcomes.map(() => authorize(ports)))
      expect(
        new Set(
          [...outcomes.filter(outcome => outcome.kind === 'answered'), ...retried].map(
            outcome => answerIn(outcome).body,
          ),
        ).size,
      ).toBe(1)
    },
  )

  test(`of two different requests with one key: one request wins, the other is told that it differs (seed ${SEED})`, async () => {
    const ports = createFakePorts({ turn: shuffledTurns(SEED) })
    const requests = [authorizeRequestOf({ amount: 1 }), authorizeRequestOf({ amount: 2 })]

    const outcomes = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => ({
        amount: requests[index % 2]!.amount,
        outcome: await authorize(ports, 'key-1', requests[index % 2]!),
      })),
    )

    const won = ports.payments.table.rows()[0]!.amountMinor
    expect(ports.acquirer.asked).toEqual(['submit'])
    for (const { amount, outcome } of outcomes)
      if (amount !== won) expect(outcome).toEqual({ kind: 'different_request', differences: ['/amount'] })
      else expect(['answered', 'in_progress']).toContain(outcome.kind)
  })
})

describe('shardOf', () => {
  test(`is always a shard, always the same, and every shard gets its share (seed ${SEED})`, () => {
    const random = randomFrom(SEED)
    const character = () => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Math.floor(random() * 32)]
    const ids = Array.from({ length: 4_000 }, () => `pay_${Array.from({ length: 26 }, character).join('')}`)

    const shards = ids.map(shardOf)

    expect(ids.map(shardOf)).toEqual(shards)
    expect([...new Set(shards)].sort()).toEqual(Array.from({ length: SHARD_COUNT }, (_, shard) => shard))
    for (let shard = 0; shard < SHARD_COUNT; shard++) {
      const count = shards.filter(found => found === shard).length
      expect(count).toBeGreaterThan(850)
      expect(count).toBeLessThan(1_150)
    }
  })
})
