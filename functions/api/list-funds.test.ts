/** GET /operator/funds. */
import { describe, expect, test } from '@jest/globals'
import { dayOfFunds, FakeFundsDays } from '../../shared/books/fake-books.ts'
import { contract } from '../../shared/contracts/routes/list-funds.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './list-funds.ts'

const ROUTE = 'GET /operator/funds'

async function route() {
  const fundsDays = new FakeFundsDays()
  return { fundsDays, ...(await operatorRoute(createHandler, ROUTE, { fundsDays })) }
}

describe(ROUTE, () => {
  test('200 with what is missing of each day, as text', async () => {
    const { fundsDays, send } = await route()
    fundsDays.rows = [
      dayOfFunds('2026-11-26', { requiredMinor: 10n ** 20n, safeguardedMinor: 1n }),
      dayOfFunds('2026-11-27', { requiredMinor: 5n, safeguardedMinor: 7n }),
    ]
    const { days } = contract.answers[200].parse(jsonOf(await send()))

    expect(days).toMatchObject([
      { day: '2026-11-27', required: '5', safeguarded: '7', missing: '0' },
      { day: '2026-11-26', required: '100000000000000000000', missing: '99999999999999999999' },
    ])
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route())
  })

  test('503 when the database is away', async () => {
    const { fundsDays, send } = await route()
    fundsDays.listNewest = () => Promise.reject(new DependencyUnavailableError('away'))

    expect((await send()).statusCode).toBe(503)
  })
})
