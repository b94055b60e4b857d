/** POST /operator/payout-files/{fileId}/approve. */
import { describe, expect, test } from '@jest/globals'
import { sampleWrite } from '../../shared/contracts/operator-write.ts'
import { contract } from '../../shared/contracts/routes/approve-payout-file.ts'
import { payoutFileOf } from '../../shared/settlement/fake-settlements.ts'
import { payoutRoute } from '../../test/unit/decision-routes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectWriteRefusals } from '../../test/unit/operator-route.ts'
import { createHandler } from './approve-payout-file.ts'

const ROUTE = 'POST /operator/payout-files/{fileId}/approve'
const { fileId } = payoutFileOf(1)

const route = (given?: Parameters<typeof payoutRoute>[3]) => payoutRoute(createHandler, ROUTE, 'approver', given)
const of = (id = fileId) => ({ pathParameters: { fileId: id }, body: sampleWrite })

describe(ROUTE, () => {
  test('200, once, with an entry of the audit log; a repeat gets the same answer again', async () => {
    const { own, send } = await route()
    const first = await send(of())
    const again = await send(of())

    expect(contract.answers[200].parse(jsonOf(first))).toMatchObject({ fileId, state: 'APPROVED', approvedBy: 'lee' })
    expect([again.statusCode, jsonOf(again), again.headers]).toEqual([
      ...[200, jsonOf(first)],
      expect.objectContaining({ 'idempotent-replayed': 'true' }),
    ])
    expect(own.auditLog.entries).toMatchObject([
      { actor: 'lee', action: 'payout-file.approved', subject: fileId, reason: sampleWrite.reason },
    ])
    expect(own.payouts.table.rows().map(({ state }) => state)).toEqual(['APPROVED', 'APPROVED'])
  })

  test('409 when it was sent, and when a merchant has another account by now; nothing is written', async () => {
    const sent = await route({ state: 'SENT' })
    const held = await route({ accountToken: 'acct_old' })

    expect(jsonOf(await sent.send(of()))).toMatchObject({
      code: 'PAYOUT_CONFLICT',
      details: { reason: 'state', state: 'SENT' },
    })
    expect(jsonOf(await held.send(of())).details).toEqual({ reason: 'held', count: 2 })
    expect([...sent.own.auditLog.entries, ...held.own.auditLog.entries]).toEqual([])
  })

  test('404 for what there is not, 401, 403, 413, 415, 422, 429', async () => {
    const made = await route()
    expect((await made.send(of(payoutFileOf(2).fileId))).statusCode).toBe(404)
    await made.send(of())

    await expectWriteRefusals(made, of(), await made.signIn('operator', 'park'))
  })

  test('503 when the database is away', async () => {
    const { db, send } = await route()
    db.away = true

    expect((await send(of())).statusCode).toBe(503)
  })
})
