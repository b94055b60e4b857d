/** Partial captures and refunds, voids, one call for both, and orders, over the running system; the books must add up afterwards. */
import { afterAll, describe, expect, test } from '@jest/globals'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { expectDetail, expectError, expectList, expectMutation, expectOperations } from '../support/contract.ts'
import { PaymentApi } from '../support/http.ts'
import { authorizeBody, authorized, newKey, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const key = () => ({ 'idempotency-key': newKey() })

/** The operations of a payment as words, oldest first. */
async function operationsOf(paymentId: string): Promise<string[]> {
  const { operations } = expectOperations(await api.operations(paymentId))
  return operations.map(({ kind, amount, state }) => `${kind} ${amount} ${state}`)
}

const totals = (status: string, capturedAmount: number, refundedAmount: number) => ({
  status,
  capturedAmount,
  refundedAmount,
})

afterAll(async () => {
  const report = await verify(system, { settleMs: 90_000, graceMs: 60_000 })
  expect({ failed: report.results.filter(result => !result.ok), pending: report.pending }).toEqual({
    failed: [],
    pending: 0,
  })
}, 120_000)

describe('a payment captured and refunded in parts', () => {
  test('says what remains at each step, and pays the fee of the whole', async () => {
    const { paymentId } = await authorized(api, { amount: 10_001 })
    const first = expectMutation(await api.capture(paymentId, { amount: 3_333, finalCapture: false }, key()), 200)
    expect(first).toMatchObject({
      ...totals('PARTIALLY_CAPTURED', 3_333, 0),
      capturableAmount: 6_668,
      refundableAmount: 0,
    })
    expectError(await api.refund(paymentId, { amount: 1 }, key()), 409, 'REFUND_CONFLICT')
    const over = expectError(await api.capture(paymentId, { amount: 6_669 }, key()), 409, 'CAPTURE_CONFLICT')
    expect(over.details).toMatchObject({ reason: 'amount', remaining: 6_668 })
    const second = expectMutation(await api.capture(paymentId, { amount: 3_333, finalCapture: false }, key()), 200)
    expect(second).toMatchObject(totals('PARTIALLY_CAPTURED', 6_666, 0))
    const last = expectMutation(await api.capture(paymentId, { amount: 1_000 }, key()), 200)
    expect(last).toMatchObject({ ...totals('COMPLETED', 7_666, 0), capturableAmount: 0, refundableAmount: 7_666 })
    expect(expectMutation(await api.refund(paymentId, { amount: 666, reason: 'scratched' }, key()), 200)).toMatchObject(
      totals('PARTIALLY_REFUNDED', 7_666, 666),
    )
    expect(expectMutation(await api.refund(paymentId), 200)).toMatchObject(totals('REFUNDED', 7_666, 7_666))
    expect(await operationsOf(paymentId)).toEqual([
      'authorize 10001 SUCCEEDED',
      'capture 3333 SUCCEEDED',
      'capture 3333 SUCCEEDED',
      'capture 1000 SUCCEEDED',
      'refund 666 SUCCEEDED',
      'refund 7000 SUCCEEDED',
    ])
  })

  test('is complete when a capture that is not the last one takes all that is left', async () => {
    const { paymentId } = await authorized(api, { amount: 500 })
    const taken = expectMutation(await api.capture(paymentId, { amount: 500, finalCapture: false }, key()), 200)
    expect(taken).toMatchObject(totals('COMPLETED', 500, 0))
  })

  test('needs a key for a capture that is not the last and for a refund with an amount', async () => {
    const { paymentId } = await authorized(api)
    expectError(await api.capture(paymentId, { amount: 1, finalCapture: false }), 400, 'VALIDATION_FAILED')
    expectMutation(await api.capture(paymentId, { amount: 10 }), 200)
    expectError(await api.refund(paymentId, { amount: 1 }), 400, 'VALIDATION_FAILED')
  })

  test('never gives back more than it took, however many ask at once', async () => {
    const { paymentId } = await authorized(api, { amount: 1_000, capture: true })
    const refunds = Array.from({ length: 12 }, () => {
      const headers = key()
      const ask = async (): Promise<number> => {
        const reply = await api.refund(paymentId, { amount: 300 }, headers)
        const busy = reply.status === 409 && reply.json.details.reason === 'in_progress'
        return busy ? ask() : reply.status
      }
      return ask()
    })
    const statuses = await Promise.all(refunds)
    expect(statuses.filter(status => status === 200)).toHaveLength(3)
    expect(statuses.filter(status => status === 409)).toHaveLength(9)
    expect(expectDetail(await api.payment(paymentId))).toMatchObject({ refundedAmount: 900, refundableAmount: 100 })
  })
})

describe('a void', () => {
  test('lets go of all that is held', async () => {
    const { paymentId } = await authorized(api, { amount: 700 })
    const headers = key()
    const first = await api.void(paymentId, { reason: 'out of stock' }, headers)
    expect(expectMutation(first, 200)).toMatchObject({ ...totals('VOIDED', 0, 0), capturableAmount: 0 })
    const again = await api.void(paymentId, { reason: 'out of stock' }, headers)
    expect([again.replayed, again.bytes.equals(first.bytes)]).toEqual([true, true])
    expect(expectError(await api.void(paymentId), 409, 'VOID_CONFLICT').details).toMatchObject({ status: 'VOIDED' })
    expectError(await api.capture(paymentId), 409, 'CAPTURE_CONFLICT')
    expect(await operationsOf(paymentId)).toEqual(['authorize 700 SUCCEEDED', 'void 700 SUCCEEDED'])
  })

  test('of a payment that is captured in part releases the rest', async () => {
    const { paymentId } = await authorized(api, { amount: 700 })
    expectMutation(await api.capture(paymentId, { amount: 200, finalCapture: false }, key()), 200)
    expect(expectMutation(await api.void(paymentId), 200)).toMatchObject(totals('COMPLETED', 200, 0))
    expect(expectDetail(await api.payment(paymentId)).events.map(event => event.type)).toEqual([
      'payment.authorized',
      'payment.captured',
      'payment.voided',
    ])
  })
})

describe('authorize and capture in one call', () => {
  test('are two operations with one answer', async () => {
    const body = authorizeBody({ amount: 900, capture: true, orderId: 'order-7' })
    const first = await api.authorize(body)
    const payment = expectMutation(first, 201)
    expect(payment).toMatchObject({ ...totals('COMPLETED', 900, 0), orderId: 'order-7' })
    const again = await api.authorize(body)
    expect([again.replayed, again.bytes.equals(first.bytes)]).toEqual([true, true])
    expect(await operationsOf(payment.paymentId)).toEqual(['authorize 900 SUCCEEDED', 'capture 900 SUCCEEDED'])
    const { operations } = expectOperations(await api.operations(payment.paymentId))
    expect(payment.operationId).toBe(operations[1]!.operationId)
  })

  test('end with the refusal of the authorization', async () => {
    const body = authorizeBody({ capture: true, paymentMethod: 'tok_decline' })
    const declined = expectError(await api.authorize(body), 402, 'PAYMENT_DECLINED')
    expect(expectDetail(await api.payment(declined.paymentId!)).status).toBe('DECLINED')
  })
})

test('payments are found by the merchant’s own order', async () => {
  const merchantId = newMerchant()
  const orderId = `order-${newKey()}`
  const made = [await authorized(api, { merchantId, orderId }), await authorized(api, { merchantId, orderId })]
  await authorized(api, { merchantId })
  const { items } = expectList(await api.get(`/payments?orderId=${orderId}`))
  expect(items.map(item => item.paymentId)).toEqual(made.map(item => item.paymentId).reverse())
})
