/** What only a refund does: its entry, its reason, and waiting for the capture. */
import { describe, expect, test } from '@jest/globals'
import { ledgerEvent } from '../contracts/events.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimFor, claimOf, createFakePorts, type FakePorts } from './fakes.ts'
import { refundPayment } from './refund-payment.ts'

async function authorized() {
  const ports = createFakePorts()
  const outcome = await authorizePayment(ports, authorizeRequestOf(), claimOf('key-0'), caller)
  return { ports, paymentId: bodyIn(outcome).paymentId as string }
}

async function captured() {
  const { ports, paymentId } = await authorized()
  await capturePayment(ports, paymentId, {}, undefined, caller)
  return { ports, paymentId }
}

const newestEvent = (ports: FakePorts) => ledgerEvent.parse(JSON.parse(ports.outbox.table.rows().at(-1)!.payload))

describe('refundPayment', () => {
  test('takes back from the merchant what the acquirer gets back', async () => {
    const { ports, paymentId } = await captured()

    const body = bodyIn(await refundPayment(ports, paymentId, {}, undefined, caller))

    expect(body).toMatchObject({ status: 'REFUNDED', capturedAmount: 10_000, refundedAmount: 10_000 })
    expect(body.ledgerEntries).toMatchObject([
      { type: 'capture', debitAccount: 'acquirer_receivable', creditAccount: 'merchant_payable:shop', amount: 10_000 },
      { type: 'refund', debitAccount: 'merchant_payable:shop', creditAccount: 'acquirer_receivable', amount: 10_000 },
    ])
  })

  test('its event carries no fee: the fee of the capture is kept', async () => {
    const { ports, paymentId } = await captured()

    await refundPayment(ports, paymentId, {}, undefined, caller)

    const event = newestEvent(ports)
    expect(event).toMatchObject({ eventType: 'payment.refunded', sequence: 3, amount: 10_000 })
    expect(event).not.toHaveProperty('feeAmount')
  })

  test("keeps the caller's reason with the operation", async () => {
    const { ports, paymentId } = await captured()

    await refundPayment(ports, paymentId, { reason: '마음이 바뀌었어요' }, undefined, caller)

    expect(ports.operations.table.rows().map(row => row.reason)).toEqual([null, null, '마음이 바뀌었어요'])
  })

  test('waits until capturing is over: before the capture it is refused, and stays refused under its key', async () => {
    const { ports, paymentId } = await authorized()
    const claim = claimFor('key-1', 'refund', paymentId)

    const early = await refundPayment(ports, paymentId, {}, claim, caller)
    await capturePayment(ports, paymentId, {}, undefined, caller)

    expect(bodyIn(early)).toMatchObject({
      code: 'REFUND_CONFLICT',
      details: { reason: 'status', status: 'AUTHORIZED', remaining: 0 },
    })
    expect(await refundPayment(ports, paymentId, {}, claim, caller)).toEqual({ ...early, replayed: true })
    expect(bodyIn(await refundPayment(ports, paymentId, {}, undefined, caller)).status).toBe('REFUNDED')
  })

  test('needs no time limit: it is allowed long after the authorization would have expired', async () => {
    const { ports, paymentId } = await captured()
    ports.clock.advance(ports.policy.captureWindowMs * 10)

    expect(bodyIn(await refundPayment(ports, paymentId, {}, undefined, caller)).status).toBe('REFUNDED')
  })
})
