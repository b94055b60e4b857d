/** GET /operator/payments/counts: how many, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/count-payments.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf } from '../../shared/payments/fakes.ts'
import { ask, createConsoleOfViewer } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './count-payments.ts'

const ROUTE = 'GET /operator/payments/counts'

async function signedIn() {
  const { books, ports, headers } = await createConsoleOfViewer()
  const count = (query?: Record<string, string>, sent = headers) =>
    ask(createHandler(ports) as never, { route: ROUTE, query, headers: sent })
  return { books, ports, count }
}

describe(ROUTE, () => {
  test('200 with the count of each status that occurs', async () => {
    const { books, count } = await signedIn()
    for (const [index, currency] of ['KRW', 'KRW', 'USD'].entries()) {
      const request = authorizeRequestOf({ currency })
      await authorizePayment(books, request, claimOf(`key-${index}`, request), caller)
    }

    expect(contract.answers[200].parse(jsonOf(await count({ currency: 'KRW' })))).toMatchObject({
      total: 2,
      atLeast: false,
      statuses: [{ status: 'AUTHORIZED', count: 2, atLeast: false }],
    })
  })

  test('400 for a field that it does not know: a count has no pages', async () => {
    const { count } = await signedIn()
    expect((await count({ limit: '1' })).statusCode).toBe(400)
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    const { ports, count } = await signedIn()

    expect((await count({}, {})).statusCode).toBe(401)
    expect((await count({}, { host: 'evil.example' })).statusCode).toBe(403)
    ports.limiter.refusing = 'ip'
    expect((await count()).statusCode).toBe(429)
  })

  test('503 when the database is away', async () => {
    const { books, count } = await signedIn()
    books.transactions.away = true

    expect((await count()).statusCode).toBe(503)
  })
})
