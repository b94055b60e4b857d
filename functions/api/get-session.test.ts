/** GET /operator/session: who is signed in, by session and by token. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/get-session.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { ask, createConsole } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './get-session.ts'

const ROUTE = 'GET /operator/session'

const get = (ports: ReturnType<typeof createConsole>['ports'], rest: Partial<Parameters<typeof ask>[1]> = {}) =>
  ask(createHandler(ports) as never, { route: ROUTE, ...rest })

describe(ROUTE, () => {
  test('200 with name, role and until when; a use moves the one time, and not the other', async () => {
    const { ports, state, signIn } = createConsole()
    const headers = await signIn('approver')
    const first = contract.answers[200].parse(jsonOf(await get(ports, { headers })))
    state.nowMs += 10 * 60_000
    const second = contract.answers[200].parse(jsonOf(await get(ports, { headers })))

    expect(first).toEqual({
      name: 'lee',
      role: 'approver',
      expiresAt: '2026-11-29T08:00:00.000Z',
      idleExpiresAt: '2026-11-29T00:30:00.000Z',
    })
    expect(second).toEqual({ ...first, idleExpiresAt: '2026-11-29T00:40:00.000Z' })
  })

  test('200 by the claims of a token, where tokens say who somebody is', async () => {
    const { ports } = createConsole({ kind: 'claims', roleClaim: 'role', nameClaim: 'sub' })
    const view = { name: 'kim', role: 'viewer', idleExpiresAt: null }
    const claims = { sub: 'kim', role: 'viewer' }

    expect(jsonOf(await get(ports, { claims: { ...claims, exp: '1767323045' } }))).toEqual({
      ...view,
      expiresAt: '2026-01-02T03:04:05.000Z',
    })
    expect(jsonOf(await get(ports, { claims }))).toEqual({ ...view, expiresAt: null })
  })

  test('401 when nobody is signed in', async () => {
    expect((await get(createConsole().ports)).statusCode).toBe(401)
  })

  test('403 for what is not from the console', async () => {
    const { ports, signIn } = createConsole()
    const headers = { ...(await signIn('approver')), host: 'evil.example' }

    expect((await get(ports, { headers })).statusCode).toBe(403)
  })

  test('429 beyond the limit of reads', async () => {
    const { ports, signIn } = createConsole()
    const headers = await signIn('approver')
    ports.limiter.refusing = 'ip'

    expect((await get(ports, { headers })).statusCode).toBe(429)
  })

  test('503 when the database is away', async () => {
    const { ports, signIn } = createConsole()
    const headers = await signIn('approver')
    ports.consoleSessions.findSession = () => Promise.reject(new DependencyUnavailableError('away'))

    expect((await get(ports, { headers })).statusCode).toBe(503)
  })
})
