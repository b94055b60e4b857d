/** GET /settlements/{batchId}. */
import { describe, expect, test } from '@jest/globals'
import { batchView } from '../../shared/contracts/settlement-views.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { batchOf, payoutOf } from '../../shared/settlement/fake-settlements.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './get-settlement.ts'

const get = async (ports: HandlerPorts, batchId: string) => {
  const call = { route: 'GET /settlements/{batchId}', pathParameters: { batchId } }
  return (await createHandler(ports)(httpEvent(call) as never, contextOf())) as HttpResult
}

const { batchId } = batchOf(1)

function withBatch() {
  const ports = createHandlerPorts()
  ports.settlementReader.batches.push(batchOf(1))
  ports.settlementReader.payouts.push(
    payoutOf(2, { attempt: 2 }),
    payoutOf(1, { state: 'FAILED', failure: 'account closed', fileId: 'pof_01M80000000000000000000001' }),
  )
  return ports
}

describe('GET /settlements/{batchId}', () => {
  test('200 with all payouts, the first attempt first, and no account', async () => {
    const result = await get(withBatch(), batchId)

    expect(result.statusCode).toBe(200)
    const { payouts, ...batch } = batchView.parse(jsonOf(result))
    expect(batch).toEqual({
      ...{ batchId, merchantId: 'shop', currency: 'KRW', periodEnd: '2026-11-22', dueOn: '2026-11-24' },
      ...{ state: 'CLOSED', itemCount: 1, net: 9_750 },
    })
    expect(payouts).toMatchObject([
      { attempt: 1, state: 'FAILED', failure: 'account closed', fileId: 'pof_01M80000000000000000000001' },
      { attempt: 2, state: 'CREATED', failure: null, fileId: null, amount: 9_750 },
    ])
    expect(result.body).not.toContain('acct_')
  })

  test.each([batchOf(2).batchId, 'nonsense', 'bat_', `${batchId} `])('404 for %p', async other => {
    const result = await get(withBatch(), other)

    expect([result.statusCode, jsonOf(result).code]).toEqual([404, 'NOT_FOUND'])
  })

  test('503 when the database is away', async () => {
    const ports = withBatch()
    ports.settlementReader.away = true

    expect((await get(ports, batchId)).statusCode).toBe(503)
  })
})
