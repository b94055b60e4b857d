/** GET /operator/settlements/{batchId}. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/inspect-batch.ts'
import { batchOf, FakeSettlementReader, payoutOf } from '../../shared/settlement/fake-settlements.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './inspect-batch.ts'

const ROUTE = 'GET /operator/settlements/{batchId}'
const { batchId } = batchOf(1)

async function route() {
  const settlementReader = new FakeSettlementReader()
  settlementReader.batches.push(batchOf(1))
  settlementReader.payouts.push(payoutOf(2, { attempt: 2 }), payoutOf(1, { state: 'FAILED', failure: 'closed' }))
  return { settlementReader, ...(await operatorRoute(createHandler, ROUTE, { settlementReader })) }
}

const of = (id = batchId) => ({ pathParameters: { batchId: id } })

describe(ROUTE, () => {
  test('200 with its payouts in the order of their attempts', async () => {
    const body = contract.answers[200].parse(jsonOf(await (await route()).send(of())))

    expect(body).toMatchObject({ batchId, payouts: [{ state: 'FAILED', failure: 'closed' }, { attempt: 2 }] })
  })

  test('200 with whether an approver may allow another payout', async () => {
    const { settlementReader, send } = await route()
    const canRetry = async () => contract.answers[200].parse(jsonOf(await send(of()))).canRetry
    expect(await canRetry()).toBe(false)
    settlementReader.payouts.splice(0)
    for (const attempt of [1, 2, 3, 4, 5])
      settlementReader.payouts.push(payoutOf(attempt, { attempt, state: 'FAILED' }))

    expect(await canRetry()).toBe(true)
    settlementReader.payouts.push(payoutOf(6, { attempt: 6 }))
    expect(await canRetry()).toBe(false)
  })

  test.each([batchOf(2).batchId, 'nothing'])('404 for %p', async id => {
    expect((await (await route()).send(of(id))).statusCode).toBe(404)
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route(), of())
  })

  test('503 when the database is away', async () => {
    const { settlementReader, send } = await route()
    settlementReader.away = true

    expect((await send(of())).statusCode).toBe(503)
  })
})
