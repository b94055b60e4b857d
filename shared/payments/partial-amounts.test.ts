/** Captures and refunds of parts: totals, statuses, entries, events, fees and what is released, one after the other and all at once. */
import { describe, expect, test } from '@jest/globals'
import { SEED } from '../../test/unit/seed.ts'
import { type PaymentEvent, paymentEvent } from '../contracts/events.ts'
import type { CaptureRequest } from '../contracts/routes/capture-payment.ts'
import type { RefundRequest } from '../contracts/routes/refund-payment.ts'
import { type FeePolicy, feeOfAllMinor, scheduleFor } from '../domain/fee.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { shuffledTurns } from './fake-store.ts'
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
} from './fakes.ts'
import type { Outcome } from './operation.ts'
import { refundPayment } from './refund-payment.ts'

const AMOUNT = 10_000
const seeds = Array.from({ length: 10 }, (_, index) => SEED + index)

async function authorized(ports: FakePorts = createFakePorts()) {
  const outcome = await authorizePayment(ports, authorizeRequestOf({ amount: AMOUNT }), claimOf('key-0'), caller)
  ports.acquirer.calls.length = 0
  return { ports, paymentId: bodyIn(outcome).paymentId as string }
}

async function captured(request: CaptureRequest = {}, ports?: FakePorts) {
  const { ports: used, paymentId } = await authorized(ports)
  await capture(used, paymentId, request, 'of-the-capture')
  used.acquirer.calls.length = 0
  return { ports: used, paymentId }
}

const capture = (ports: FakePorts, paymentId: string, request: CaptureRequest, key?: string) =>
  capturePayment(
    ports,
    paymentId,
    request,
    key === undefined ? undefined : claimFor(key, 'capture', paymentId, request),
    caller,
  )

const refund = (ports: FakePorts, paymentId: string, request: RefundRequest, key?: string) =>
  refundPayment(
    ports,
    paymentId,
    request,
    key === undefined ? undefined : claimFor(key, 'refund', paymentId, request),
    caller,
  )

const part = (amount: number): CaptureRequest => ({ amount, finalCapture: false })

const eventsIn = (ports: FakePorts): PaymentEvent[] =>
  ports.outbox.table.rows().map(row => paymentEvent.parse(JSON.parse(row.payload)))

const sumOf = (amounts: number[]): number => amounts.reduce((sum, amount) => sum + amount, 0)

describe('captures in parts', () => {
  test('add up, keep the payment open, and end it with the last: each with its entry and its event', async () => {
    const { ports, paymentId } = await authorized()

    const bodies = [
      bodyIn(await capture(ports, paymentId, part(3_000), 'key-1')),
      bodyIn(await capture(ports, paymentId, part(3_000), 'key-2')),
      bodyIn(await capture(ports, paymentId, { amount: 2_000 }, 'key-3')),
    ]

    expect(bodies).toMatchObject([
      { status: 'PARTIALLY_CAPTURED', capturedAmount: 3_000, capturableAmount: 7_000, refundableAmount: 0 },
      { status: 'PARTIALLY_CAPTURED', capturedAmount: 6_000, capturableAmount: 4_000, refundableAmount: 0 },
      { status: 'COMPLETED', capturedAmount: 8_000, capturableAmount: 0, refundableAmount: 8_000 },
    ])
    expect(bodies[2].ledgerEntries.map((entry: { amount: number }) => entry.amount)).toEqual([3_000, 3_000, 2_000])
    expect(ports.operations.table.rows().map(row => [row.sequence, row.kind, row.amountMinor, row.state])).toEqual([
      [1, 'authorize', AMOUNT, 'SUCCEEDED'],
      [2, 'capture', 3_000, 'SUCCEEDED'],
      [3, 'capture', 3_000, 'SUCCEEDED'],
      [4, 'capture', 2_000, 'SUCCEEDED'],
    ])
    expect(eventsIn(ports).map(event => [event.sequence, event.amount, event.releasedAmount])).toEqual([
      [1, AMOUNT, undefined],
      [2, 3_000, undefined],
      [3, 3_000, undefined],
      [4, 2_000, 2_000],
    ])
    expect(eventsIn(ports).map(event => event.payment.status)).toEqual([
      'AUTHORIZED',
      'PARTIALLY_CAPTURED',
      'PARTIALLY_CAPTURED',
      'COMPLETED',
    ])
  })

  test('tell the acquirer of which hold, how much, and whether it ends', async () => {
    const { ports, paymentId } = await authorized()
    await capture(ports, paymentId, part(3_000), 'key-1')
    await capture(ports, paymentId, { amount: 2_000 }, 'key-2')

    const authorizationId = ports.operations.table.rows()[0]!.operationId
    expect(ports.acquirer.calls.map(({ order }) => order)).toMatchObject([
      { kind: 'capture', amountMinor: 3_000, authorizationId, finalCapture: false },
      { kind: 'capture', amountMinor: 2_000, authorizationId, finalCapture: true },
    ])
  })

  test('without an amount take all that is left', async () => {
    const { ports, paymentId } = await authorized()
    await capture(ports, paymentId, part(9_999), 'key-1')

    expect(bodyIn(await capture(ports, paymentId, {}))).toMatchObject({ status: 'COMPLETED', capturedAmount: AMOUNT })
    expect(eventsIn(ports).at(-1)).toMatchObject({ amount: 1 })
    expect(eventsIn(ports).at(-1)).not.toHaveProperty('releasedAmount')
  })

  test.each<{ request: CaptureRequest }>([{ request: part(AMOUNT) }, { request: { finalCapture: false } }])(
    'that leave nothing end the payment though they are not final: %p',
    async ({ request }) => {
      const { ports, paymentId } = await authorized()

      expect(bodyIn(await capture(ports, paymentId, request, 'key-1'))).toMatchObject({
        status: 'COMPLETED',
        capturedAmount: AMOUNT,
      })
      expect(eventsIn(ports).at(-1)).not.toHaveProperty('releasedAmount')
    },
  )

  test('above what is left are refused with what is, and stay refused under their key', async () => {
    const { ports, paymentId } = await authorized()
    await capture(ports, paymentId, part(3_000), 'key-1')

    const refused = await capture(ports, paymentId, part(7_001), 'key-2')
    expect(answerIn(refused).statusCode).toBe(409)
    expect(bodyIn(refused).details).toEqual({ reason: 'amount', status: 'PARTIALLY_CAPTURED', remaining: 7_000 })

    expect(bodyIn(await capture(ports, paymentId, part(7_000), 'key-3')).status).toBe('COMPLETED')
    expect(await capture(ports, paymentId, part(7_001), 'key-2')).toEqual({ ...refused, replayed: true })
  })

  test('are over with a final one: what it released cannot be captured', async () => {
    const { ports, paymentId } = await captured({ amount: 4_000 })

    expect(bodyIn(await capture(ports, paymentId, { amount: 1 }))).toMatchObject({
      code: 'CAPTURE_CONFLICT',
      details: { reason: 'status', status: 'COMPLETED', remaining: 0 },
    })
    expect(ports.acquirer.calls).toEqual([])
  })

  test('at captureBefore are too late, also when a part was captured in time', async () => {
    const { ports, paymentId } = await authorized()
    await capture(ports, paymentId, part(3_000), 'key-1')
    ports.clock.advanceVirtual(ports.policy.captureWindowMs)

    expect(bodyIn(await capture(ports, paymentId, {})).details).toEqual({
      reason: 'expired',
      status: 'PARTIALLY_CAPTURED',
      remaining: 0,
    })
  })

  test('that the acquirer declines leave what was captured, and the next may take its place', async () => {
    const { ports, paymentId } = await authorized()
    await capture(ports, paymentId, part(3_000), 'key-1')
    const before = ports.payments.table.rows()
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'not_today' })

    expect(answerIn(await capture(ports, paymentId, {}, 'key-2')).statusCode).toBe(402)

    expect(ports.payments.table.rows()).toEqual(before)
    expect(bodyIn(await capture(ports, paymentId, {})).status).toBe('COMPLETED')
    expect(ports.operations.table.rows().map(row => row.sequence)).toEqual([1, 2, 3, 4])
  })

  test('whose outcome is unknown are asked about as they were ordered, and counted once', async () => {
    const { ports, paymentId } = await authorized()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    expect(await capture(ports, paymentId, part(3_000), 'key-1')).toMatchObject({ kind: 'unknown' })
    ports.acquirer.script.inquire.push({ kind: 'approved' })

    const found = await capture(ports, paymentId, part(3_000), 'key-1')

    expect(bodyIn(found)).toMatchObject({ status: 'PARTIALLY_CAPTURED', capturedAmount: 3_000 })
    const [asked, inquired] = ports.acquirer.calls.map(({ order }) => order)
    expect(inquired).toEqual(asked)
    expect(await capture(ports, paymentId, part(3_000), 'key-1')).toEqual({ ...found, replayed: true })
    expect(ports.ledger.table.rows()).toHaveLength(1)
  })
})

describe('the fees of captures in parts', () => {
  const feesIn = (ports: FakePorts) => eventsIn(ports).flatMap(event => event.feeAmount ?? [])

  test.each<{ fees: FeePolicy; captures: number[] }>([
    { fees: { basisPoints: 250, fixedMinor: {} }, captures: [20, 20, 20, 9_940] },
    { fees: { basisPoints: 250, fixedMinor: { KRW: 100 } }, captures: [30, 30, 9_940] },
    { fees: { basisPoints: 333, fixedMinor: { KRW: 7 } }, captures: [3_333, 3_333, 3_334] },
    { fees: { basisPoints: 10_000, fixedMinor: { KRW: 100 } }, captures: [1, 9_999] },
  ])('under $fees of $captures are together the fee of the whole', async ({ fees, captures }) => {
    const { ports, paymentId } = await authorized(createFakePorts({ policy: { fees } }))

    for (const [index, amount] of captures.entries()) await capture(ports, paymentId, part(amount), `key-${index + 1}`)

    expect(feesIn(ports)).toHaveLength(captures.length)
    expect(sumOf(feesIn(ports))).toBe(feeOfAllMinor(scheduleFor(fees, 'KRW'), AMOUNT))
    for (const [index, fee] of feesIn(ports).entries()) {
      expect(fee).toBeGreaterThanOrEqual(0)
      expect(fee).toBeLessThanOrEqual(captures[index]!)
    }
  })

  test('follow the schedule of the authorization, whatever the fees are by then', async () => {
    const { ports, paymentId } = await authorized()
    const dearer = { ...ports, policy: { ...ports.policy, fees: { basisPoints: 5_000, fixedMinor: { KRW: 500 } } } }

    await capture(dearer, paymentId, part(4_000), 'key-1')
    await capture(dearer, paymentId, {}, 'key-2')

    expect(feesIn(ports)).toEqual([100, 150])
  })

  test('follow the schedule of now where the authorization kept none, and keep it', async () => {
    const { ports, paymentId } = await authorized()
    await ports.transactions.run(paymentId, async tx => {
      const payment = await ports.payments.lock(tx, paymentId)
      await ports.payments.update(tx, { ...payment!, feeSchedule: null })
    })
    const dearer = { ...ports, policy: { ...ports.policy, fees: { basisPoints: 5_000, fixedMinor: {} } } }

    await capture(ports, paymentId, part(4_000), 'key-1')
    await capture(dearer, paymentId, {}, 'key-2')

    expect(feesIn(ports)).toEqual([100, 150])
  })
})

describe('refunds in parts', () => {
  test('add up to what was captured, and no further', async () => {
    const { ports, paymentId } = await captured()

    const bodies = [
      bodyIn(await refund(ports, paymentId, { amount: 4_000 }, 'key-1')),
      bodyIn(await refund(ports, paymentId, { amount: 5_999 }, 'key-2')),
      bodyIn(await refund(ports, paymentId, { amount: 2 }, 'key-3')),
      bodyIn(await refund(ports, paymentId, { amount: 1 }, 'key-4')),
      bodyIn(await refund(ports, paymentId, { amount: 1 }, 'key-5')),
    ]

    expect(bodies).toMatchObject([
      { status: 'PARTIALLY_REFUNDED', refundedAmount: 4_000, refundableAmount: 6_000 },
      { status: 'PARTIALLY_REFUNDED', refundedAmount: 9_999, refundableAmount: 1 },
      { code: 'REFUND_CONFLICT', details: { reason: 'amount', status: 'PARTIALLY_REFUNDED', remaining: 1 } },
      { status: 'REFUNDED', refundedAmount: AMOUNT, refundableAmount: 0 },
      { code: 'REFUND_CONFLICT', details: { reason: 'status', status: 'REFUNDED', remaining: 0 } },
    ])
    expect(eventsIn(ports).slice(2)).toMatchObject([{ amount: 4_000 }, { amount: 5_999 }, { amount: 1 }])
    const refunds = ports.ledger.table.rows().filter(entry => entry.type === 'refund')
    expect(refunds.map(entry => entry.amountMinor)).toEqual([4_000, 5_999, 1])
  })

  test('are of what was captured: what a final capture released is not given back', async () => {
    const { ports, paymentId } = await captured({ amount: 6_000 })

    expect(bodyIn(await refund(ports, paymentId, { amount: 6_001 }, 'key-1')).details).toEqual({
      reason: 'amount',
      status: 'COMPLETED',
      remaining: 6_000,
    })
    expect(bodyIn(await refund(ports, paymentId, {}))).toMatchObject({ status: 'REFUNDED', refundedAmount: 6_000 })
  })

  test('without an amount give back all that is left', async () => {
    const { ports, paymentId } = await captured()
    await refund(ports, paymentId, { amount: 1 }, 'key-1')

    expect(bodyIn(await refund(ports, paymentId, {}))).toMatchObject({ status: 'REFUNDED', refundedAmount: AMOUNT })
  })

  test('wait until capturing is over', async () => {
    const { ports, paymentId } = await captured(part(6_000))

    const early = bodyIn(await refund(ports, paymentId, { amount: 1 }, 'key-1'))
    expect(early).toMatchObject({
      code: 'REFUND_CONFLICT',
      details: { reason: 'status', status: 'PARTIALLY_CAPTURED', remaining: 0 },
    })
    expect(ports.acquirer.calls).toEqual([])

    await capture(ports, paymentId, {})
    expect(bodyIn(await refund(ports, paymentId, { amount: 1 }, 'key-2')).status).toBe('PARTIALLY_REFUNDED')
  })

  test('a second refund of the same amount is another operation for the acquirer', async () => {
    const { ports, paymentId } = await captured()
    await refund(ports, paymentId, { amount: 1 }, 'key-1')
    await refund(ports, paymentId, { amount: 1 }, 'key-2')

    expect(new Set(ports.acquirer.calls.map(({ order }) => order.operationId)).size).toBe(2)
  })
})

describe('parts at once', () => {
  /** Twenty requests of 3,000, each with a key of its own and repeated while another is in progress. */
  async function twentyOf(ask: (index: number) => Promise<Outcome>): Promise<number[]> {
    const untilFinal = async (_: unknown, index: number): Promise<number> => {
      for (let tries = 0; tries < 1_000; tries++) {
        const outcome = await ask(index)
        if (outcome.kind === 'answered') return outcome.answer.statusCode
        expect(['busy', 'in_progress']).toContain(outcome.kind)
        await new Promise(setImmediate)
      }
      throw new Error('never answered')
    }
    return Promise.all(Array.from({ length: 20 }, untilFinal))
  }

  function expectThreeMoved(ports: FakePorts, type: 'capture' | 'refund', statusCodes: number[]): void {
    expect(statusCodes.toSorted()).toEqual([...Array<number>(3).fill(200), ...Array<number>(17).fill(409)])
    const moved = ports.ledger.table.rows().filter(entry => entry.type === type)
    expect(moved.map(entry => entry.amountMinor)).toEqual([3_000, 3_000, 3_000])
    const rows = ports.operations.table.rows()
    expect(rows.map(row => row.sequence).toSorted()).toEqual(rows.map((_, index) => index + 1))
    expect(ports.outbox.table.rows().map(row => row.sequence)).toEqual(
      ports.outbox.table.rows().map((_, index) => index + 1),
    )
  }

  test.each(seeds)('never refund more than was captured (seed %i)', async seed => {
    const { ports, paymentId } = await captured({}, createFakePorts({ turn: shuffledTurns(seed) }))

    const statusCodes = await twentyOf(index => refund(ports, paymentId, { amount: 3_000 }, `own-${index}`))

    expectThreeMoved(ports, 'refund', statusCodes)
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'PARTIALLY_REFUNDED', refundedMinor: 9_000 }])
  })

  test.each(seeds)('never capture more than was authorized (seed %i)', async seed => {
    const { ports, paymentId } = await authorized(createFakePorts({ turn: shuffledTurns(seed) }))

    const statusCodes = await twentyOf(index => capture(ports, paymentId, part(3_000), `own-${index}`))

    expectThreeMoved(ports, 'capture', statusCodes)
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'PARTIALLY_CAPTURED', capturedMinor: 9_000 }])
  })

  test.each(seeds)('of a final capture and others one ends it, whatever came before (seed %i)', async seed => {
    const { ports, paymentId } = await authorized(createFakePorts({ turn: shuffledTurns(seed) }))

    await twentyOf(index => capture(ports, paymentId, index === 0 ? { amount: 1_000 } : part(1_000), `own-${index}`))

    const captures = eventsIn(ports).filter(event => event.eventType === 'payment.captured')
    const capturedMinor = sumOf(captures.map(event => event.amount))
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'COMPLETED', capturedMinor }])
    expect(sumOf(captures.map(event => event.releasedAmount ?? 0))).toBe(AMOUNT - capturedMinor)
  })
})

test('a page of the past: the answer of a part says the totals of its time, byte for byte', async () => {
  const { ports, paymentId } = await authorized()
  const first = await capture(ports, paymentId, part(3_000), 'key-1')
  await capture(ports, paymentId, {}, 'key-2')
  ports.clock.advance(60_000)

  expect(await capture(ports, paymentId, part(3_000), 'key-1')).toEqual({ ...first, replayed: true })
  expect(bodyIn(first).updatedAt).toBe(new Date(FAKE_NOW_MS).toISOString())
})
