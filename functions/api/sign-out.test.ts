/** DELETE /operator/session: ends the session of whoever asks, and no other. */
import { describe, expect, test } from '@jest/globals'
import { ask, createConsole } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler as getSession } from './get-session.ts'
import { createHandler } from './sign-out.ts'

const ROUTE = 'DELETE /operator/session'

function setUp() {
  const made = createConsole()
  const out = (headers: Record<string, string>) => ask(createHandler(made.ports) as never, { route: ROUTE, headers })
  const who = async (headers: Record<string, string>) =>
    (await ask(getSession(made.ports) as never, { route: 'GET /operator/session', headers })).statusCode
  return { ...made, out, who }
}

describe(ROUTE, () => {
  test('200, the session has ended at once, and the cookie is taken back', async () => {
    const { out, who, signIn } = setUp()
    const [headers, others] = [await signIn('viewer'), await signIn('viewer', 'kim')]
    const result = await out(headers)

    expect([result.statusCode, jsonOf(result)]).toEqual([200, { name: 'lee' }])
    expect(result.headers['set-cookie']).toBe('console_session=; Path=/operator; Max-Age=0; HttpOnly; SameSite=Strict')
    expect([await who(headers), await who(others)]).toEqual([401, 200])
    expect((await out(headers)).statusCode).toBe(401)
  })

  test.each([
    ['without the second secret', { 'x-console-secret': '' }, 401],
    ['from another port of this machine', { origin: 'http://127.0.0.1:9999', 'sec-fetch-site': 'same-site' }, 403],
  ])('nobody is signed out %s', async (_, wrong, status) => {
    const { out, who, signIn } = setUp()
    const headers = await signIn('viewer')

    expect((await out({ ...headers, ...wrong })).statusCode).toBe(status)
    expect(await who(headers)).toBe(200)
  })

  test('503 and still signed in when it cannot be written', async () => {
    const { out, who, signIn, state } = setUp()
    const headers = await signIn('viewer')
    state.refusesEntries = true

    expect((await out(headers)).statusCode).toBe(503)
    state.refusesEntries = false
    expect(await who(headers)).toBe(200)
  })
})
