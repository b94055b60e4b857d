/** POST /operator/payout-files/{fileId}/cancel. */
import { describe, expect, test } from '@jest/globals'
import { sampleWrite } from '../../shared/contracts/operator-write.ts'
import { contract } from '../../shared/contracts/routes/cancel-payout-file.ts'
import { payoutFileOf } from '../../shared/settlement/fake-settlements.ts'
import { payoutRoute } from '../../test/unit/decision-routes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectWriteRefusals } from '../../test/unit/operator-route.ts'
import { createHandler } from './cancel-payout-file.ts'

const ROUTE = 'POST /operator/payout-files/{fileId}/cancel'
const { fileId } = payoutFileOf(1)

const route = (given?: Parameters<typeof payoutRoute>[3]) => payoutRoute(createHandler, ROUTE, 'operator', given)
const of = (id = fileId) => ({ pathParameters: { fileId: id }, body: sampleWrite })

describe(ROUTE, () => {
  test('200, once: its payouts are canceled and booked back, and the log says so', async () => {
    const { own, send } = await route()
    const first = await send(of())
    const again = await send(of())

    expect(contract.answers[200].parse(jsonOf(first))).toMatchObject({ fileId, state: 'CANCELED', payoutCount: 0 })
    expect([again.statusCode, jsonOf(again)]).toEqual([200, jsonOf(first)])
    expect(own.payouts.table.rows().map(({ state }) => state)).toEqual(['CANCELED', 'CANCELED'])
    expect(own.settlementLedger.table.rows().map(({ type }) => type)).toEqual(['payout_failed', 'payout_failed'])
    expect(own.auditLog.entries).toMatchObject([{ actor: 'lee', action: 'payout-file.canceled', subject: fileId }])
  })

  test('409 when it was sent', async () => {
    const { send } = await route({ state: 'SENT' })

    expect(jsonOf(await send(of())).details).toEqual({ reason: 'state', state: 'SENT' })
  })

  test('404 for what there is not, 401, 403, 413, 415, 422, 429', async () => {
    const made = await route()
    expect((await made.send(of(payoutFileOf(2).fileId))).statusCode).toBe(404)
    await made.send(of())

    await expectWriteRefusals(made, of(), await made.signIn('viewer', 'park'))
  })

  test('503 when the database is away', async () => {
    const { db, send } = await route()
    db.away = true

    expect((await send(of())).statusCode).toBe(503)
  })
})
