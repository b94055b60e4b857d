import { describe, expect, test } from '@jest/globals'
import { SECRET_HEADER, sampleSession } from '../../../../shared/contracts/console.ts'
import type { ApiAnswer, ApiRequest } from '../../api/answer.ts'
import { answerOf, refusalOf } from '../../api/sample-answers.ts'
import { createStore } from '../../store.ts'
import { CONSOLE_SECRET_HEADER, createConsoleSession, parseSecret } from './session.ts'

const LINK = `opl_${'a'.repeat(43)}`
const SECOND = `opx_${'b'.repeat(43)}`
const BEGUN_MS = Date.parse('2026-11-30T09:00:00.000Z')
const MINUTE_MS = 60_000

interface Given {
  link?: string
  secret?: string | null
  answers?: (ApiAnswer | Error)[]
}

function consoleWith({ link, secret = null, answers = [] }: Given) {
  const asked: ApiRequest[] = []
  const clock = { nowMs: BEGUN_MS }
  const kept = createStore<string | null>(secret)
  const session = createConsoleSession({
    link,
    secret: kept,
    language: () => 'ko',
    nowMs: () => clock.nowMs,
    ask: async request => {
      asked.push(request)
      const next = answers.shift()
      if (next === undefined) throw new Error(`nothing is planned for ${request.method} ${request.path}`)
      if (next instanceof Error) throw next
      return next
    },
  })
  return { session, asked, kept, clock }
}

const opened = () => answerOf(201, JSON.stringify({ ...sampleSession, secret: SECOND }))
const known = () => answerOf(200, JSON.stringify(sampleSession))

describe('beginning', () => {
  test('exchanges the link by POST, in the body, and keeps the second secret', async () => {
    const { session, asked, kept } = consoleWith({ link: LINK, answers: [opened(), known()] })
    await session.begin()
    expect(asked).toMatchObject([{ method: 'POST', path: '/operator/session', body: JSON.stringify({ secret: LINK }) }])
    expect(session.state.get()).toEqual({ kind: 'open', view: sampleSession })
    expect(kept.get()).toBe(SECOND)

    await session.call('getSession', {})
    expect(asked[1]?.headers[SECRET_HEADER]).toBe(SECOND)
  })

  test('a link is exchanged once, also when it is begun twice at once', async () => {
    const { session, asked } = consoleWith({ link: LINK, answers: [opened()] })
    await Promise.all([session.begin(), session.begin()])
    expect(asked).toHaveLength(1)
  })

  test.each([400, 401] as const)('a link that is answered %i does not work, and is not tried again', async status => {
    const code = status === 400 ? 'VALIDATION_FAILED' : 'UNAUTHENTICATED'
    const { session, asked } = consoleWith({ link: LINK, answers: [refusalOf(status, code)] })
    await session.begin()
    expect(session.state.get()).toMatchObject({ kind: 'closed', why: 'linkRefused' })
    await session.begin()
    expect(session.state.get()).toMatchObject({ kind: 'closed', why: 'signedOut' })
    expect(asked).toHaveLength(1)
  })

  test('a link that was cut off is sent nowhere', async () => {
    const { session, asked } = consoleWith({ link: '' })
    await session.begin()
    expect(session.state.get()).toMatchObject({ kind: 'closed', why: 'linkRefused' })
    expect(asked).toEqual([])
  })

  // Nobody knows whether the exchange was done. The link may still be good.
  test('a link whose answer is lost is tried again when asked to', async () => {
    const { session, kept } = consoleWith({ link: LINK, answers: [new Error('reset'), opened()] })
    await session.begin()
    expect(session.state.get()).toMatchObject({ kind: 'closed', why: 'unreachable' })
    await session.begin()
    expect(session.state.get()).toMatchObject({ kind: 'open' })
    expect(kept.get()).toBe(SECOND)
  })

  test.each([
    [429, 'RATE_LIMITED', 'tooManyTries'],
    [403, 'FORBIDDEN', 'wrongAddress'],
    [503, 'SERVICE_UNAVAILABLE', 'unreachable'],
  ] as const)('%i says why, and forgets nothing', async (status, code, why) => {
    const { session, kept } = consoleWith({ secret: SECOND, answers: [refusalOf(status, code)] })
    await session.begin()
    expect(session.state.get()).toMatchObject({ kind: 'closed', why })
    expect(kept.get()).toBe(SECOND)
  })

  test('without link and secret nothing is asked', async () => {
    const { session, asked } = consoleWith({})
    await session.begin()
    expect(session.state.get()).toMatchObject({ kind: 'closed', why: 'signedOut' })
    expect(asked).toEqual([])
  })

  test('a session that the API knows no more is forgotten', async () => {
    const { session, kept } = consoleWith({ secret: SECOND, answers: [refusalOf(401, 'UNAUTHENTICATED')] })
    await session.begin()
    expect(session.state.get()).toMatchObject({ kind: 'closed', why: 'ended' })
    expect(kept.get()).toBeNull()
  })
})

describe('ending', () => {
  const begun = async (answers: (ApiAnswer | Error)[] = []) => {
    const parts = consoleWith({ secret: SECOND, answers: [known(), ...answers] })
    await parts.session.begin()
    return parts
  }

  test('signing out forgets the secret', async () => {
    const { session, asked, kept } = await begun([answerOf(200, JSON.stringify({ name: 'demo-operator' }))])
    await session.signOut()
    expect(asked[1]).toMatchObject({ method: 'DELETE', path: '/operator/session' })
    expect(session.state.get()).toMatchObject({ kind: 'closed', why: 'signedOut' })
    expect(kept.get()).toBeNull()
  })

  test('signing out that failed is said, and nothing is forgotten: the session may be open', async () => {
    const { session, kept } = await begun([refusalOf(503, 'SERVICE_UNAVAILABLE')])
    await expect(session.signOut()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
    expect(session.state.get().kind).toBe('open')
    expect(kept.get()).toBe(SECOND)
  })

  test('a 401 of any call closes the session', async () => {
    const { session, kept } = await begun([refusalOf(401, 'UNAUTHENTICATED')])
    await expect(session.call('getSession', {})).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(session.state.get()).toMatchObject({ kind: 'closed', why: 'ended' })
    expect(kept.get()).toBeNull()
  })

  test('30 minutes without a call close the page; a call begins them anew; another tab keeps its secret', async () => {
    const { session, clock, kept } = await begun([known()])
    clock.nowMs += 29 * MINUTE_MS
    session.closeIfOver()
    await session.call('getSession', {})
    clock.nowMs += 29 * MINUTE_MS
    session.closeIfOver()
    expect(session.state.get().kind).toBe('open')
    clock.nowMs += MINUTE_MS
    session.closeIfOver()
    expect(session.state.get()).toMatchObject({ kind: 'closed', why: 'idle' })
    expect(kept.get()).toBe(SECOND)
  })

  test('8 hours end it, whatever was called', async () => {
    const { session, clock, kept } = await begun([known()])
    clock.nowMs = Date.parse(sampleSession.expiresAt)
    await session.call('getSession', {})
    session.closeIfOver()
    expect(session.state.get()).toMatchObject({ kind: 'closed', why: 'ended' })
    expect(kept.get()).toBeNull()
  })

  test('signing out in another tab closes this one', async () => {
    const { session, kept } = await begun()
    kept.update(() => null)
    session.closeIfOver()
    expect(session.state.get()).toMatchObject({ kind: 'closed', why: 'signedOut' })
  })
})

describe('a write', () => {
  const begun = async (answer: ApiAnswer | Error) => {
    const parts = consoleWith({ secret: SECOND, answers: [known(), answer] })
    await parts.session.begin()
    return parts.session.write('getSession', {})
  }

  test('tells the body, the request id, and whether it had been done before', async () => {
    const answer = answerOf(200, JSON.stringify(sampleSession), { requestId: 'req_7', replayed: true })
    expect(await begun(answer)).toEqual({ body: sampleSession, requestId: 'req_7', replayed: true })
  })

  test.each([
    ['a conflict', refusalOf(409, 'REFUND_CONFLICT', { reason: 'amount', remaining: 7 })],
    ['a key of another request', refusalOf(422, 'DUPLICATE_REQUEST', { reason: 'different_request' })],
    ['a role that is not enough', refusalOf(403, 'FORBIDDEN', { reason: 'role' })],
    ['a session that has ended', refusalOf(401, 'UNAUTHENTICATED')],
    ['a refusal of the acquirer', refusalOf(402, 'PAYMENT_DECLINED', { reason: 'no' })],
  ])('%s is final, and says its details', async (_, answer) => {
    const { details } = JSON.parse(answer.bodyText)
    await expect(begun(answer)).rejects.toMatchObject({ isFinal: true, requestId: 'req_1', details })
  })

  // The API may have done it, or does it still.
  test.each([
    ['no answer', new Error('reset')],
    ['a proxy’s page', answerOf(502, '<html>')],
    ['a proxy’s refusal', answerOf(404, '<html>')],
    ['an unknown outcome', refusalOf(503, 'OUTCOME_UNKNOWN')],
    ['a bug', refusalOf(500, 'INTERNAL_ERROR')],
    ['too many requests', refusalOf(429, 'RATE_LIMITED')],
    ['a key that is being worked on', refusalOf(409, 'DUPLICATE_REQUEST', { reason: 'in_progress' })],
  ])('%s is not final', async (_, answer) => {
    await expect(begun(answer)).rejects.toMatchObject({ isFinal: false })
  })
})

test('the header is that of the contract', () => expect(CONSOLE_SECRET_HEADER).toBe(SECRET_HEADER))

test.each([
  [JSON.stringify(SECOND), SECOND],
  [null, null],
  ['nonsense', null],
  ['"opx_short"', null],
])('localStorage with %p: %p', (text, secret) => expect(parseSecret(text)).toBe(secret))

describe('asking for what is no route of the API', () => {
  test('carries the second secret and the language, and gives the answer as it came', async () => {
    const { session, asked } = consoleWith({ secret: SECOND, answers: [answerOf(409, { code: 'DEMO_CONFLICT' })] })
    const answer = await session.ask({ method: 'POST', path: '/operator/demo/clock', body: { advance: 'P1D' } })
    expect([answer.statusCode, answer.bodyText]).toEqual([409, '{"code":"DEMO_CONFLICT"}'])
    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/operator/demo/clock',
        headers: { 'accept-language': 'ko', [SECRET_HEADER]: SECOND, 'content-type': 'application/json' },
        body: '{"advance":"P1D"}',
      },
    ])
  })

  test('closes the session at a 401, and not when nothing comes', async () => {
    const answers = [known(), new Error('reset'), refusalOf(401, 'UNAUTHENTICATED')]
    const { session, kept } = consoleWith({ secret: SECOND, answers })
    await session.begin()
    await expect(session.ask({ method: 'GET', path: '/operator/demo' })).rejects.toMatchObject({ code: 'unreachable' })
    expect(session.state.get()).toMatchObject({ kind: 'open' })
    await session.ask({ method: 'GET', path: '/operator/demo' })
    expect([session.state.get(), kept.get()]).toEqual([{ kind: 'closed', by: 'link', why: 'ended' }, null])
  })
})
