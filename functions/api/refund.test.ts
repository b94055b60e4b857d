/** POST /payments/refund/{paymentId}, from API Gateway's event to its answer. */
import { describe, expect, test } from '@jest/globals'
import { mutationView } from '../../shared/contracts/payment.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf } from '../../shared/payments/fakes.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, type HttpCall, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './refund.ts'

async function authorized() {
  const ports = createHandlerPorts()
  const { paymentId } = bodyIn(await authorizePayment(ports, authorizeRequestOf(), claimOf('key-0'), caller))
  const refund = async (given: Partial<HttpCall> = {}, remainingMs?: number) =>
    (await createHandler(ports)(
      httpEvent({ route: 'POST /payments/refund/{paymentId}', pathParameters: { paymentId }, ...given }) as never,
      contextOf(remainingMs),
    )) as HttpResult
  return { ports, paymentId: paymentId as string, refund }
}

async function captured() {
  const { ports, paymentId, refund } = await authorized()
  await capturePayment(ports, paymentId, {}, undefined, caller)
  ports.acquirer.calls.length = 0
  return { ports, paymentId, refund }
}

describe('POST /payments/refund/{paymentId}', () => {
  test('200 without a body: all that is left', async () => {
    const { refund } = await captured()

    const result = await refund()

    expect(result.statusCode).toBe(200)
    expect(mutationView.parse(jsonOf(result))).toMatchObject({
      status: 'REFUNDED',
      refundedAmount: 10_000,
      ledgerEntries: [{ type: 'capture' }, { type: 'refund' }],
    })
  })

  test('200 with the whole amount, which needs a key', async () => {
    const { refund } = await captured()

    const keyless = await refund({ body: { amount: 10_000 } })
    const keyed = await refund({ body: { amount: 10_000 }, headers: { 'idempotency-key': '"key-1"' } })

    expect(keyless.statusCode).toBe(400)
    expect(jsonOf(keyless).details.problems).toMatchObject([{ path: '/idempotencyKey' }])
    expect(keyed.statusCode).toBe(200)
  })

  test('a repeat under a key is answered byte for byte', async () => {
    const { ports, refund } = await captured()
    const headers = { 'idempotency-key': 'key-1' }
    const first = await refund({ body: { reason: '마음이 바뀌었어요' }, headers })

    const again = await refund({ body: { reason: '마음이 바뀌었어요' }, headers })

    expect(again).toMatchObject({ statusCode: 200, body: first.body, headers: { 'idempotent-replayed': 'true' } })
    expect(ports.acquirer.asked).toEqual(['submit'])
  })

  test('422 for another reason under the same key', async () => {
    const { refund } = await captured()
    const headers = { 'idempotency-key': 'key-1' }
    await refund({ body: { reason: 'a' }, headers })

    expect(jsonOf(await refund({ body: { reason: 'b' }, headers })).details.differences).toEqual(['/reason'])
  })

  test('409 REFUND_CONFLICT before the capture, stored under its key', async () => {
    const { ports, paymentId, refund } = await authorized()
    const headers = { 'idempotency-key': 'key-1' }
    const early = await refund({ headers })
    await capturePayment(ports, paymentId, {}, undefined, caller)

    const again = await refund({ headers })

    expect(early.statusCode).toBe(409)
    expect(jsonOf(early)).toMatchObject({
      code: 'REFUND_CONFLICT',
      details: { reason: 'status', status: 'AUTHORIZED' },
    })
    expect(again).toMatchObject({ statusCode: 409, body: early.body, headers: { 'idempotent-replayed': 'true' } })
  })

  test('409 for more than is left, with what is', async () => {
    const { refund } = await captured()

    const result = await refund({ body: { amount: 10_001 }, headers: { 'idempotency-key': 'key-1' } })

    expect(result.statusCode).toBe(409)
    expect(jsonOf(result).details).toEqual({ reason: 'amount', status: 'COMPLETED', remaining: 10_000 })
  })

  test('200 for parts, until all that was captured is refunded', async () => {
    const { refund } = await captured()
    const refundPart = async (amount: number, key: string) =>
      jsonOf(await refund({ body: { amount }, headers: { 'idempotency-key': key } }))

    expect(await refundPart(9_999, 'key-1')).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundableAmount: 1 })
    expect((await refundPart(2, 'key-2')).details).toEqual({
      reason: 'amount',
      status: 'PARTIALLY_REFUNDED',
      remaining: 1,
    })
    expect(await refundPart(1, 'key-3')).toMatchObject({ status: 'REFUNDED', refundedAmount: 10_000 })
  })

  test('400 for a reason that is too long', async () => {
    const { refund } = await captured()

    expect(jsonOf(await refund({ body: { reason: 'x'.repeat(129) } })).details.problems).toMatchObject([
      { path: '/reason' },
    ])
  })

  // Its operation would look like an operator's.
  test.each([
    ['the header', {}, { 'idempotency-key': 'console:01M81Y03QK7V5D2W9T4R6H8XNZ' }, 'Idempotency-Key'],
    ['the quoted header', {}, { 'idempotency-key': '"console:01M81Y03QK7V5D2W9T4R6H8XNZ"' }, 'Idempotency-Key'],
  ])('400 for a key of the console in %s', async (_, body, headers, path) => {
    const { ports, refund } = await captured()
    const result = await refund({ body, headers })

    expect([result.statusCode, jsonOf(result).details.problems]).toEqual([400, [expect.objectContaining({ path })]])
    expect(ports.acquirer.calls).toEqual([])
    expect((await refund({ headers: { 'idempotency-key': 'console:1' } })).statusCode).toBe(200)
  })

  test('402 when the acquirer declines; totals are unchanged', async () => {
    const { ports, refund } = await captured()
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'not_today' })

    const result = await refund()

    expect(result.statusCode).toBe(402)
    expect(jsonOf(result).details).toMatchObject({ reason: 'not_today' })
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'COMPLETED', refundedMinor: 0 }])
  })

  test('404 for a payment that is not there', async () => {
    const { refund } = await captured()

    expect((await refund({ pathParameters: { paymentId: 'pay_7ZZZZZZZZZZZZZZZZZZZZZZZZZ' } })).statusCode).toBe(404)
  })

  test('503 OUTCOME_UNKNOWN when its own time runs out', async () => {
    const { ports, refund } = await captured()
    ports.acquirer.hold('submit')

    const result = jsonOf(await refund({}, 501))
    const { paymentId, operationId } = ports.operations.table.rows().at(-1)!
    expect(result).toMatchObject({ code: 'OUTCOME_UNKNOWN', paymentId, details: { operationId } })
  })
})
