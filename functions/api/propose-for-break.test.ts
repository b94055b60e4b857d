/** POST /operator/reconciliation/breaks/{breakId}/propose. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/propose-for-break.ts'
import { breakRoute, NO_SUCH_BREAK } from '../../test/unit/decision-routes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectWriteRefusals } from '../../test/unit/operator-route.ts'
import { createHandler } from './propose-for-break.ts'

const ROUTE = 'POST /operator/reconciliation/breaks/{breakId}/propose'

const route = () =>
  breakRoute(createHandler, ROUTE, 'operator', { version: 0, wanted: { kind: 'resolve', account: 'own_funds' } })

describe(ROUTE, () => {
  test('200, once: it books nothing, and waits for another person', async () => {
    const { own, breakId, of, send } = await route()
    const first = await send(of())
    const again = await send(of())

    expect(contract.answers[200].parse(jsonOf(first))).toMatchObject({
      ...{ breakId, state: 'PROPOSED', remaining: 1_000, assignee: 'lee' },
    })
    expect([again.statusCode, jsonOf(again)]).toEqual([200, jsonOf(first)])
    expect(own.reconLedger.balanceMinor('own_funds')).toBe(0)
    expect(own.auditLog.entries).toMatchObject([{ actor: 'lee', action: 'break.acted', subject: breakId }])
  })

  test.each([
    [{ kind: 'resolve', account: 'petty_cash' }, 'no_such_account'],
    [{ kind: 'resolve', account: 'merchant_payable:nobody' }, 'no_such_merchant'],
    [{ kind: 'resolve', account: 'cash_in_transit' }, 'wants_target'],
    [{ kind: 'resolve', account: 'own_funds', target: 'x' }, 'takes_no_target'],
    [{ kind: 'resolve', account: 'own_funds', amount: 1_001 }, 'too_much'],
    [{ kind: 'close' }, 'something_remains'],
    [{ kind: 'give_up' }, 'not_missing'],
  ])('409 for %j', async (wanted, reason) => {
    const { of, send } = await route()
    const result = await send(of({ wanted }))

    expect([result.statusCode, jsonOf(result).details]).toEqual([409, { reason }])
  })

  test.each([
    { kind: 'steal' },
    { kind: 'close', amount: 1 },
    { kind: 'resolve' },
    { kind: 'resolve', account: 'own_funds', amount: 1.5 },
  ])('400 for %j', async wanted => {
    const { of, send } = await route()

    expect((await send(of({ wanted }))).statusCode).toBe(400)
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
