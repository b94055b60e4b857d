/** GET /payments/{paymentId}/operations. */
import { describe, expect, test } from '@jest/globals'
import { operationListView } from '../../shared/contracts/routes/list-operations.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf } from '../../shared/payments/fakes.ts'
import { refundPayment } from '../../shared/payments/refund-payment.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './get-operations.ts'

const get = async (ports: HandlerPorts, paymentId: string) =>
  (await createHandler(ports)(
    httpEvent({ route: 'GET /payments/{paymentId}/operations', pathParameters: { paymentId } }) as never,
    contextOf(),
  )) as HttpResult

describe('GET /payments/{paymentId}/operations', () => {
  test('200 with every operation, oldest first, with state, reasons and times', async () => {
    const ports = createHandlerPorts()
    const { paymentId } = bodyIn(await authorizePayment(ports, authorizeRequestOf(), claimOf('key-0'), caller))
    await capturePayment(ports, paymentId, {}, undefined, caller)
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'not_today' }, { kind: 'unknown' })
    await refundPayment(ports, paymentId, { reason: 'wrong colour' }, undefined, caller)
    await refundPayment(ports, paymentId, {}, undefined, caller)

    const result = await get(ports, paymentId)

    expect(result.statusCode).toBe(200)
    expect(operationListView.parse(jsonOf(result)).operations).toMatchObject([
      { kind: 'authorize', state: 'SUCCEEDED' },
      { kind: 'capture', state: 'SUCCEEDED', finishedAt: '2026-01-02T03:04:05.006Z', nextAttemptAt: null },
      { kind: 'refund', state: 'DECLINED', declineReason: 'not_today', reason: 'wrong colour' },
      { kind: 'refund', state: 'PENDING', finishedAt: null, nextAttemptAt: '2026-01-02T03:04:06.006Z' },
    ])
  })

  test('404 when there is no such payment, or the id cannot be one', async () => {
    for (const paymentId of ['pay_7ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'op_1'])
      expect((await get(createHandlerPorts(), paymentId)).statusCode).toBe(404)
  })
})
