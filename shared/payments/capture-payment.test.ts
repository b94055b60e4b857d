/** What only a capture does: its fee, its time limit, its entry. */
import { describe, expect, test } from '@jest/globals'
import { ledgerEvent } from '../contracts/events.ts'
import type { FeePolicy } from '../domain/fee.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import {
  answerIn,
  authorizeRequestOf,
  bodyIn,
  caller,
  claimOf,
  createFakePorts,
  FAKE_NOW_MS,
  type FakePorts,
} from './fakes.ts'
import type { OperationPolicy } from './operation.ts'

async function authorized(policy: Partial<OperationPolicy> = {}, amount = 1_550_000) {
  const ports = createFakePorts({ policy })
  const outcome = await authorizePayment(ports, authorizeRequestOf({ amount }), claimOf('key-0'), caller)
  return { ports, paymentId: bodyIn(outcome).paymentId as string }
}

const capture = (ports: FakePorts, paymentId: string) => capturePayment(ports, paymentId, {}, undefined, caller)
const newestEvent = (ports: FakePorts) => ledgerEvent.parse(JSON.parse(ports.outbox.table.rows().at(-1)!.payload))

describe('capturePayment', () => {
  test('writes what the acquirer owes us and what we owe the merchant', async () => {
    const { ports, paymentId } = await authorized()

    const body = bodyIn(await capture(ports, paymentId))

    expect(body).toMatchObject({ status: 'COMPLETED', capturedAmount: 1_550_000, refundedAmount: 0 })
    expect(body.ledgerEntries).toMatchObject([
      {
        type: 'capture',
        debitAccount: 'acquirer_receivable',
        creditAccount: 'merchant_payable:shop',
        amount: 1_550_000,
        currency: 'KRW',
      },
    ])
  })

  test('its event carries the fee, which the ledger consumer will write', async () => {
    const { ports, paymentId } = await authorized()

    await capture(ports, paymentId)

    expect(newestEvent(ports)).toMatchObject({
      eventType: 'payment.captured',
      sequence: 2,
      amount: 1_550_000,
      feeAmount: 38_750,
      payment: { status: 'COMPLETED', capturedAmount: 1_550_000 },
    })
    expect(ports.ledger.table.rows().map(entry => entry.type)).toEqual(['capture'])
  })

  test.each<{ fees: FeePolicy; amount: number; feeAmount: number }>([
    { fees: { basisPoints: 0, fixedMinor: {} }, amount: 10_000, feeAmount: 0 },
    { fees: { basisPoints: 250, fixedMinor: { KRW: 100 } }, amount: 10_000, feeAmount: 350 },
    { fees: { basisPoints: 250, fixedMinor: { USD: 100 } }, amount: 10_000, feeAmount: 250 },
    { fees: { basisPoints: 250, fixedMinor: { KRW: 100 } }, amount: 50, feeAmount: 50 },
  ])('under $fees a capture of $amount costs $feeAmount', async ({ fees, amount, feeAmount }) => {
    const { ports, paymentId } = await authorized({ fees }, amount)

    await capture(ports, paymentId)

    expect(newestEvent(ports).feeAmount).toBe(feeAmount)
  })

  test('at captureBefore it is too late, though no job has run', async () => {
    const { ports, paymentId } = await authorized({ captureWindowMs: 1_000 })
    ports.clock.advance(1_000)

    const answer = answerIn(await capture(ports, paymentId))

    expect(answer.statusCode).toBe(409)
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'CAPTURE_CONFLICT',
      details: { reason: 'expired', status: 'AUTHORIZED', remaining: 0 },
    })
  })

  test('is judged by the time of its claim, not of its answer', async () => {
    const { ports, paymentId } = await authorized({ captureWindowMs: 1_000 })
    ports.clock.advance(999)
    const answerNow = ports.acquirer.hold('submit')

    const running = capture(ports, paymentId)
    await ports.acquirer.untilAsked(2)
    ports.clock.advance(5_000)
    answerNow({ kind: 'approved' })

    expect(bodyIn(await running)).toMatchObject({
      status: 'COMPLETED',
      updatedAt: new Date(FAKE_NOW_MS + 5_999).toISOString(),
    })
  })

  test('keeps the time limit that the authorization set', async () => {
    const { ports, paymentId } = await authorized({ captureWindowMs: 60_000 })
    ports.clock.advance(1_000)

    expect(bodyIn(await capture(ports, paymentId)).captureBefore).toBe(new Date(FAKE_NOW_MS + 60_000).toISOString())
  })

  test('speaks the language of its caller', async () => {
    const { ports, paymentId } = await authorized()

    const outcome = await capturePayment(ports, paymentId, {}, undefined, { ...caller, language: 'ko' })

    expect(bodyIn(outcome).message).toBe('매입이 완료되었습니다.')
  })
})
