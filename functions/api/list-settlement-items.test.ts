/** GET /settlements/{batchId}/items. */
import { describe, expect, test } from '@jest/globals'
import { itemListView } from '../../shared/contracts/routes/list-settlement-items.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { batchOf, itemOf } from '../../shared/settlement/fake-settlements.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './list-settlement-items.ts'

const { batchId } = batchOf(1)

const list = async (ports: HandlerPorts, query?: Record<string, string>, id = batchId) => {
  const call = { route: 'GET /settlements/{batchId}/items', pathParameters: { batchId: id }, query }
  return (await createHandler(ports)(httpEvent(call) as never, contextOf())) as HttpResult
}

function withItems() {
  const ports = createHandlerPorts()
  ports.settlementReader.batches.push(batchOf(1), batchOf(2, { state: 'OPEN', itemCount: 0, netMinor: 0 }))
  ports.settlementReader.items.push(
    itemOf(1, { periodEnd: '2026-11-22' }),
    itemOf(2, { periodEnd: '2026-11-21', soldOn: '2026-11-21' }),
    itemOf(3, { type: 'carry_in', paymentId: null, grossMinor: -300, feeMinor: 0, netMinor: -300, dueOn: null }),
  )
  return ports
}

const numbersIn = (result: HttpResult) =>
  itemListView.parse(jsonOf(result)).items.map(({ itemId }) => Number(itemId.at(-1)))

describe('GET /settlements/{batchId}/items', () => {
  test('200 with the first period first; the cursor leads to the rest', async () => {
    const ports = withItems()
    const first = await list(ports, { limit: '2' })
    const second = await list(ports, { limit: '2', cursor: jsonOf(first).nextCursor })

    expect(first.statusCode).toBe(200)
    expect([numbersIn(first), numbersIn(second)]).toEqual([[2, 1], [3]])
    expect(jsonOf(second).nextCursor).toBeNull()
  })

  test('200 with what each item says', async () => {
    const { items } = itemListView.parse(jsonOf(await list(withItems())))

    expect(items[1]).toEqual({
      ...{ itemId: itemOf(1).itemId, type: 'capture', paymentId: itemOf(1).paymentId, eventId: itemOf(1).eventId },
      ...{ gross: 10_000, fee: 250, vat: 0, net: 9_750, soldOn: '2026-11-22', dueOn: '2026-11-24' },
    })
    expect(items[2]).toMatchObject({ type: 'carry_in', paymentId: null, gross: -300, net: -300, dueOn: null })
  })

  test('200 with an empty page for a batch without items', async () => {
    const empty = batchOf(2).batchId
    expect(jsonOf(await list(withItems(), {}, empty))).toEqual({ batchId: empty, items: [], nextCursor: null })
  })

  test.each([batchOf(3).batchId, 'nonsense'])('404 for %p', async other => {
    const result = await list(withItems(), {}, other)

    expect([result.statusCode, jsonOf(result).code]).toEqual([404, 'NOT_FOUND'])
  })

  test.each<Record<string, string>>([
    { cursor: 'abc' },
    { cursor: Buffer.from(`2026-11-22 ${batchId}`).toString('base64url') },
    { limit: '101' },
    { type: 'refund' },
  ])('400 for %p', async query => {
    const result = await list(withItems(), query)

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
  })

  test('503 when the database is away', async () => {
    const ports = withItems()
    ports.settlementReader.away = true

    expect((await list(ports)).statusCode).toBe(503)
  })
})
