/** GET /settlements. */
import { describe, expect, test } from '@jest/globals'
import { settlementListView } from '../../shared/contracts/routes/list-settlements.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { batchOf, payoutOf } from '../../shared/settlement/fake-settlements.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './list-settlements.ts'

const list = async (ports: HandlerPorts, query?: Record<string, string>) =>
  (await createHandler(ports)(httpEvent({ route: 'GET /settlements', query }) as never, contextOf())) as HttpResult

function withBatches() {
  const ports = createHandlerPorts()
  ports.settlementReader.batches.push(
    batchOf(1, { periodEnd: '2026-11-20', dueOn: '2026-11-24' }),
    batchOf(2, { periodEnd: '2026-11-22', dueOn: '2026-11-24', merchantId: 'other' }),
    batchOf(3, { periodEnd: '2026-11-21', dueOn: '2026-11-25', currency: 'USD', state: 'CARRIED', netMinor: 0 }),
  )
  return ports
}

/** The last digits of the ids. */
const numbersIn = (result: HttpResult) =>
  settlementListView.parse(jsonOf(result)).items.map(({ batchId }) => Number(batchId.at(-1)))

describe('GET /settlements', () => {
  test('200 with the newest period first; the cursor leads to the rest', async () => {
    const ports = withBatches()
    const first = await list(ports, { limit: '2' })
    const second = await list(ports, { limit: '2', cursor: jsonOf(first).nextCursor })

    expect(first.statusCode).toBe(200)
    expect([numbersIn(first), numbersIn(second)]).toEqual([[2, 3], [1]])
    expect(jsonOf(second).nextCursor).toBeNull()
  })

  test('200 in the order of due days when these are asked for; of one day the newest batch first', async () => {
    const ports = withBatches()
    const query = { dueFrom: '2026-11-24', dueTo: '2026-11-25', limit: '2' }
    const first = await list(ports, query)

    expect(numbersIn(first)).toEqual([3, 2])
    expect(numbersIn(await list(ports, { ...query, cursor: jsonOf(first).nextCursor }))).toEqual([1])
  })

  test.each<[Record<string, string>, number[]]>([
    [{ merchantId: 'shop' }, [3, 1]],
    [{ currency: 'USD' }, [3]],
    [{ state: 'CLOSED' }, [2, 1]],
    [{ merchantId: 'shop', state: 'CLOSED' }, [1]],
    [{ soldFrom: '2026-11-21' }, [2, 3]],
    [{ soldTo: '2026-11-21' }, [3, 1]],
    [{ soldFrom: '2026-11-22', soldTo: '2026-11-20' }, []],
    [{ dueTo: '2026-11-24' }, [2, 1]],
  ])('200 for %p', async (query, numbers) => {
    expect(numbersIn(await list(withBatches(), query))).toEqual(numbers)
  })

  test('200 with the newest payout of each batch', async () => {
    const ports = withBatches()
    const { batchId } = ports.settlementReader.batches[0]!
    ports.settlementReader.payouts.push(
      payoutOf(5, { batchId, attempt: 2, state: 'SENT' }),
      payoutOf(4, { batchId, state: 'FAILED' }),
    )
    const { items } = settlementListView.parse(jsonOf(await list(ports)))

    expect(items.map(({ payout }) => payout)).toEqual([
      null,
      null,
      { payoutId: payoutOf(5).payoutId, state: 'SENT', attempt: 2 },
    ])
  })

  test('400 for days of both kinds', async () => {
    const result = await list(withBatches(), { soldTo: '2026-11-22', dueFrom: '2026-11-22' })

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toEqual([
      { path: '/dueFrom', message: 'cannot be asked for together with days of sale' },
    ])
  })

  test.each<Record<string, string>>([
    { cursor: 'abc' },
    { cursor: Buffer.from('2026-02-30 bat_01M80000000000000000000001').toString('base64url') },
    { limit: '0' },
    { state: 'SENT' },
    { soldFrom: '2026-02-30' },
    { dueTo: '2026-11-29T00:00:00Z' },
    { currency: 'krw' },
    { offset: '1' },
  ])('400 for %p', async query => {
    const result = await list(createHandlerPorts(), query)

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
  })

  test('503 when the database is away', async () => {
    const ports = withBatches()
    ports.settlementReader.away = true

    expect((await list(ports)).statusCode).toBe(503)
  })
})
