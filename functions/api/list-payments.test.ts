/** GET /payments. */
import { describe, expect, test } from '@jest/globals'
import { paymentListView } from '../../shared/contracts/routes/list-payments.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf } from '../../shared/payments/fakes.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './list-payments.ts'

const list = async (ports: HandlerPorts, query?: Record<string, string>) =>
  (await createHandler(ports)(httpEvent({ route: 'GET /payments', query }) as never, contextOf())) as HttpResult

async function withPayments(merchantIds: string[]) {
  const ports = createHandlerPorts()
  const paymentIds: string[] = []
  for (const [index, merchantId] of merchantIds.entries()) {
    const request = authorizeRequestOf({ merchantId })
    const outcome = await authorizePayment(ports, request, claimOf(`key-${index}`, request), caller)
    paymentIds.push(bodyIn(outcome).paymentId)
  }
  return { ports, newestFirst: paymentIds.toReversed() }
}

const idsIn = (result: HttpResult) => paymentListView.parse(jsonOf(result)).items.map(item => item.paymentId)

describe('GET /payments', () => {
  test('200 with the newest first; the cursor leads to the rest', async () => {
    const { ports, newestFirst } = await withPayments(['a', 'b', 'a'])

    const first = await list(ports, { limit: '2' })
    const second = await list(ports, { limit: '2', cursor: jsonOf(first).nextCursor })

    expect(first.statusCode).toBe(200)
    expect([idsIn(first), idsIn(second)]).toEqual([newestFirst.slice(0, 2), newestFirst.slice(2)])
    expect(jsonOf(second).nextCursor).toBeNull()
  })

  test('200 for one merchant, or one status', async () => {
    const { ports, newestFirst } = await withPayments(['a', 'b', 'a'])

    expect(idsIn(await list(ports, { merchantId: 'a' }))).toEqual([newestFirst[0], newestFirst[2]])
    expect(idsIn(await list(ports, { status: 'AUTHORIZED' }))).toEqual(newestFirst)
    expect(idsIn(await list(ports, { status: 'COMPLETED' }))).toEqual([])
  })

  test('200 with an empty page when there is nothing', async () => {
    expect(jsonOf(await list(createHandlerPorts()))).toEqual({ items: [], nextCursor: null })
  })

  test.each<Record<string, string>>([{ cursor: 'abc' }, { limit: '0' }, { status: 'PAID' }, { offset: '1' }])(
    '400 for %p',
    async query => {
      const result = await list(createHandlerPorts(), query)

      expect(result.statusCode).toBe(400)
      expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
    },
  )

  test('503 when the database is away', async () => {
    const ports = createHandlerPorts()
    ports.transactions.away = true

    expect((await list(ports)).statusCode).toBe(503)
  })
})
