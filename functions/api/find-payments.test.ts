/** GET /operator/payments: filters, pages, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/find-payments.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf } from '../../shared/payments/fakes.ts'
import { ask, createConsoleOfViewer } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './find-payments.ts'

const ROUTE = 'GET /operator/payments'

async function withPayments(amounts: number[]) {
  const { books, ports, headers } = await createConsoleOfViewer()
  const paymentIds: string[] = []
  for (const amount of amounts) {
    const request = authorizeRequestOf({ amount })
    paymentIds.push(bodyIn(await authorizePayment(books, request, claimOf(`key-${amount}`, request), caller)).paymentId)
  }
  const find = (query?: Record<string, string>, sent = headers) =>
    ask(createHandler(ports) as never, { route: ROUTE, query, headers: sent })
  return { books, ports, paymentIds, find }
}

describe(ROUTE, () => {
  test('200 with the newest that fit first; the cursor leads to the rest', async () => {
    const { paymentIds, find } = await withPayments([1, 2, 3, 4])
    const query = { amountMin: '2', status: 'AUTHORIZED,COMPLETED', method: 'tok_approve', limit: '2' }
    const first = contract.answers[200].parse(jsonOf(await find(query)))
    const second = contract.answers[200].parse(jsonOf(await find({ ...query, cursor: first.nextCursor! })))

    const idsIn = ({ items }: typeof first) => items.map(({ paymentId }) => paymentId)
    expect([idsIn(first), idsIn(second)]).toEqual([[paymentIds[3], paymentIds[2]], [paymentIds[1]]])
    expect(first.items[0]).toMatchObject({ method: 'tok_approve', amount: 4 })
    expect(second).toMatchObject({ nextCursor: null, partial: false })
  })

  test.each<Record<string, string>>([
    { cursor: 'abc' },
    { limit: '0' },
    { status: 'PAID' },
    { status: 'FAILED,' },
    { from: 'yesterday' },
    { to: '2026-11-29' },
    { amountMin: '-1' },
    { amountMax: '1e3' },
    { method: '4111111111111111' },
    { currency: 'XXX' },
    { offset: '1' },
  ])('400 for %p', async query => {
    const { find } = await withPayments([])
    const result = await find(query)

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    const { ports, find } = await withPayments([])

    expect((await find({}, {})).statusCode).toBe(401)
    expect((await find({}, { host: 'evil.example' })).statusCode).toBe(403)
    ports.limiter.refusing = 'ip'
    expect((await find()).statusCode).toBe(429)
  })

  test('503 when the database is away', async () => {
    const { books, find } = await withPayments([])
    books.transactions.away = true

    expect((await find()).statusCode).toBe(503)
  })
})
