/** POST /operator/reconciliation/breaks/{breakId}/note. */
import { describe, expect, test } from '@jest/globals'
import { sampleWrite } from '../../shared/contracts/operator-write.ts'
import { contract } from '../../shared/contracts/routes/note-break.ts'
import { approveProposal, assignBreak, proposeResolution } from '../../shared/reconciliation/decide-breaks.ts'
import { breakRoute, NO_SUCH_BREAK } from '../../test/unit/decision-routes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectWriteRefusals } from '../../test/unit/operator-route.ts'
import { createHandler } from './note-break.ts'

const ROUTE = 'POST /operator/reconciliation/breaks/{breakId}/note'

const route = () => breakRoute(createHandler, ROUTE, 'operator', {})

async function close({ own, breakId }: Awaited<ReturnType<typeof route>>): Promise<void> {
  await proposeResolution(own, breakId, { kind: 'resolve', account: 'own_funds' }, { actor: 'Kim', reason: 'ours' })
  await approveProposal(own, breakId, { actor: 'Park', reason: 'seen' })
}

describe(ROUTE, () => {
  test('200, once: an action with who and why, and an entry of the audit log; the break stays as it is', async () => {
    const { own, breakId, of, send } = await route()
    const first = await send(of())
    const again = await send(of())

    expect(contract.answers[200].parse(jsonOf(first))).toMatchObject({ breakId, state: 'OPEN', remaining: 1_000 })
    expect([again.statusCode, jsonOf(again)]).toEqual([200, jsonOf(first)])
    expect(await own.breaks.listActions(breakId)).toMatchObject([
      { actor: 'lee', action: 'note', reason: sampleWrite.reason },
    ])
    expect(own.auditLog.entries).toMatchObject([{ actor: 'lee', action: 'break.acted', subject: breakId }])
  })

  test('200 although somebody did something with the break meanwhile', async () => {
    const { own, breakId, of, send } = await route()
    await assignBreak(own, breakId, 'Kim', { actor: 'Kim', reason: 'mine' })

    expect(jsonOf(await send(of()))).toMatchObject({ state: 'ASSIGNED', assignee: 'Kim', version: 2 })
  })

  test('409 for a closed break', async () => {
    const made = await route()
    await close(made)

    expect(jsonOf(await made.send(made.of()))).toMatchObject({ code: 'BREAK_CONFLICT', details: { reason: 'closed' } })
  })

  test('404 for a break that there is not, 401, 403, 413, 415, 422, 429', async () => {
    const made = await route()
    expect((await made.send(made.of({}, NO_SUCH_BREAK))).statusCode).toBe(404)
    await made.send(made.of())
    // Another note would be as good as the first.
    await close(made)

    await expectWriteRefusals(made, made.of(), await made.signIn('viewer', 'park'))
  })

  test('503 when the database is away', async () => {
    const { db, of, send } = await route()
    db.away = true

    expect((await send(of())).statusCode).toBe(503)
  })
})
