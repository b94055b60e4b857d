/** POST /operator/settlements/{batchId}/retry. */
import { describe, expect, test } from '@jest/globals'
import { sampleWrite } from '../../shared/contracts/operator-write.ts'
import { contract } from '../../shared/contracts/routes/retry-batch.ts'
import { batchOf } from '../../shared/settlement/fake-settlements.ts'
import { batchRoute } from '../../test/unit/decision-routes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectWriteRefusals } from '../../test/unit/operator-route.ts'
import { createHandler } from './retry-batch.ts'

const ROUTE = 'POST /operator/settlements/{batchId}/retry'
const { batchId } = batchOf(1)

const route = (given?: Parameters<typeof batchRoute>[3]) => batchRoute(createHandler, ROUTE, 'approver', given)
const of = (id = batchId) => ({ pathParameters: { batchId: id }, body: sampleWrite })

describe(ROUTE, () => {
  test('200, once, with an entry of the audit log; a repeat gets the same answer again', async () => {
    const { own, send } = await route()
    const first = await send(of())
    const again = await send(of())

    expect(contract.answers[200].parse(jsonOf(first))).toEqual({
      ...{ batchId, attempt: 6, standing: 'payable', account: 'acct_pay', from: null },
    })
    expect([again.statusCode, jsonOf(again), again.headers]).toEqual([
      ...[200, jsonOf(first)],
      expect.objectContaining({ 'idempotent-replayed': 'true' }),
    ])
    expect(own.auditLog.entries).toMatchObject([
      { actor: 'lee', action: 'batch.retried', subject: batchId, reason: sampleWrite.reason },
    ])
    expect(own.batches.table.rows()).toMatchObject([{ attemptsMax: 6 }])
  })

  test.each([
    [{ payouts: 4 }, { reason: 'attempts_left', attempt: 5 }],
    [{ last: 'SENT' as const }, { reason: 'living', payoutId: expect.stringMatching(/^out_/), state: 'SENT' }],
    [{ state: 'HELD' as const }, { reason: 'state', state: 'HELD' }],
    [{ payouts: 100, attemptsMax: 100 }, { reason: 'too_many' }],
  ])('409 for %p; nothing is written', async (given, details) => {
    const { own, send } = await route(given)
    const refused = jsonOf(await send(of()))

    expect([refused.code, refused.details]).toEqual(['BATCH_CONFLICT', details])
    expect(own.auditLog.entries).toEqual([])
  })

  test('404 for what there is not, 401, 403, 413, 415, 422, 429', async () => {
    const made = await route()
    expect((await made.send(of(batchOf(2).batchId))).statusCode).toBe(404)
    await made.send(of())

    await expectWriteRefusals(made, of(), await made.signIn('operator', 'park'))
  })

  test('503 when the database is away', async () => {
    const { db, send } = await route()
    db.away = true

    expect((await send(of())).statusCode).toBe(503)
  })
})
