/** What only a void does: it lets go of what is held, moves no money, and needs no time limit. */
import { describe, expect, test } from '@jest/globals'
import { SEED } from '../../test/unit/seed.ts'
import { paymentEvent } from '../contracts/events.ts'
import { mutationView } from '../contracts/payment.ts'
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
  type FakePorts,
  resolveDue,
} from './fakes.ts'
import { refundPayment } from './refund-payment.ts'
import { voidPayment } from './void-payment.ts'

async function authorized(ports: FakePorts = createFakePorts()) {
  const outcome = await authorizePayment(ports, authorizeRequestOf(), claimOf('key-0'), caller)
  ports.acquirer.calls.length = 0
  return { ports, paymentId: bodyIn(outcome).paymentId as string }
}

/** Of 10,000 4,000 are captured. */
async function partlyCaptured() {
  const { ports, paymentId } = await authorized()
  const request = { amount: 4_000, finalCapture: false }
  await capturePayment(ports, paymentId, request, claimFor('key-1', 'capture', paymentId, request), caller)
  ports.acquirer.calls.length = 0
  return { ports, paymentId }
}

const voidIt = (ports: FakePorts, paymentId: string, key?: string) =>
  voidPayment(ports, paymentId, {}, key === undefined ? undefined : claimFor(key, 'void', paymentId), caller)

const paymentIn = (ports: FakePorts) => ports.payments.table.rows()[0]!
const newestEvent = (ports: FakePorts) => paymentEvent.parse(JSON.parse(ports.outbox.table.rows().at(-1)!.payload))

describe('voidPayment', () => {
  test('lets go of an authorization: 200 VOIDED, an event with the amount, and no entry', async () => {
    const { ports, paymentId } = await authorized()
    const authorizationId = ports.operations.table.rows()[0]!.operationId

    const answer = answerIn(await voidIt(ports, paymentId, 'key-1'))

    expect(answer.statusCode).toBe(200)
    expect(mutationView.parse(JSON.parse(answer.body))).toMatchObject({
      status: 'VOIDED',
      capturedAmount: 0,
      capturableAmount: 0,
      refundableAmount: 0,
      ledgerEntries: [],
      operationId: ports.operations.table.rows()[1]!.operationId,
    })
    expect(newestEvent(ports)).toMatchObject({
      eventType: 'payment.voided',
      sequence: 2,
      amount: 10_000,
      payment: { status: 'VOIDED' },
    })
    for (const field of ['feeAmount', 'releasedAmount']) expect(newestEvent(ports)).not.toHaveProperty(field)
    expect(ports.acquirer.calls.map(({ order }) => order)).toMatchObject([
      { kind: 'void', amountMinor: 10_000, authorizationId, finalCapture: null },
    ])
    expect(ports.ledger.table.rows()).toEqual([])
    expect(ports.doorbell.rings).toHaveLength(2)
  })

  test('lets go of the rest of a payment that was captured in part: it is COMPLETED and may be refunded', async () => {
    const { ports, paymentId } = await partlyCaptured()

    expect(bodyIn(await voidIt(ports, paymentId))).toMatchObject({
      status: 'COMPLETED',
      capturedAmount: 4_000,
      capturableAmount: 0,
      refundableAmount: 4_000,
    })

    expect(newestEvent(ports)).toMatchObject({ eventType: 'payment.voided', amount: 6_000 })
    expect(ports.ledger.table.rows().map(entry => entry.type)).toEqual(['capture'])
    const refunded = bodyIn(await refundPayment(ports, paymentId, {}, undefined, caller))
    expect(refunded).toMatchObject({ status: 'REFUNDED', refundedAmount: 4_000 })
  })

  test('is allowed after captureBefore, until the job has run', async () => {
    const { ports, paymentId } = await authorized()
    ports.clock.advanceVirtual(ports.policy.captureWindowMs)

    expect(bodyIn(await voidIt(ports, paymentId)).status).toBe('VOIDED')
  })

  test('of what is captured is a 409: it is refunded instead', async () => {
    const { ports, paymentId } = await authorized()
    await capturePayment(ports, paymentId, {}, undefined, caller)
    ports.acquirer.calls.length = 0

    const refused = await voidIt(ports, paymentId, 'key-1')

    expect(answerIn(refused).statusCode).toBe(409)
    expect(bodyIn(refused)).toMatchObject({
      code: 'VOID_CONFLICT',
      paymentId,
      details: { reason: 'status', status: 'COMPLETED', remaining: 0 },
    })
    expect(ports.acquirer.calls).toEqual([])
    expect(await voidIt(ports, paymentId, 'key-1')).toEqual({ ...refused, replayed: true })
  })

  test('without a key is safe by state: the repeat is a 409, and the acquirer is asked once', async () => {
    const { ports, paymentId } = await authorized()
    await voidIt(ports, paymentId)

    expect(bodyIn(await voidIt(ports, paymentId))).toMatchObject({
      code: 'VOID_CONFLICT',
      details: { reason: 'status', status: 'VOIDED', remaining: 0 },
    })
    expect(ports.acquirer.asked).toEqual(['submit'])
  })

  test('is replayed byte for byte to its key', async () => {
    const { ports, paymentId } = await authorized()
    const first = await voidIt(ports, paymentId, 'key-1')

    expect(await voidIt(ports, paymentId, 'key-1')).toEqual({ ...first, replayed: true })
    expect(ports.acquirer.asked).toEqual(['submit'])
  })

  test('leaves nothing to capture', async () => {
    const { ports, paymentId } = await authorized()
    await voidIt(ports, paymentId)

    expect(bodyIn(await capturePayment(ports, paymentId, {}, undefined, caller))).toMatchObject({
      code: 'CAPTURE_CONFLICT',
      details: { reason: 'status', status: 'VOIDED', remaining: 0 },
    })
  })

  test('that the acquirer declines leaves the hold', async () => {
    const { ports, paymentId } = await authorized()
    const before = paymentIn(ports)
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'not_today' })

    expect(answerIn(await voidIt(ports, paymentId)).statusCode).toBe(402)

    expect(paymentIn(ports)).toEqual(before)
    expect(bodyIn(await capturePayment(ports, paymentId, {}, undefined, caller)).status).toBe('COMPLETED')
  })

  test('whose outcome is unknown keeps the payment for itself until it is known', async () => {
    const { ports, paymentId } = await authorized()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await voidIt(ports, paymentId)

    const { operationId } = ports.operations.table.rows()[1]!
    expect(paymentIn(ports)).toMatchObject({ status: 'AUTHORIZED', pendingOperationId: operationId })
    expect(await capturePayment(ports, paymentId, {}, undefined, caller)).toMatchObject({ kind: 'busy' })
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(ports.policy.inquiryBackoffMs)
    await resolveDue(ports)
    expect(paymentIn(ports)).toMatchObject({ status: 'VOIDED', pendingOperationId: null })
  })

  test("keeps the caller's reason, and does not find another merchant's payment", async () => {
    const { ports, paymentId } = await authorized()

    const other = await voidPayment(ports, paymentId, { merchantId: 'other' }, undefined, caller)
    await voidPayment(ports, paymentId, { merchantId: 'shop', reason: '품절' }, undefined, caller)

    expect(other).toEqual({ kind: 'not_found' })
    expect(ports.operations.table.rows().map(row => row.reason)).toEqual([null, '품절'])
  })

  test.each(Array.from({ length: 20 }, (_, index) => SEED + index))(
    'beside a capture: one of them has the payment (seed %i)',
    async seed => {
      const { ports, paymentId } = await authorized(createFakePorts({ turn: shuffledTurns(seed) }))

      const outcomes = await Promise.all([
        voidIt(ports, paymentId, 'key-v'),
        capturePayment(ports, paymentId, {}, claimFor('key-c', 'capture', paymentId), caller),
      ])

      const succeeded = outcomes.filter(outcome => outcome.kind === 'answered' && outcome.answer.statusCode === 200)
      expect(succeeded).toHaveLength(1)
      const isVoided = paymentIn(ports).status === 'VOIDED'
      expect(paymentIn(ports).capturedMinor).toBe(isVoided ? 0 : 10_000)
      expect(ports.ledger.table.rows()).toHaveLength(isVoided ? 0 : 1)
      expect(ports.acquirer.asked).toEqual(['submit'])
    },
  )
})
