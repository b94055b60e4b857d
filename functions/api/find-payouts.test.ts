/** GET /operator/payouts. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/find-payouts.ts'
import { FakeSettlementReader, payoutFileOf, payoutOf } from '../../shared/settlement/fake-settlements.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './find-payouts.ts'

const ROUTE = 'GET /operator/payouts'
const { fileId } = payoutFileOf(1)

async function route() {
  const settlementReader = new FakeSettlementReader()
  settlementReader.payouts.push(
    payoutOf(1, { fileId }),
    payoutOf(2, { fileId, state: 'CANCELED' }),
    payoutOf(3, { merchantId: 'other' }),
    payoutOf(4, { fileId }),
  )
  return { settlementReader, ...(await operatorRoute(createHandler, ROUTE, { settlementReader })) }
}

describe(ROUTE, () => {
  test.each<[Record<string, string>, number[]]>([
    [{}, [4, 3, 2, 1]],
    [{ fileId }, [4, 2, 1]],
    [{ fileId, state: 'CREATED' }, [4, 1]],
    [{ merchantId: 'other' }, [3]],
  ])('200 for %p', async (query, numbers) => {
    const body = contract.answers[200].parse(jsonOf(await (await route()).send({ query })))

    expect(body.items.map(({ payoutId }) => payoutId)).toEqual(numbers.map(number => payoutOf(number).payoutId))
  })

  test('200 page by page', async () => {
    const { send } = await route()
    const { nextCursor } = jsonOf(await send({ query: { fileId, limit: '2' } }))
    const rest = jsonOf(await send({ query: { fileId, limit: '2', cursor: nextCursor } }))

    expect(rest).toMatchObject({ items: [{ payoutId: payoutOf(1).payoutId }], nextCursor: null })
  })

  test.each<Record<string, string>>([{ cursor: 'abc' }, { state: 'DONE' }, { fileId: 'pof_1' }])(
    '400 for %p',
    async query => {
      const result = await (await route()).send({ query })

      expect([result.statusCode, jsonOf(result).details.problems[0].path]).toEqual([400, `/${Object.keys(query)[0]}`])
    },
  )

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route())
  })

  test('503 when the database is away', async () => {
    const { settlementReader, send } = await route()
    settlementReader.away = true

    expect((await send()).statusCode).toBe(503)
  })
})
