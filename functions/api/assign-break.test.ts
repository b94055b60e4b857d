/** POST /operator/reconciliation/breaks/{breakId}/assign. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/assign-break.ts'
import { breakRoute, NO_SUCH_BREAK } from '../../test/unit/decision-routes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectWriteRefusals } from '../../test/unit/operator-route.ts'
import { createHandler } from './assign-break.ts'

const ROUTE = 'POST /operator/reconciliation/breaks/{breakId}/assign'

const route = () => breakRoute(createHandler, ROUTE, 'operator', { version: 0, assignee: 'Kim' })

describe(ROUTE, () => {
  test('200, once, with an entry of the audit log', async () => {
    const { own, breakId, of, send } = await route()
    const first = await send(of())
    const again = await send(of())

    expect(contract.answers[200].parse(jsonOf(first))).toMatchObject({ breakId, state: 'ASSIGNED', assignee: 'Kim' })
    expect([again.statusCode, jsonOf(again)]).toEqual([200, jsonOf(first)])
    expect(own.auditLog.entries).toMatchObject([{ actor: 'lee', action: 'break.acted', subject: breakId }])
  })

  test('409 for an operator that there is not, and for a version that is another one by now', async () => {
    const { of, send } = await route()

    expect(jsonOf(await send(of({ assignee: 'nobody' })))).toMatchObject({
      code: 'BREAK_CONFLICT',
      details: { reason: 'no_such_operator' },
    })
    expect(jsonOf(await send(of({ version: 3 }))).details).toEqual({ reason: 'changed' })
  })

  test('404 for a break that there is not, 401, 403, 413, 415, 422, 429', async () => {
    const made = await route()
    expect((await made.send(made.of({}, NO_SUCH_BREAK))).statusCode).toBe(404)
    await made.send(made.of())

    await expectWriteRefusals(made, made.of(), await made.signIn('viewer', 'park'))
  })

  test('503 when the database is away', async () => {
    const { db, of, send } = await route()
    db.away = true

    expect((await send(of())).statusCode).toBe(503)
  })
})
