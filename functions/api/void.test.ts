/** POST /payments/void/{paymentId}, from API Gateway's event to its answer. */
import { describe, expect, test } from '@jest/globals'
import { mutationView } from '../../shared/contracts/payment.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf } from '../../shared/payments/fakes.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, type HttpCall, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './void.ts'

async function authorized() {
  const ports = createHandlerPorts()
  const { paymentId } = bodyIn(await authorizePayment(ports, authorizeRequestOf(), claimOf('key-0'), caller))
  ports.acquirer.calls.length = 0
  const voidIt = async (given: Partial<HttpCall> = {}, remainingMs?: number) =>
    (await createHandler(ports)(
      httpEvent({ route: 'POST /payments/void/{paymentId}', pathParameters: { paymentId }, ...given }) as never,
      contextOf(remainingMs),
    )) as HttpResult
  return { ports, paymentId: paymentId as string, voidIt }
}

describe('POST /payments/void/{paymentId}', () => {
  test('200 without a body and without a key', async () => {
    const { voidIt } = await authorized()

    const result = await voidIt()

    expect(result.statusCode).toBe(200)
    expect(mutationView.parse(jsonOf(result))).toMatchObject({ status: 'VOIDED', capturableAmount: 0 })
  })

  test('a repeat under a key is answered byte for byte', async () => {
    const { ports, voidIt } = await authorized()
    const given = { body: { merchantId: 'shop', reason: '품절' }, headers: { 'idempotency-key': 'key-1' } }
    const first = await voidIt(given)

    expect(await voidIt(given)).toMatchObject({
      statusCode: 200,
      body: first.body,
      headers: { 'idempotent-replayed': 'true' },
    })
    expect(ports.acquirer.asked).toEqual(['submit'])
  })

  test('409 VOID_CONFLICT for what is captured, in the language of the caller', async () => {
    const { ports, paymentId, voidIt } = await authorized()
    await capturePayment(ports, paymentId, {}, undefined, caller)

    const result = await voidIt({ headers: { 'accept-language': 'ko' } })

    expect(result.statusCode).toBe(409)
    expect(jsonOf(result)).toMatchObject({
      code: 'VOID_CONFLICT',
      message: expect.stringContaining('승인을 취소'),
      paymentId,
      details: { reason: 'status', status: 'COMPLETED', remaining: 0 },
    })
  })

  test('409 with Retry-After while another operation works on the payment', async () => {
    const { ports, paymentId, voidIt } = await authorized()
    const answerNow = ports.acquirer.hold('submit')
    const first = voidIt()
    await ports.acquirer.untilAsked(1)

    const second = await voidIt()
    answerNow({ kind: 'approved' })
    await first

    expect([second.statusCode, second.headers['retry-after']]).toEqual([409, '1'])
    expect(jsonOf(second)).toMatchObject({
      code: 'VOID_CONFLICT',
      paymentId,
      details: { reason: 'in_progress', status: 'AUTHORIZED' },
    })
  })

  test.each([{ amount: 1 }, { finalCapture: true }, { reason: 'x'.repeat(129) }])('400 for %p', async body => {
    const { ports, voidIt } = await authorized()

    const result = await voidIt({ body })

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(body)[0]}` }])
    expect(ports.acquirer.calls).toEqual([])
  })

  test('422 for a key that was used on another route', async () => {
    const { voidIt } = await authorized()

    const result = await voidIt({ headers: { 'idempotency-key': 'key-0' } })

    expect(result.statusCode).toBe(422)
    expect(jsonOf(result).details.differences).toEqual(['/operation'])
  })

  test('404 for a payment that is not there, and for another merchant', async () => {
    const { voidIt } = await authorized()

    expect((await voidIt({ pathParameters: { paymentId: 'pay_7ZZZZZZZZZZZZZZZZZZZZZZZZZ' } })).statusCode).toBe(404)
    expect((await voidIt({ body: { merchantId: 'other' } })).statusCode).toBe(404)
  })

  test('402 when the acquirer declines', async () => {
    const { ports, voidIt } = await authorized()
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'not_today' })

    expect((await voidIt()).statusCode).toBe(402)
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'AUTHORIZED' }])
  })

  test('503 OUTCOME_UNKNOWN with the operation when the acquirer does not tell, and when its own time runs out', async () => {
    for (const remainingMs of [undefined, 501]) {
      const { ports, paymentId, voidIt } = await authorized()
      if (remainingMs === undefined) ports.acquirer.script.submit.push({ kind: 'unknown' })
      else ports.acquirer.hold('submit')

      const result = await voidIt({}, remainingMs)

      const { operationId } = ports.operations.table.rows()[1]!
      expect(result.statusCode).toBe(503)
      expect(jsonOf(result)).toMatchObject({ code: 'OUTCOME_UNKNOWN', paymentId, details: { operationId } })
    }
  })

  test('503 SERVICE_UNAVAILABLE with Retry-After while the acquirer is known to be away', async () => {
    const { ports, voidIt } = await authorized()
    ports.acquirer.reachable = false

    const result = await voidIt()

    expect([result.statusCode, result.headers['retry-after']]).toEqual([503, '2'])
    expect(jsonOf(result)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: {} })
  })
})
