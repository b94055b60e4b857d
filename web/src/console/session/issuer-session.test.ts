/** The session of an issuer: what is sent where, how it is renewed, and how it ends. The issuer is a fake; issuer.test.ts has a real one. */
import { describe, expect, test } from '@jest/globals'
import { sampleSession } from '../../../../shared/contracts/console.ts'
import type { ApiAnswer, ApiRequest } from '../../api/answer.ts'
import { answerOf, refusalOf } from '../../api/sample-answers.ts'
import { createStore } from '../../store.ts'
import { type Issuer, IssuerFailure } from './issuer.ts'
import { createIssuerSession } from './issuer-session.ts'
import type { IssuerClosed } from './session.ts'
import type { Attempt, Callback } from './take-callback.ts'
import type { Tokens } from './tokens.ts'

const BEGUN_MS = Date.parse('2026-11-30T09:00:00.000Z')
const MINUTE_MS = 60_000
const SETTINGS = { issuer: 'https://issuer.example', clientId: 'console' }
const ADDRESS = '/console/payments?merchantId=moon'
const ATTEMPT: Attempt = { state: 's', nonce: 'n', verifier: 'v', ...SETTINGS, returnTo: ADDRESS }
const VIEW = { ...sampleSession, idleExpiresAt: null }

const tokensOf = (name: string, { minutes = 60, refresh = `refresh-${name}` as string | null } = {}): Tokens => ({
  sent: name,
  expiresAtMs: BEGUN_MS + minutes * MINUTE_MS,
  refresh,
})

interface Given {
  tokens?: Tokens | null
  callback?: Callback
  hadLink?: boolean
  answers?: (ApiAnswer | Error | Promise<ApiAnswer>)[]
  issuer?: Partial<Issuer>
}

function pageWith({ tokens = null, callback, hadLink = false, answers = [], issuer = {} }: Given) {
  const asked: ApiRequest[] = []
  const left: string[] = []
  const attempts: Attempt[] = []
  const revoked: string[] = []
  const clock = { nowMs: BEGUN_MS }
  const kept = createStore<Tokens | null>(tokens)
  const session = createIssuerSession({
    settings: SETTINGS,
    callback,
    hadLink,
    tokens: kept,
    issuer: {
      begin: async anew => {
        const { returnTo: _, ...attempt } = ATTEMPT
        return { address: `https://issuer.example/authorize${anew ? '?prompt=login' : ''}`, attempt }
      },
      exchange: () => Promise.reject(new Error('nobody was sent back')),
      renew: () => Promise.reject(new IssuerFailure('refused')),
      revoke: async refresh => void revoked.push(refresh),
      endAddress: async () => 'https://issuer.example/end',
      ...issuer,
    },
    keepAttempt: attempt => void attempts.push(attempt),
    language: () => 'ko',
    nowMs: () => clock.nowMs,
    ask: async request => {
      asked.push(request)
      const next = answers.shift()
      if (next === undefined) throw new Error(`nothing is planned for ${request.method} ${request.path}`)
      if (next instanceof Error) throw next
      return next
    },
    address: () => ADDRESS,
    leave: address => void left.push(address),
  })
  return { session, asked, left, attempts, revoked, kept, clock }
}

const known = () => answerOf(200, JSON.stringify(VIEW))
/** API Gateway's own words. */
const refusedByGateway = () => answerOf(401, '{"message":"Unauthorized"}')
const shown = (asked: ApiRequest[]) => asked.map(({ headers }) => headers.authorization)
const closed = (why: IssuerClosed) => ({ kind: 'closed', by: 'issuer', why })

describe('beginning', () => {
  test('without a token nothing is asked', async () => {
    const { session, asked } = pageWith({})
    await session.begin()
    expect(session.state.get()).toEqual(closed('signedOut'))
    expect(asked).toEqual([])
  })

  test('with a token asks who that is, and shows the token and no secret of a link', async () => {
    const { session, asked } = pageWith({ tokens: tokensOf('one', { refresh: null }), answers: [known()] })
    await session.begin()
    expect(session.state.get()).toEqual({ kind: 'open', view: VIEW })
    expect(asked).toEqual([
      { method: 'GET', path: '/operator/session', headers: { 'accept-language': 'ko', authorization: 'Bearer one' } },
    ])
  })

  test('a session that can be renewed has no end that is known', async () => {
    const { session } = pageWith({ tokens: tokensOf('one'), answers: [known()] })
    await session.begin()
    expect(session.state.get()).toMatchObject({ kind: 'open', view: { expiresAt: null } })
  })

  test('a link is refused, and sent to nobody; beginning again goes on without it', async () => {
    const { session, asked } = pageWith({ hadLink: true, tokens: tokensOf('one'), answers: [known()] })
    await session.begin()
    expect([session.state.get(), asked]).toEqual([closed('linkNotHere'), []])
    await session.begin()
    expect(session.state.get().kind).toBe('open')
  })

  test('a code is exchanged once, with what was kept of its attempt', async () => {
    const exchanged: unknown[] = []
    const parameters = new URLSearchParams('code=c&state=s')
    const { session, kept } = pageWith({
      callback: { parameters, attempt: ATTEMPT },
      answers: [known(), known()],
      issuer: {
        exchange: async (...given) => {
          exchanged.push(given)
          return tokensOf('one')
        },
      },
    })
    await session.begin()
    await session.begin()
    expect(exchanged).toEqual([[parameters, ATTEMPT]])
    expect(kept.get()?.sent).toBe('one')
    expect(session.state.get().kind).toBe('open')
  })

  test.each<[string, Attempt | undefined]>([
    ['no attempt', undefined],
    ['an attempt at another issuer', { ...ATTEMPT, issuer: 'https://evil.example' }],
    ['an attempt of another client', { ...ATTEMPT, clientId: 'other' }],
  ])('a code of %s is sent to nobody', async (_, attempt) => {
    const { session, asked, kept } = pageWith({ callback: { parameters: new URLSearchParams('code=c'), attempt } })
    await session.begin()
    expect([session.state.get(), asked, kept.get()]).toEqual([closed('notBegunHere'), [], null])
  })

  test.each(['refused', 'untrusted', 'issuerAway'] as const)('an issuer that is %s signs nobody in', async why => {
    const callback = { parameters: new URLSearchParams('code=c'), attempt: ATTEMPT }
    const exchange = () => Promise.reject(new IssuerFailure(why))
    const { session, kept } = pageWith({ callback, issuer: { exchange } })
    await session.begin()
    expect([session.state.get(), kept.get()]).toEqual([closed(why), null])
  })

  test('an account that the API finds no role in is told so, with the request id, and its token is forgotten', async () => {
    const answers = [refusalOf(401, 'UNAUTHENTICATED')]
    const { session, kept, revoked } = pageWith({ tokens: tokensOf('one'), answers })
    await session.begin()
    expect(session.state.get()).toEqual({ ...closed('noRole'), requestId: 'req_1' })
    expect([kept.get(), revoked]).toEqual([null, ['refresh-one']])
  })

  test('an API that is away says nothing about the session', async () => {
    const { session, kept } = pageWith({ tokens: tokensOf('one'), answers: [new Error('reset'), answerOf(502, '')] })
    for (let times = 0; times < 2; times++) {
      await session.begin()
      expect(session.state.get()).toMatchObject(closed('unreachable'))
    }
    expect(kept.get()?.sent).toBe('one')
  })
})

describe('signing in', () => {
  test('keeps the attempt with the present address, and leads to the issuer', async () => {
    const { session, attempts, left } = pageWith({})
    await session.signIn()
    expect(attempts).toEqual([ATTEMPT])
    expect(left).toEqual(['https://issuer.example/authorize'])
    await session.signIn({ anew: true })
    expect(left[1]).toBe('https://issuer.example/authorize?prompt=login')
  })

  test('goes nowhere when the issuer cannot be asked', async () => {
    const begin = () => Promise.reject(new IssuerFailure('issuerAway'))
    const { session, attempts, left } = pageWith({ issuer: { begin } })
    await session.signIn()
    expect([session.state.get(), attempts, left]).toEqual([closed('issuerAway'), [], []])
  })

  test('a second click while it leads there begins no second attempt', async () => {
    const { session, attempts } = pageWith({})
    await Promise.all([session.signIn(), session.signIn()])
    expect(attempts).toHaveLength(1)
  })
})

describe('renewing', () => {
  const begun = async (given: Given) => {
    const parts = pageWith({ tokens: tokensOf('one'), ...given, answers: [known(), ...(given.answers ?? [])] })
    await parts.session.begin()
    return parts
  }

  test('a token that is nearly over is renewed before it is shown, once for all that ask', async () => {
    const renewals: string[] = []
    const { session, asked, clock, kept } = await begun({
      answers: [known(), known()],
      issuer: {
        renew: async refresh => {
          renewals.push(refresh)
          return tokensOf('two', { minutes: 120 })
        },
      },
    })
    clock.nowMs = BEGUN_MS + 60 * MINUTE_MS - 20_000
    await Promise.all([session.call('getSession', {}), session.call('getSession', {})])
    expect(renewals).toEqual(['refresh-one'])
    expect(shown(asked)).toEqual(['Bearer one', 'Bearer two', 'Bearer two'])
    expect(kept.get()).toEqual(tokensOf('two', { minutes: 120 }))
  })

  test('a token that the gateway refuses is renewed, and the same request is sent once more', async () => {
    const { session, asked } = await begun({
      answers: [refusedByGateway(), known()],
      issuer: { renew: async () => tokensOf('two') },
    })
    await session.call('getSession', {})
    expect(shown(asked)).toEqual(['Bearer one', 'Bearer one', 'Bearer two'])
    expect(session.state.get().kind).toBe('open')
  })

  // A refresh token that is used twice looks stolen, and the issuer ends all that came of it.
  test('a refusal that comes late does not use the refresh token a second time', async () => {
    const late = Promise.withResolvers<ApiAnswer>()
    const renewals: string[] = []
    const { session, asked } = await begun({
      answers: [late.promise, refusedByGateway(), known(), known()],
      issuer: {
        renew: async refresh => {
          renewals.push(refresh)
          return tokensOf('two')
        },
      },
    })
    const first = session.call('getSession', {})
    await session.call('getSession', {})
    late.resolve(refusedByGateway())
    await first
    expect(shown(asked).slice(-2)).toEqual(['Bearer two', 'Bearer two'])
    expect(renewals).toEqual(['refresh-one'])
  })

  test('a refusal of the new token, too, ends the session', async () => {
    const { session, kept } = await begun({
      answers: [refusedByGateway(), refusedByGateway()],
      issuer: { renew: async () => tokensOf('two') },
    })
    await expect(session.call('getSession', {})).rejects.toMatchObject({ code: 'UNAUTHENTICATED', isFinal: true })
    expect([session.state.get(), kept.get()]).toEqual([closed('ended'), null])
  })

  test('an issuer that gives no more ends the session', async () => {
    const { session, clock, kept, asked } = await begun({})
    clock.nowMs += 60 * MINUTE_MS
    await expect(session.call('getSession', {})).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect([session.state.get(), kept.get()]).toEqual([closed('ended'), null])
    expect(asked).toHaveLength(1)
  })

  test('an issuer that is away ends nothing: a token that is still good is shown, and otherwise nothing is sent', async () => {
    const renew = () => Promise.reject(new IssuerFailure('issuerAway'))
    const { session, clock, asked, kept } = await begun({ answers: [known()], issuer: { renew } })
    clock.nowMs = BEGUN_MS + 60 * MINUTE_MS - 20_000
    await session.call('getSession', {})
    expect(shown(asked)).toEqual(['Bearer one', 'Bearer one'])
    clock.nowMs += MINUTE_MS
    await expect(session.call('getSession', {})).rejects.toMatchObject({ code: 'unreachable' })
    expect([session.state.get().kind, kept.get()?.sent, asked.length]).toEqual(['open', 'one', 2])
  })

  test('whoever signs out while it is under way stays signed out', async () => {
    const release = Promise.withResolvers<Tokens>()
    const { session, clock, kept } = await begun({ issuer: { renew: () => release.promise } })
    clock.nowMs += 60 * MINUTE_MS
    const asking = session.call('getSession', {})
    await session.signOut()
    release.resolve(tokensOf('two', { minutes: 120 }))
    await expect(asking).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect([session.state.get(), kept.get()]).toEqual([closed('signedOut'), null])
  })
})

describe('ending', () => {
  const begun = async (given: Given = {}) => {
    const parts = pageWith({ tokens: tokensOf('one'), ...given, answers: [known(), ...(given.answers ?? [])] })
    await parts.session.begin()
    return parts
  }

  test('signing out forgets the tokens, has them revoked, and leads to the issuer’s own end', async () => {
    const { session, kept, revoked, left, asked } = await begun()
    await session.signOut()
    expect([session.state.get(), kept.get(), revoked]).toEqual([closed('signedOut'), null, ['refresh-one']])
    expect(left).toEqual(['https://issuer.example/end'])
    expect(asked).toHaveLength(1)
  })

  test.each([
    ['has no such place', async () => undefined],
    ['cannot be asked', () => Promise.reject(new IssuerFailure('issuerAway'))],
  ])('signing out at an issuer that %s ends it here', async (_, endAddress) => {
    const revoke = () => Promise.reject(new IssuerFailure('issuerAway'))
    const { session, kept, left } = await begun({ issuer: { endAddress, revoke } })
    await session.signOut()
    expect([session.state.get(), kept.get(), left]).toEqual([closed('signedOut'), null, []])
  })

  test('a token without another after it ends the session at its time, by this page’s clock', async () => {
    const { session, clock } = await begun({ tokens: tokensOf('one', { minutes: 10, refresh: null }) })
    session.closeIfOver()
    expect(session.state.get().kind).toBe('open')
    clock.nowMs += 10 * MINUTE_MS
    session.closeIfOver()
    expect(session.state.get()).toEqual(closed('ended'))
  })

  test('30 minutes without a call close the page and forget the tokens; a call begins them anew', async () => {
    const { session, clock, kept, revoked } = await begun({ answers: [known()] })
    clock.nowMs += 29 * MINUTE_MS
    await session.call('getSession', {})
    clock.nowMs += 29 * MINUTE_MS
    session.closeIfOver()
    expect(session.state.get().kind).toBe('open')
    clock.nowMs += MINUTE_MS
    session.closeIfOver()
    expect([session.state.get(), kept.get(), revoked]).toEqual([closed('idle'), null, ['refresh-one']])
  })

  test('tokens that are gone close the page', async () => {
    const { session, kept } = await begun()
    kept.update(() => null)
    session.closeIfOver()
    expect(session.state.get()).toEqual(closed('signedOut'))
  })
})

describe('what is sent', () => {
  const begun = async (...answers: (ApiAnswer | Error)[]) => {
    const parts = pageWith({ tokens: tokensOf('one'), answers: [known(), ...answers] })
    await parts.session.begin()
    return parts
  }

  test('a role that is not enough is a refusal, and ends nothing', async () => {
    const { session } = await begun(refusalOf(403, 'FORBIDDEN', { reason: 'role', needed: 'operator' }))
    const call = { path: { paymentId: 'pay_1' }, body: { key: 'console:1', reason: 'x' } }
    await expect(session.write('operatorVoid', call)).rejects.toMatchObject({ code: 'FORBIDDEN', isFinal: true })
    expect(session.state.get().kind).toBe('open')
  })

  test('what is no route of the API is not asked, and gets no token', async () => {
    const { session, asked } = pageWith({ tokens: tokensOf('first') })
    await expect(session.ask({ method: 'GET', path: '/operator/demo' })).resolves.toMatchObject({ statusCode: 404 })
    expect(asked).toEqual([])
  })

  test('a write whose answer is lost is undecided', async () => {
    const { session } = await begun(new Error('reset'))
    const call = { path: { paymentId: 'pay_1' }, body: { key: 'console:1', reason: 'x' } }
    await expect(session.write('operatorVoid', call)).rejects.toMatchObject({ code: 'unreachable', isFinal: false })
  })

  test('routes that are not the console’s are shown no token', async () => {
    const { session, asked } = await begun()
    await expect(session.call('getPayment', { path: { paymentId: 'pay_1' } })).rejects.toMatchObject({
      code: 'unreachable',
    })
    expect(asked).toHaveLength(1)
  })
})
