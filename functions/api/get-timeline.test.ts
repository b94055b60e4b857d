/** GET /operator/payments/{paymentId}/timeline: what happened to a payment, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/get-timeline.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf } from '../../shared/payments/fakes.ts'
import { ask, createConsoleOfViewer } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './get-timeline.ts'

const ROUTE = 'GET /operator/payments/{paymentId}/timeline'
const NO_SUCH_PAYMENT = 'pay_01M80000000000000000000000'

async function signedIn() {
  const { books, ports, headers } = await createConsoleOfViewer()
  const read = (paymentId = NO_SUCH_PAYMENT, sent = headers) =>
    ask(createHandler(ports) as never, { route: ROUTE, pathParameters: { paymentId }, headers: sent })
  return { books, ports, read }
}

describe(ROUTE, () => {
  test('200 with each operation, its event and its entries', async () => {
    const { books, read } = await signedIn()
    const request = authorizeRequestOf({ capture: true })
    const { paymentId } = bodyIn(await authorizePayment(books, request, claimOf('key-1', request), caller))
    const timeline = contract.answers[200].parse(jsonOf(await read(paymentId)))

    expect(timeline.operations).toMatchObject([
      { kind: 'authorize', event: { type: 'payment.authorized' }, entries: [] },
      { kind: 'capture', event: { type: 'payment.captured' }, entries: [{ type: 'capture' }] },
    ])
    expect(timeline.operations[0]!.by).toEqual({
      kind: 'request',
      requestId: caller.requestId,
      person: null,
      reason: null,
    })
  })

  test('404 for a payment that there is not, and for what cannot be one', async () => {
    const { read } = await signedIn()

    expect((await read()).statusCode).toBe(404)
    expect((await read('nothing')).statusCode).toBe(404)
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    const { ports, read } = await signedIn()

    expect((await read(NO_SUCH_PAYMENT, {})).statusCode).toBe(401)
    expect((await read(NO_SUCH_PAYMENT, { host: 'evil.example' })).statusCode).toBe(403)
    ports.limiter.refusing = 'ip'
    expect((await read()).statusCode).toBe(429)
  })

  test('503 when the database is away', async () => {
    const { books, read } = await signedIn()
    books.transactions.away = true

    expect((await read()).statusCode).toBe(503)
  })
})
