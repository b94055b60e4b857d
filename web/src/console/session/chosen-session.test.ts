/** Which of the two ways a page goes, and that it goes one of them only. */
import { describe, expect, test } from '@jest/globals'
import { createStore } from '../../store.ts'
import { createChosenSession } from './chosen-session.ts'
import type { ConsoleSession, SessionState } from './session.ts'
import { type IssuerSettings, type SignInSettings, WrongSettings } from './sign-in-settings.ts'

const ISSUER: IssuerSettings = {
  issuer: 'https://issuer.example',
  clientId: 'console',
  token: 'access',
  scope: 'openid',
  audience: undefined,
}

function fakeSession(called: string[], name: string): ConsoleSession {
  const state = createStore<SessionState>({ kind: 'opening' })
  const noted = (what: string) => async (): Promise<never> => void called.push(`${name} ${what}`) as never
  return {
    state,
    begin: async () => {
      called.push(`${name} begin`)
      state.update(() => ({ kind: 'closed', by: name as 'link', why: 'signedOut' }))
    },
    call: noted('call'),
    write: noted('write'),
    ask: noted('ask'),
    signIn: noted('signIn'),
    signOut: noted('signOut'),
    closeIfOver: () => void called.push(`${name} closeIfOver`),
  }
}

function pageWith(...settings: (SignInSettings | Error)[]) {
  const called: string[] = []
  const session = createChosenSession({
    settings: async () => {
      const next = settings.shift()
      if (next === undefined) throw new Error('asked once more')
      if (next instanceof Error) throw next
      return next
    },
    byLink: () => {
      called.push('link made')
      return fakeSession(called, 'link')
    },
    byIssuer: async issuer => {
      called.push(`issuer made ${issuer.issuer}`)
      return fakeSession(called, 'issuer')
    },
  })
  return { session, called }
}

describe('a page', () => {
  test('without the file goes by the link alone', async () => {
    const { session, called } = pageWith({ by: 'link' })
    await session.begin()
    await session.begin()
    expect(called).toEqual(['link made', 'link begin', 'link begin'])
    expect(session.state.get()).toEqual({ kind: 'closed', by: 'link', why: 'signedOut' })
  })

  test('with it goes by the issuer alone', async () => {
    const { session, called } = pageWith({ by: 'issuer', issuer: ISSUER })
    await session.begin()
    for (const name of ['call', 'write'] as const) await session[name]('getSession', {})
    await session.ask({ method: 'GET', path: '/operator/demo' })
    await session.signIn()
    await session.signOut()
    session.closeIfOver()
    expect(called).toEqual(
      ['made https://issuer.example', 'begin', 'call', 'write', 'ask', 'signIn', 'signOut', 'closeIfOver'].map(
        what => `issuer ${what}`,
      ),
    )
    expect(session.state.get()).toEqual({ kind: 'closed', by: 'issuer', why: 'signedOut' })
  })

  test('whose server cannot be asked goes by neither, and asks again when it is told to', async () => {
    const { session, called } = pageWith(new Error('reset'), { by: 'link' })
    await session.begin()
    expect([called, session.state.get()]).toEqual([[], { kind: 'closed', by: 'link', why: 'unreachable' }])
    await expect(session.call('getSession', {})).rejects.toMatchObject({ code: 'unreachable' })
    await session.begin()
    expect(called).toEqual(['link made', 'link begin'])
  })

  test('whose file is wrong says so, and goes by neither', async () => {
    const { session, called } = pageWith(new WrongSettings('token'))
    await session.begin()
    expect([called, session.state.get()]).toEqual([[], { kind: 'closed', by: 'issuer', why: 'misconfigured' }])
  })

  test('that is begun twice at once makes one session', async () => {
    const { session, called } = pageWith({ by: 'link' })
    await Promise.all([session.begin(), session.begin()])
    expect(called.filter(line => line === 'link made')).toHaveLength(1)
  })
})
