/** GET /operator/lookup: what an id is of, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/look-up.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf } from '../../shared/payments/fakes.ts'
import { ask, createConsoleOfViewer } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './look-up.ts'

const ROUTE = 'GET /operator/lookup'

async function signedIn() {
  const { books, ports, headers } = await createConsoleOfViewer()
  const lookUp = (query: Record<string, string>, sent = headers) =>
    ask(createHandler(ports) as never, { route: ROUTE, query, headers: sent })
  return { books, ports, lookUp }
}

describe(ROUTE, () => {
  test('200 with the payments of every merchant that used the key; with none for what nobody knows', async () => {
    const { books, lookUp } = await signedIn()
    for (const merchantId of ['shop', 'other']) {
      const request = authorizeRequestOf({ merchantId })
      await authorizePayment(books, request, claimOf('order-7', request), caller)
    }
    const found = contract.answers[200].parse(jsonOf(await lookUp({ id: 'order-7' })))

    expect(found.matches.map(({ kind, merchantId }) => [kind, merchantId])).toEqual([
      ['key', 'other'],
      ['key', 'shop'],
    ])
    expect(jsonOf(await lookUp({ id: 'order-8' }))).toEqual({ id: 'order-8', matches: [], more: false })
  })

  test.each<Record<string, string>>([{}, { id: '' }, { id: 'a b' }, { id: 'x'.repeat(301) }])(
    '400 for %p',
    async query => {
      const { lookUp } = await signedIn()
      expect(jsonOf(await lookUp(query)).details.problems).toMatchObject([{ path: '/id' }])
    },
  )

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    const { ports, lookUp } = await signedIn()

    expect((await lookUp({ id: 'x' }, {})).statusCode).toBe(401)
    expect((await lookUp({ id: 'x' }, { host: 'evil.example' })).statusCode).toBe(403)
    ports.limiter.refusing = 'ip'
    expect((await lookUp({ id: 'x' })).statusCode).toBe(429)
  })

  test('503 when the database is away', async () => {
    const { books, lookUp } = await signedIn()
    books.transactions.away = true

    expect((await lookUp({ id: 'x' })).statusCode).toBe(503)
  })
})
