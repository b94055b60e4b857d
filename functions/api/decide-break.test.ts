/** POST /operator/reconciliation/breaks/{breakId}/decide. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/decide-break.ts'
import { proposeResolution } from '../../shared/reconciliation/decide-breaks.ts'
import { breakRoute, NO_SUCH_BREAK } from '../../test/unit/decision-routes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectWriteRefusals } from '../../test/unit/operator-route.ts'
import { createHandler } from './decide-break.ts'

const ROUTE = 'POST /operator/reconciliation/breaks/{breakId}/decide'

async function route() {
  const made = await breakRoute(createHandler, ROUTE, 'approver', { version: 1, decision: 'approve' })
  const wanted = { kind: 'resolve', account: 'own_funds' } as const
  await proposeResolution(made.own, made.breakId, wanted, { actor: 'Kim', reason: 'ours' })
  return made
}

describe(ROUTE, () => {
  test('200, once: what another has proposed is booked', async () => {
    const { own, breakId, of, send } = await route()
    const first = await send(of())
    const again = await send(of())

    expect(contract.answers[200].parse(jsonOf(first))).toMatchObject({ breakId, state: 'RESOLVED', remaining: 0 })
    expect([again.statusCode, jsonOf(again)]).toEqual([200, jsonOf(first)])
    expect(own.reconLedger.balanceMinor('own_funds')).toBe(1_000)
    expect(own.auditLog.entries.at(-1)).toMatchObject({ actor: 'lee', action: 'break.acted', subject: breakId })
  })

  test('200 for a refusal: the break is assigned again, and nothing is booked', async () => {
    const { own, of, send } = await route()

    expect(jsonOf(await send(of({ decision: 'refuse' })))).toMatchObject({ state: 'ASSIGNED', remaining: 1_000 })
    expect(own.reconLedger.balanceMinor('own_funds')).toBe(0)
  })

  test('409 for one’s own proposal, and for a version that is another one by now', async () => {
    const { of, send, signIn } = await route()
    const proposer = await signIn('approver', 'Kim')

    expect(jsonOf(await send(of(), proposer))).toMatchObject({
      code: 'BREAK_CONFLICT',
      details: { reason: 'own_proposal' },
    })
    expect(jsonOf(await send(of({ version: 0 }))).details).toEqual({ reason: 'changed' })
  })

  test('404 for a break that there is not, 401, 403, 413, 415, 422, 429', async () => {
    const made = await route()
    expect((await made.send(made.of({}, NO_SUCH_BREAK))).statusCode).toBe(404)
    await made.send(made.of())

    await expectWriteRefusals(made, made.of(), await made.signIn('operator', 'park'))
  })

  test('503 when the database is away', async () => {
    const { db, of, send } = await route()
    db.away = true

    expect((await send(of())).statusCode).toBe(503)
  })
})
