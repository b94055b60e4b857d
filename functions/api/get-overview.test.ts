/** GET /operator/overview: one answer, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract, docs, overviewParts } from '../../shared/contracts/routes/get-overview.ts'
import { checkSlice } from '../../shared/invariants/check-slice.ts'
import { settledPayment } from '../../shared/invariants/sample-payments.ts'
import { sampleSlices } from '../../shared/invariants/sample-slices.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf } from '../../shared/payments/fakes.ts'
import { ask, createConsoleOfViewer } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './get-overview.ts'

const ROUTE = 'GET /operator/overview'

async function signedIn() {
  const { books, ports, headers } = await createConsoleOfViewer()
  const slices = sampleSlices([settledPayment(1, ['authorize']), settledPayment(2, ['authorize', 'capture'])])
  const { overview, progress, outboxShards, deadLetterRows, operations, policy } = books
  const given = {
    ...ports,
    overview,
    progress,
    outboxShards,
    deadLetterRows,
    operations,
    policy,
    ...slices,
    clock: ports.clock,
  }
  const get = (sent = headers) => ask(createHandler(given) as never, { route: ROUTE, headers: sent })
  return { books, ports, slices, get }
}

describe(ROUTE, () => {
  test('200 with every part', async () => {
    const { books, slices, get } = await signedIn()
    await authorizePayment(books, authorizeRequestOf(), claimOf('key-1'), caller)
    await checkSlice(slices, 3)

    const view = contract.answers[200].parse(jsonOf(await get()))

    expect(view).toMatchObject({ invariants: { failed: 0 }, payments: { approved: 1 }, deadLetters: { waiting: 0 } })
    expect(view.invariants!.rules).toBeGreaterThan(20)
    expect(view.missing).toEqual([{ part: 'consumers', reason: 'not_yet' }])
  })

  test('200 with the reason for each part that cannot be had', async () => {
    const { books, get } = await signedIn()
    books.transactions.away = true

    const view = contract.answers[200].parse(jsonOf(await get()))

    const named = overviewParts.filter(part => view[part] === null)
    expect(view.missing.map(({ part }) => part)).toEqual(named)
    expect(view.missing).toContainEqual({ part: 'payments', reason: 'unavailable' })
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    const { ports, get } = await signedIn()

    expect((await get({})).statusCode).toBe(401)
    expect((await get({ host: 'evil.example' })).statusCode).toBe(403)
    ports.limiter.refusing = 'ip'
    expect((await get()).statusCode).toBe(429)
  })

  test('its example fits what it answers', () => {
    for (const { value } of Object.values(docs().answers[200].examples)) contract.answers[200].parse(value)
  })
})
