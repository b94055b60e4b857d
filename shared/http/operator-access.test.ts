/** Routes of the console: what opens them, and everything that does not. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import * as z from 'zod'
import { ask, createConsole, SHOP } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import type { OperatorRole } from '../contracts/lists.ts'
import { defineContract } from '../contracts/route-contract.ts'
import { DependencyUnavailableError } from '../payments/ports.ts'
import type { Operator } from '../settlement/ports.ts'
import { defineOperatorRoute } from './define-operator-route.ts'
import type { OperatorAccess } from './operator-access.ts'

const READ = 'GET /operator/things'
const WRITE = 'POST /operator/things'
const answer = z.object({ name: z.string(), role: z.string(), thing: z.string().optional() })
const refusals = ['UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED', 'INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'] as const
const bodyRefusals = ['VALIDATION_FAILED', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const

const readContract = (operator: OperatorRole) =>
  defineContract({ route: READ, tag: 'operator', operator, routeClass: 'reads', answers: { 200: answer }, refusals })
const writeContract = defineContract({
  route: WRITE,
  tag: 'operator',
  operator: 'approver',
  body: z.strictObject({ thing: z.string() }),
  answers: { 200: answer },
  refusals: [...refusals, ...bodyRefusals],
})

let made: ReturnType<typeof createConsole>
/** Calls of handlers. */
let handled: string[]
beforeEach(() => {
  made = createConsole()
  handled = []
})

const read = (needed: OperatorRole = 'viewer') =>
  defineOperatorRoute(readContract(needed))(made.ports, async ({ operator: { name, role } }) => {
    handled.push(READ)
    return { status: 200, body: { name, role } }
  }) as never
const write = () =>
  defineOperatorRoute(writeContract)(made.ports, async ({ operator: { name, role }, body }) => {
    handled.push(WRITE)
    return { status: 200, body: { name, role, thing: body.thing } }
  }) as never

type Headers = Record<string, string>
const sendRead = (headers: Headers, needed?: OperatorRole) => ask(read(needed), { route: READ, headers })
const sendWrite = (headers: Headers, body: unknown = { thing: 'x' }) => ask(write(), { route: WRITE, headers, body })

const forbidden = (details: object) => ({ statusCode: 403, code: 'FORBIDDEN', details })
const UNAUTHENTICATED = { statusCode: 401, code: 'UNAUTHENTICATED', details: {} }
const told = async (result: ReturnType<typeof ask>) => {
  const { statusCode, ...rest } = await result
  const { code, details } = jsonOf(rest as never)
  return { statusCode, code, details }
}

describe('a request of the console’s own page', () => {
  test('with cookie and second secret is the operator’s, and kept by nobody', async () => {
    const result = await sendRead(await made.signIn('viewer'))

    expect([result.statusCode, jsonOf(result)]).toEqual([200, { name: 'lee', role: 'viewer' }])
    expect(result.headers['cache-control']).toBe('no-store')
  })

  test('is sent with its origin when it changes something', async () => {
    const result = await sendWrite(await made.signIn('approver'))

    expect([result.statusCode, jsonOf(result)]).toEqual([200, { name: 'lee', role: 'approver', thing: 'x' }])
  })

  test('through the API’s own port is one, too', async () => {
    const headers = { ...(await made.signIn('approver')), host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080' }

    expect((await sendWrite(headers)).statusCode).toBe(200)
  })

  test('may carry cookies of other programs of this machine', async () => {
    const { cookie, ...rest } = await made.signIn('viewer')

    expect((await sendRead({ ...rest, cookie: `a=b; ${cookie}; console_sessions=c` })).statusCode).toBe(200)
  })
})

describe('nothing is handled, and nobody is told anything', () => {
  test.each<[string, Headers]>([
    ['without a second secret', { 'x-console-secret': '' }],
    ['without a cookie', { cookie: '' }],
    ['with the cookie alone, from another port of this machine', { 'x-console-secret': '', 'sec-fetch-site': '' }],
    ['with a second secret of nobody', { 'x-console-secret': `opx_${'9'.repeat(43)}` }],
    ['with a cookie of nobody', { cookie: `console_session=ops_${'9'.repeat(43)}` }],
  ])('%s: 401', async (_, headers) => {
    const signedIn = await made.signIn('approver')

    expect(await told(sendRead({ ...signedIn, ...headers }))).toEqual(UNAUTHENTICATED)
    expect(await told(sendWrite({ ...signedIn, ...headers }))).toEqual(UNAUTHENTICATED)
    expect(handled).toEqual([])
  })

  test('with two cookies of the name, one of which somebody else has put there: 401', async () => {
    const { cookie, ...rest } = await made.signIn('approver')
    const planted = `console_session=ops_${'9'.repeat(43)}`

    for (const cookies of [`${cookie}; ${planted}`, `${planted}; ${cookie}`, `${cookie},${planted}`])
      expect(await told(sendRead({ ...rest, cookie: cookies }))).toEqual(UNAUTHENTICATED)
    expect(handled).toEqual([])
  })

  test.each<[string, Headers]>([
    ['a host name that was rebound to this machine', { host: 'evil.example:5173', origin: 'http://evil.example:5173' }],
    ['a host name that was rebound, which sends no origin', { host: 'evil.example:5173', origin: '' }],
    ['localhost, which is not on the list', { host: 'localhost:5173', origin: 'http://localhost:5173' }],
    ['another port', { host: '127.0.0.1:9999', origin: 'http://127.0.0.1:9999' }],
    ['no port', { host: '127.0.0.1', origin: 'http://127.0.0.1' }],
    ['two hosts', { host: '127.0.0.1:5173,evil.example' }],
    ['no host', { host: '' }],
  ])('from %s: 403', async (_, headers) => {
    const signedIn = await made.signIn('approver')

    expect(await told(sendRead({ ...signedIn, ...headers }))).toEqual(forbidden({ reason: 'origin' }))
    expect(await told(sendWrite({ ...signedIn, ...headers }))).toEqual(forbidden({ reason: 'origin' }))
    expect(handled).toEqual([])
  })

  test.each<[string, Headers]>([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another site whose browser says less', { origin: 'https://evil.example', 'sec-fetch-site': '' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:9999', 'sec-fetch-site': 'same-site' }],
    ['another port whose browser leaves the origin out', { 'sec-fetch-site': 'same-site' }],
    ['an address that somebody typed or followed', { 'sec-fetch-site': 'none' }],
    ['the API’s port, sent to the shop’s', { origin: 'http://127.0.0.1:8080' }],
    ['a page without an origin', { origin: 'null' }],
    ['two origins', { origin: `${SHOP},https://evil.example` }],
    ['the same origin by https', { origin: 'https://127.0.0.1:5173' }],
  ])('of a page of %s: 403, before anything is read', async (_, headers) => {
    const signedIn = await made.signIn('approver')
    made.ports.consoleSessions.findSession = () => Promise.reject(new Error('read'))

    expect(await told(sendRead({ ...signedIn, ...headers }))).toEqual(forbidden({ reason: 'origin' }))
    expect(await told(sendWrite({ ...signedIn, ...headers }, 'no JSON'))).toEqual(forbidden({ reason: 'origin' }))
    expect(made.ports.limiter.charges).toEqual([])
  })

  test('a write without an origin: 403, though a read has none either', async () => {
    const signedIn = await made.signIn('approver')

    expect(await told(sendWrite({ ...signedIn, origin: '', 'sec-fetch-site': '' }))).toEqual(
      forbidden({ reason: 'origin' }),
    )
    expect((await sendRead({ ...signedIn, 'sec-fetch-site': '' })).statusCode).toBe(200)
  })

  test('who is signed in is asked before the body is looked at', async () => {
    expect(await told(sendWrite({}, 'no JSON'))).toEqual(UNAUTHENTICATED)
  })
})

describe('the role', () => {
  test.each<[OperatorRole, OperatorRole, number]>([
    ['viewer', 'viewer', 200],
    ['viewer', 'operator', 403],
    ['viewer', 'approver', 403],
    ['operator', 'viewer', 200],
    ['operator', 'operator', 200],
    ['operator', 'approver', 403],
    ['approver', 'viewer', 200],
    ['approver', 'approver', 200],
  ])('%s, where %s is the least: %i', async (role, needed, status) => {
    const result = await sendRead(await made.signIn(role), needed)

    expect(result.statusCode).toBe(status)
    if (status === 403) expect(jsonOf(result).details).toEqual({ reason: 'role', needed })
    expect(handled).toHaveLength(status === 200 ? 1 : 0)
  })

  test('of a viewer writes nothing', async () => {
    expect(await told(sendWrite(await made.signIn('viewer')))).toEqual(
      forbidden({ reason: 'role', needed: 'approver' }),
    )
    expect(handled).toEqual([])
  })
})

describe('what a request carries', () => {
  test('is in no answer, no log line and no figure', async () => {
    const signedIn = await made.signIn('viewer')
    const wrong = { ...signedIn, 'x-console-secret': `opx_${'8'.repeat(43)}` }
    made.ports.consoleSessions.touch = () => Promise.reject(new DependencyUnavailableError('away'))
    const told = [await sendRead(signedIn), await sendRead(wrong), await sendWrite(signedIn), await sendWrite(wrong)]

    const written = JSON.stringify([told, made.ports.log.lines, made.ports.answered])
    for (const secret of [...Object.values(signedIn), 'opx_', 'ops_']) expect(written).not.toContain(secret)
  })
})

describe('deployed', () => {
  const CLAIMS: OperatorAccess = { kind: 'claims', roleClaim: 'custom:role', nameClaim: 'email' }
  const elsewhere = { host: 'api.example', origin: 'https://console.example', 'sec-fetch-site': 'cross-site' }
  const withClaims = (claims: Record<string, unknown> | undefined, needed?: OperatorRole) =>
    ask(read(needed), { route: READ, headers: elsewhere, claims })

  test('name and role are those of the token that the authorizer has checked', async () => {
    made = createConsole(CLAIMS)

    expect(jsonOf(await withClaims({ email: 'kim@pay.example', 'custom:role': 'approver' }, 'operator'))).toEqual({
      name: 'kim@pay.example',
      role: 'approver',
    })
    expect(jsonOf(await withClaims({ email: 'kim', 'custom:role': '[staff operator]' }))).toEqual({
      name: 'kim',
      role: 'operator',
    })
    expect(await told(withClaims({ email: 'kim', 'custom:role': 'viewer' }, 'operator'))).toEqual(
      forbidden({ reason: 'role', needed: 'operator' }),
    )
  })

  describe('a route for approvers', () => {
    const KIM = { email: 'kim', 'custom:role': 'approver' }
    const withToken = (handler: () => never, route: string, claims: Record<string, unknown> = KIM) =>
      ask(handler(), { route, headers: elsewhere, claims, ...(route === WRITE ? { body: { thing: 'x' } } : {}) })
    const UNKNOWN = forbidden({ reason: 'unknown_approver', name: 'kim' })
    /** Names that were looked up. */
    let lookedUp: string[]
    beforeEach(() => {
      made = createConsole(CLAIMS)
      lookedUp = []
      const { operators } = made.ports
      made.ports.operators = {
        ...operators,
        ofName: name => {
          lookedUp.push(name)
          return operators.ofName(name)
        },
      }
    })
    const listed = (rest: Partial<Operator>) =>
      made.rows.operators.push({
        ...{ operatorId: 'opr_1', name: 'kim', role: 'approver', tokenHash: 'x', createdAtMs: 0, disabledAtMs: null },
        ...rest,
      })

    test('is handled for one whom the database knows, by one look-up', async () => {
      listed({})

      expect(jsonOf(await withToken(write, WRITE))).toEqual({ name: 'kim', role: 'approver', thing: 'x' })
      expect([handled, lookedUp]).toEqual([[WRITE], ['kim']])
    })

    test.each<[string, Partial<Operator>]>([
      ['is not there', { name: 'lee' }],
      ['is there in capitals', { name: 'Kim' }],
      ['is disabled', { disabledAtMs: 1 }],
      ['is an operator there', { role: 'operator' }],
    ])('is refused when the name %s', async (_, rest) => {
      listed(rest)

      expect(await told(withToken(write, WRITE))).toEqual(UNKNOWN)
      expect([handled, lookedUp]).toEqual([[], ['kim']])
    })

    test('is refused before its body is looked at, in words that say what to do', async () => {
      const result = await ask(write(), { route: WRITE, headers: elsewhere, claims: KIM, body: 'no JSON' })

      expect(jsonOf(result).message).toContain('npm run operators -- add NAME --role approver')
    })

    test('is refused to a token of another role without a look-up', async () => {
      listed({})

      expect(await told(withToken(write, WRITE, { ...KIM, 'custom:role': 'operator' }))).toEqual(
        forbidden({ reason: 'role', needed: 'approver' }),
      )
      expect(lookedUp).toEqual([])
    })

    test('answers 503 when the database is away', async () => {
      made.ports.operators.ofName = () => Promise.reject(new DependencyUnavailableError('away'))

      expect(await told(withToken(write, WRITE))).toMatchObject({ statusCode: 503, code: 'SERVICE_UNAVAILABLE' })
      expect(handled).toEqual([])
    })

    test('is the only one that looks anybody up', async () => {
      for (const needed of ['viewer', 'operator'] as const)
        expect((await withToken(() => read(needed), READ)).statusCode).toBe(200)
      made = createConsole()
      made.ports.operators.ofName = () => Promise.reject(new Error('looked up'))

      expect((await sendWrite(await made.signIn('approver'))).statusCode).toBe(200)
      expect(lookedUp).toEqual([])
    })
  })

  test.each<[string, Record<string, unknown> | undefined]>([
    ['no token', undefined],
    ['no claims', {}],
    ['no role', { email: 'kim' }],
    ['another role', { email: 'kim', 'custom:role': 'admin' }],
    ['a role in capitals', { email: 'kim', 'custom:role': 'Approver' }],
    ['two roles', { email: 'kim', 'custom:role': '[viewer approver]' }],
    ['no name', { 'custom:role': 'approver' }],
    ['a name that is no person’s', { email: 'system login pay', 'custom:role': 'approver' }],
    ['a name that is too long for the log', { email: 'k'.repeat(65), 'custom:role': 'approver' }],
  ])('%s: 401', async (_, claims) => {
    made = createConsole(CLAIMS)

    expect(await told(withClaims(claims))).toEqual(UNAUTHENTICATED)
    expect(handled).toEqual([])
  })

  test('a session of a sandbox opens nothing', async () => {
    made = createConsole(CLAIMS)

    expect(await told(sendRead(await made.signIn('approver')))).toEqual(UNAUTHENTICATED)
  })

  test('where nobody was named who signs operators in, there is no such route', async () => {
    made = createConsole({ kind: 'closed' })

    expect(await told(withClaims({ email: 'kim', 'custom:role': 'approver', sub: 'kim' }))).toMatchObject({
      statusCode: 404,
      code: 'NOT_FOUND',
    })
  })

  // serverless-offline takes claims from a header that anybody can write, and from tokens that nobody has checked.
  test('claims on this machine are worth nothing', async () => {
    const claims = { email: 'kim', 'custom:role': 'approver', sub: 'kim' }

    expect(await told(ask(read(), { route: READ, claims }))).toEqual(UNAUTHENTICATED)
  })
})
