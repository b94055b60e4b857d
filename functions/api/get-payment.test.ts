/** GET /payments/{paymentId}. */
import { describe, expect, test } from '@jest/globals'
import { paymentDetailView } from '../../shared/contracts/routes/get-payment.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf } from '../../shared/payments/fakes.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './get-payment.ts'

const NO_SUCH_PAYMENT = 'pay_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'

const get = async (ports: HandlerPorts, paymentId: string, remainingMs?: number) =>
  (await createHandler(ports)(
    httpEvent({ route: 'GET /payments/{paymentId}', pathParameters: { paymentId } }) as never,
    contextOf(remainingMs),
  )) as HttpResult

describe('GET /payments/{paymentId}', () => {
  test('200 with entries and events', async () => {
    const ports = createHandlerPorts()
    const { paymentId } = bodyIn(await authorizePayment(ports, authorizeRequestOf(), claimOf('key-0'), caller))
    await capturePayment(ports, paymentId, {}, undefined, caller)

    const result = await get(ports, paymentId)

    expect(result.statusCode).toBe(200)
    expect(paymentDetailView.parse(jsonOf(result))).toMatchObject({
      paymentId,
      status: 'COMPLETED',
      ledgerEntries: [{ type: 'capture', amount: 10_000 }],
      events: [{ type: 'payment.authorized' }, { type: 'payment.captured' }],
    })
  })

  test('200 with what is pending', async () => {
    const ports = createHandlerPorts()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await authorizePayment(ports, authorizeRequestOf(), claimOf('key-0'), caller)
    const [payment] = ports.payments.table.rows()

    expect(jsonOf(await get(ports, payment!.paymentId))).toMatchObject({
      status: 'REQUESTED',
      pendingOperation: { kind: 'authorize', amount: 10_000, since: '2026-01-02T03:04:05.006Z' },
    })
  })

  test('404 when there is none, or the id cannot be one', async () => {
    for (const paymentId of [NO_SUCH_PAYMENT, 'pay_1', "' OR 1=1"])
      expect((await get(createHandlerPorts(), paymentId)).statusCode).toBe(404)
  })

  test('503 when the database is away, or does not answer in time', async () => {
    const away = createHandlerPorts()
    away.transactions.away = true
    const hanging = createHandlerPorts()
    hanging.reader.find = () => new Promise(() => {})

    for (const result of [await get(away, NO_SUCH_PAYMENT), await get(hanging, NO_SUCH_PAYMENT, 501)])
      expect([result.statusCode, jsonOf(result).code]).toEqual([503, 'SERVICE_UNAVAILABLE'])
  })
})
