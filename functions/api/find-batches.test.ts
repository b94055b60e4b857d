/** GET /operator/settlements. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/find-batches.ts'
import { batchOf, FakeSettlementReader, payoutOf } from '../../shared/settlement/fake-settlements.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './find-batches.ts'

const ROUTE = 'GET /operator/settlements'

async function route() {
  const settlementReader = new FakeSettlementReader()
  settlementReader.batches.push(
    batchOf(1, { periodEnd: '2026-11-20', dueOn: '2026-11-24' }),
    batchOf(2, { periodEnd: '2026-11-22', dueOn: '2026-11-24', state: 'PAID' }),
    batchOf(3, { periodEnd: '2026-11-21', dueOn: '2026-11-25' }),
  )
  return { settlementReader, ...(await operatorRoute(createHandler, ROUTE, { settlementReader })) }
}

describe(ROUTE, () => {
  test('200 with the newest period that fits first; the cursor leads to the rest', async () => {
    const { send } = await route()
    const query = { state: 'CLOSED', limit: '1' }
    const first = contract.answers[200].parse(jsonOf(await send({ query })))
    const second = contract.answers[200].parse(jsonOf(await send({ query: { ...query, cursor: first.nextCursor! } })))

    const idsIn = ({ items }: typeof first) => items.map(({ batchId }) => batchId)
    expect([idsIn(first), idsIn(second)]).toEqual([[batchOf(3).batchId], [batchOf(1).batchId]])
    expect(second.nextCursor).toBeNull()
  })

  test('200 with those alone whose payouts are used up, when they are asked for', async () => {
    const { settlementReader, send } = await route()
    const attempts = (number: number, state: 'FAILED' | 'SENT') =>
      [1, 2, 3, 4, 5].map(attempt => {
        const { batchId } = batchOf(number)
        return payoutOf(10 * number + attempt, { batchId, attempt, state: attempt === 5 ? state : 'CANCELED' })
      })
    settlementReader.payouts.push(...attempts(1, 'FAILED'), ...attempts(2, 'FAILED'), ...attempts(3, 'SENT'))

    const { items } = contract.answers[200].parse(jsonOf(await send({ query: { usedUp: 'true' } })))
    expect(items).toMatchObject([{ batchId: batchOf(1).batchId, payout: { attempt: 5, state: 'FAILED' } }])
  })

  test.each<Record<string, string>>([
    { cursor: 'abc' },
    { state: 'SENT' },
    { soldFrom: '2026-02-30' },
    { offset: '1' },
    { usedUp: 'false' },
  ])('400 for %p', async query => {
    const result = await (await route()).send({ query })

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
  })

  test('400 for days of both kinds', async () => {
    const result = await (await route()).send({ query: { soldTo: '2026-11-22', dueFrom: '2026-11-22' } })

    expect([result.statusCode, jsonOf(result).details.problems[0].path]).toEqual([400, '/dueFrom'])
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route())
  })

  test('503 when the database is away', async () => {
    const { settlementReader, send } = await route()
    settlementReader.away = true

    expect((await send()).statusCode).toBe(503)
  })
})
