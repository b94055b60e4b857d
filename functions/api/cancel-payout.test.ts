/** POST /operator/payouts/{payoutId}/cancel. */
import { describe, expect, test } from '@jest/globals'
import { sampleWrite } from '../../shared/contracts/operator-write.ts'
import { contract } from '../../shared/contracts/routes/cancel-payout.ts'
import { payoutOf } from '../../shared/settlement/fake-settlements.ts'
import { payoutRoute } from '../../test/unit/decision-routes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectWriteRefusals } from '../../test/unit/operator-route.ts'
import { createHandler } from './cancel-payout.ts'

const ROUTE = 'POST /operator/payouts/{payoutId}/cancel'

const route = (given?: Parameters<typeof payoutRoute>[3]) => payoutRoute(createHandler, ROUTE, 'operator', given)
const of = (payoutId = payoutOf(1).payoutId) => ({ pathParameters: { payoutId }, body: sampleWrite })

describe(ROUTE, () => {
  test('200, once: its file goes without it', async () => {
    const { own, send } = await route()
    const first = await send(of())
    const again = await send(of())

    expect(contract.answers[200].parse(jsonOf(first))).toMatchObject({ state: 'CANCELED' })
    expect([again.statusCode, jsonOf(again)]).toEqual([200, jsonOf(first)])
    expect(own.payoutFiles.table.rows()).toMatchObject([{ state: 'PREPARED', payoutCount: 1, totalMinor: 9_750 }])
    expect(own.auditLog.entries).toMatchObject([{ action: 'payout.canceled', subject: payoutOf(1).payoutId }])
  })

  test('409 when it was sent', async () => {
    const { send } = await route({ state: 'SENT' })

    expect(jsonOf(await send(of())).details).toEqual({ reason: 'state', state: 'SENT' })
  })

  test('404 for what there is not, 401, 403, 413, 415, 422, 429', async () => {
    const made = await route()
    expect((await made.send(of(payoutOf(3).payoutId))).statusCode).toBe(404)
    await made.send(of())

    await expectWriteRefusals(made, of(), await made.signIn('viewer', 'park'))
  })

  test('503 when the database is away', async () => {
    const { db, send } = await route()
    db.away = true

    expect((await send(of())).statusCode).toBe(503)
  })
})
