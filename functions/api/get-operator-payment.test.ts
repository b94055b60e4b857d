/** GET /operator/payments/{paymentId}: what a payment is, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/get-operator-payment.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf } from '../../shared/payments/fakes.ts'
import { ask, createConsoleOfViewer } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './get-operator-payment.ts'

const ROUTE = 'GET /operator/payments/{paymentId}'
const NO_SUCH_PAYMENT = 'pay_01M80000000000000000000000'

async function signedIn() {
  const { books, ports, headers } = await createConsoleOfViewer()
  const read = (paymentId = NO_SUCH_PAYMENT, sent = headers) =>
    ask(createHandler(ports), { route: ROUTE, pathParameters: { paymentId }, headers: sent })
  return { books, ports, read }
}

describe(ROUTE, () => {
  test('200 with its events', async () => {
    const { books, read } = await signedIn()
    const { paymentId } = bodyIn(await authorizePayment(books, authorizeRequestOf(), claimOf('key-1'), caller))

    expect(contract.answers[200].parse(jsonOf(await read(paymentId)))).toMatchObject({
      ...{ paymentId, status: 'AUTHORIZED' },
      events: [{ type: 'payment.authorized' }],
    })
  })

  test('404, 401, 403, 429 and 503', async () => {
    const { books, ports, read } = await signedIn()

    expect((await read()).statusCode).toBe(404)
    expect((await read(NO_SUCH_PAYMENT, {})).statusCode).toBe(401)
    expect((await read(NO_SUCH_PAYMENT, { host: 'evil.example' })).statusCode).toBe(403)
    ports.limiter.refusing = 'ip'
    expect((await read()).statusCode).toBe(429)
    ports.limiter.refusing = undefined
    books.transactions.away = true
    expect((await read()).statusCode).toBe(503)
  })
})
