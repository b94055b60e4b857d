/** GET /operator/settlements/{batchId}/items. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/find-batch-items.ts'
import { batchOf, FakeSettlementReader, itemOf } from '../../shared/settlement/fake-settlements.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './find-batch-items.ts'

const ROUTE = 'GET /operator/settlements/{batchId}/items'

async function route() {
  const settlementReader = new FakeSettlementReader()
  settlementReader.batches.push(batchOf(1), batchOf(2))
  settlementReader.items.push(itemOf(1), itemOf(2), itemOf(3))
  return { settlementReader, ...(await operatorRoute(createHandler, ROUTE, { settlementReader })) }
}

const of = (batchId: string, query?: Record<string, string>) => ({ pathParameters: { batchId }, query })
const first = batchOf(1).batchId

describe(ROUTE, () => {
  test('200 with the oldest first; the cursor leads to the rest; a batch may have none', async () => {
    const { send } = await route()
    const page = contract.answers[200].parse(jsonOf(await send(of(first, { limit: '2' }))))
    const rest = contract.answers[200].parse(jsonOf(await send(of(first, { cursor: page.nextCursor! }))))

    expect(page.items.map(({ itemId }) => itemId)).toEqual([itemOf(1).itemId, itemOf(2).itemId])
    expect(rest).toMatchObject({ items: [{ itemId: itemOf(3).itemId, net: 9_750 }], nextCursor: null })
    expect(jsonOf(await send(of(batchOf(2).batchId))).items).toEqual([])
  })

  test('404 for a batch that there is not, 400 for a cursor that is not ours', async () => {
    const { send } = await route()

    expect((await send(of(batchOf(3).batchId))).statusCode).toBe(404)
    expect((await send(of(first, { cursor: 'abc' }))).statusCode).toBe(400)
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route(), of(first))
  })

  test('503 when the database is away', async () => {
    const { settlementReader, send } = await route()
    settlementReader.away = true

    expect((await send(of(first))).statusCode).toBe(503)
  })
})
