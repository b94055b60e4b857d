/** The session of the page, in the way that its server names: by a link, or at an issuer. Neither knows of the other. */
import { createStore } from '../../store.ts'
import { CallFailure, type ConsoleSession, type SessionState } from './session.ts'
import { type IssuerSettings, type SignInSettings, WrongSettings } from './sign-in-settings.ts'

export interface Ways {
  /** Rejects when the page's server could not be asked, with WrongSettings when its file is wrong. */
  settings: () => Promise<SignInSettings>
  byLink: () => ConsoleSession
  byIssuer: (issuer: IssuerSettings) => Promise<ConsoleSession>
}

/** Asks for the way when it is begun, until it is told one. */
export function createChosenSession(ways: Ways): ConsoleSession {
  const state = createStore<SessionState>({ kind: 'opening' })
  let chosen: ConsoleSession | undefined
  let choosing: Promise<ConsoleSession> | undefined

  async function choose(): Promise<ConsoleSession> {
    const settings = await ways.settings()
    const session = settings.by === 'link' ? ways.byLink() : await ways.byIssuer(settings.issuer)
    session.state.subscribe(() => state.update(() => session.state.get()))
    return session
  }

  async function begin(): Promise<void> {
    state.update(() => ({ kind: 'opening' }))
    choosing ??= choose()
    try {
      chosen = await choosing
    } catch (error) {
      choosing = undefined
      const isWrong = error instanceof WrongSettings
      return state.update(() =>
        isWrong
          ? { kind: 'closed', by: 'issuer', why: 'misconfigured' }
          : { kind: 'closed', by: 'link', why: 'unreachable' },
      )
    }
    await chosen.begin()
  }

  /** Nothing is asked before it is open. */
  const opened = async (): Promise<ConsoleSession> => {
    if (chosen === undefined) throw new CallFailure('unreachable')
    return chosen
  }

  return {
    state,
    begin,
    call: async (name, call) => (await opened()).call(name, call),
    write: async (name, call) => (await opened()).write(name, call),
    ask: async request => (await opened()).ask(request),
    signIn: async how => (await opened()).signIn(how),
    signOut: async () => (await opened()).signOut(),
    closeIfOver: () => chosen?.closeIfOver(),
  }
}
