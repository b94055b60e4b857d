/** GET /operator/settlement-days. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/sum-batch-days.ts'
import { batchOf, FakeSettlementReader } from '../../shared/settlement/fake-settlements.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './sum-batch-days.ts'

const ROUTE = 'GET /operator/settlement-days'
const query = { merchantId: 'shop' }

async function route() {
  const settlementReader = new FakeSettlementReader()
  settlementReader.batches.push(
    batchOf(1, { periodEnd: '2026-11-20', dueOn: '2026-11-24', state: 'PAID', netMinor: Number.MAX_SAFE_INTEGER }),
    batchOf(2, { periodEnd: '2026-11-20', dueOn: '2026-11-25', itemCount: 2, netMinor: 700 }),
    batchOf(3, { periodEnd: '2026-11-21', dueOn: '2026-11-25', currency: 'USD', netMinor: -5 }),
    batchOf(4, { periodEnd: '2026-11-21', dueOn: '2026-11-25', merchantId: 'other' }),
  )
  return { settlementReader, ...(await operatorRoute(createHandler, ROUTE, { settlementReader })) }
}

describe(ROUTE, () => {
  test('200 by the end of the period, exactly, and by state', async () => {
    const body = contract.answers[200].parse(jsonOf(await (await route()).send({ query })))

    expect(body).toEqual({
      items: [
        {
          ...{ day: '2026-11-21', currency: 'USD', batchCount: 1, itemCount: 1, net: '-5' },
          states: [{ state: 'CLOSED', batchCount: 1, net: '-5' }],
        },
        {
          ...{ day: '2026-11-20', currency: 'KRW', batchCount: 2, itemCount: 3, net: '9007199254741691' },
          states: [
            { state: 'CLOSED', batchCount: 1, net: '700' },
            { state: 'PAID', batchCount: 1, net: '9007199254740991' },
          ],
        },
      ],
      earlierTo: null,
    })
  })

  test.each([
    [{ by: 'due' }, ['2026-11-25 KRW 700', '2026-11-25 USD -5', '2026-11-24 KRW 9007199254740991']],
    [{ by: 'due', to: '2026-11-24' }, ['2026-11-24 KRW 9007199254740991']],
    [{ from: '2026-11-21' }, ['2026-11-21 USD -5']],
    [{ currency: 'EUR' }, []],
  ])('200 for %j', async (more, sums) => {
    const { items } = contract.answers[200].parse(jsonOf(await (await route()).send({ query: { ...query, ...more } })))

    expect(items.map(({ day, currency, net }) => `${day} ${currency} ${net}`)).toEqual(sums)
  })

  test.each<Record<string, string>>([
    { merchantId: ' ' },
    { ...query, by: 'paid' },
    { ...query, to: '2026-02-30' },
    { ...query, limit: '1' },
  ])('400 for %p', async wrong => {
    const result = await (await route()).send({ query: wrong })

    expect([result.statusCode, jsonOf(result).details.problems[0].path]).toEqual([400, `/${Object.keys(wrong).at(-1)}`])
  })

  test('400 without a merchant', async () => {
    expect((await (await route()).send()).statusCode).toBe(400)
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route(), { query })
  })

  test('503 when the database is away', async () => {
    const { settlementReader, send } = await route()
    settlementReader.away = true

    expect((await send({ query })).statusCode).toBe(503)
  })
})
