/**
 * Who is signed in to a deployed console: the token of an issuer, which API Gateway checks before each route of the console. Kept in this
 * tab alone, sent to this page's own origin alone, and renewed where the issuer gives a refresh token.
 */
import type { CallOf } from '../../../../shared/contracts/api.ts'
import type { SessionView } from '../../../../shared/contracts/console.ts'
import type { Language } from '../../../../shared/contracts/errors.ts'
import type { RouteName } from '../../../../shared/contracts/routes.ts'
import { type ApiAnswer, type ApiRequest, errorOf } from '../../api/answer.ts'
import { readAnswer, requestTo } from '../../api/client.ts'
import { createStore, type Store } from '../../store.ts'
import { type Issuer, IssuerFailure } from './issuer.ts'
import { askedOf, CallFailure, type ConsoleSession, callsBy, type IssuerClosed, type SessionState } from './session.ts'
import type { IssuerSettings } from './sign-in-settings.ts'
import type { Attempt, Callback } from './take-callback.ts'
import type { Tokens } from './tokens.ts'

export interface IssuerSessionPorts {
  settings: Pick<IssuerSettings, 'issuer' | 'clientId'>
  issuer: Issuer
  /** What the issuer has sent back with: see `takeCallback`. */
  callback: Callback | undefined
  /** The address held a link: see `takeLink`. It is sent to nobody. */
  hadLink: boolean
  tokens: Store<Tokens | null>
  keepAttempt: (attempt: Attempt) => void
  ask: (request: ApiRequest) => Promise<ApiAnswer>
  language: () => Language
  nowMs: () => number
  /** Path and query of the present address. */
  address: () => string
  leave: (address: string) => void
}

/** So long before its end a token is renewed, where it can be: it has a way to go. */
const EARLY_MS = 30_000
/** As a session of a link. */
const IDLE_MS = 30 * 60_000

export function createIssuerSession(ports: IssuerSessionPorts): ConsoleSession {
  const { issuer, tokens, nowMs } = ports
  const state = createStore<SessionState>({ kind: 'opening' })
  let { callback, hadLink } = ports
  let isBeginning = false
  let isLeaving = false
  let renewing: Promise<Tokens> | undefined
  let lastUseMs = nowMs()

  const close = (why: IssuerClosed, requestId?: string) =>
    state.update(() => ({ kind: 'closed', by: 'issuer', why, requestId }))

  /** What the issuer gave is of no use any more, to anybody. */
  function forget(why: IssuerClosed, requestId?: string): void {
    const refresh = tokens.get()?.refresh
    tokens.update(() => null)
    close(why, requestId)
    if (refresh) issuer.revoke(refresh).catch(() => {})
  }

  function ended(): CallFailure {
    forget('ended')
    return new CallFailure('UNAUTHENTICATED', undefined, { isFinal: true })
  }

  /** One at a time: a refresh token works once. */
  function renewed(refresh: string): Promise<Tokens> {
    renewing ??= issuer.renew(refresh).finally(() => {
      renewing = undefined
    })
    return renewing
  }

  /** Rejects with a CallFailure, and closes the session when the issuer gives no more. */
  async function renew({ refresh }: Tokens): Promise<Tokens> {
    if (refresh === null) throw ended()
    try {
      const next = await renewed(refresh)
      // Whoever signed out meanwhile stays signed out.
      if (tokens.get() === null) throw new CallFailure('UNAUTHENTICATED', undefined, { isFinal: true })
      tokens.update(() => next)
      return next
    } catch (error) {
      if (!(error instanceof IssuerFailure)) throw error
      if (error.why === 'issuerAway') throw new CallFailure('unreachable')
      throw ended()
    }
  }

  async function usableTokens(): Promise<Tokens> {
    const kept = tokens.get()
    if (kept === null) throw ended()
    const leftMs = kept.expiresAtMs - nowMs()
    if (leftMs > (kept.refresh === null ? 0 : EARLY_MS)) return kept
    return renew(kept).catch(error => {
      const isGood = leftMs > 0 && tokens.get() === kept
      if (isGood) return kept
      throw error
    })
  }

  async function sendWith<Name extends RouteName>(
    { sent }: Tokens,
    name: Name,
    call: CallOf<Name>,
  ): Promise<ApiAnswer> {
    const request = requestTo(name, call, { 'accept-language': ports.language(), authorization: `Bearer ${sent}` })
    // The console's routes of this origin, and nothing else, are shown the token.
    if (!request.path.startsWith('/operator/')) throw new CallFailure('unreachable')
    return askedOf(ports, request)
  }

  /** A 401 came before anything was done, so that the same may be sent once more with another token. */
  async function send<Name extends RouteName>(name: Name, call: CallOf<Name>): Promise<ApiAnswer> {
    const used = await usableTokens()
    const answer = await sendWith(used, name, call)
    if (!isRefusedByGateway(answer) || used.refresh === null) return answer
    // Another request may have renewed it meanwhile: a refresh token that is used twice ends them all.
    const kept = tokens.get()
    return sendWith(kept !== null && kept.sent !== used.sent ? kept : await renew(used), name, call)
  }

  function opened(view: SessionView) {
    lastUseMs = nowMs()
    // What can be renewed has no end that anybody knows.
    const expiresAt = tokens.get()?.refresh ? null : view.expiresAt
    state.update(() => ({ kind: 'open', view: { ...view, expiresAt } }))
  }

  /** False when it was not taken, and the state says why. */
  async function accept({ parameters, attempt }: Callback): Promise<boolean> {
    const isOurs = attempt?.issuer === ports.settings.issuer && attempt.clientId === ports.settings.clientId
    if (!isOurs) close('notBegunHere')
    if (!isOurs) return false
    const given = await issuer.exchange(parameters, attempt)
    tokens.update(() => given)
    return true
  }

  async function askWho(): Promise<void> {
    if (tokens.get() === null) return close('signedOut')
    const answer = await send('getSession', {})
    const read = readAnswer('getSession', answer)
    if (read?.status === 200) return opened(read.body)
    if (isRefusedByGateway(answer)) return forget('ended')
    if (isWithoutRole(answer)) return forget('noRole', answer.requestId)
    close('unreachable', answer.requestId)
  }

  async function beginOnce(): Promise<void> {
    if (hadLink) {
      hadLink = false
      return close('linkNotHere')
    }
    const taken = callback
    callback = undefined
    if (taken === undefined || (await accept(taken))) await askWho()
  }

  return {
    state,
    async begin() {
      if (isBeginning) return
      isBeginning = true
      state.update(() => ({ kind: 'opening' }))
      try {
        await beginOnce()
      } catch (error) {
        if (error instanceof IssuerFailure) close(error.why)
        else if (state.get().kind === 'opening') close('unreachable')
      } finally {
        isBeginning = false
      }
    },
    ...callsBy({
      send,
      used: () => {
        lastUseMs = nowMs()
      },
      refused: answer => {
        if (isRefusedByGateway(answer)) throw ended()
        if (isWithoutRole(answer)) forget('noRole', answer.requestId)
      },
    }),
    /** A token goes to routes of the API alone, and where an issuer signs in there is nothing else to be asked. */
    async ask({ method, path }) {
      const request = { method, path, headers: {} }
      const receivedAt = new Date(nowMs()).toISOString()
      return { request, statusCode: 404, bodyText: '', replayed: false, receivedAt }
    },
    async signIn({ anew = false } = {}) {
      if (isLeaving) return
      isLeaving = true
      try {
        const { address, attempt } = await issuer.begin(anew)
        ports.keepAttempt({ ...attempt, returnTo: ports.address() })
        ports.leave(address)
      } catch (error) {
        close(error instanceof IssuerFailure ? error.why : 'misconfigured')
      } finally {
        isLeaving = false
      }
    },
    async signOut() {
      const refresh = tokens.get()?.refresh
      tokens.update(() => null)
      close('signedOut')
      if (refresh) await issuer.revoke(refresh).catch(() => {})
      // An issuer that cannot be asked keeps its own session; here, nothing is kept.
      const address = await issuer.endAddress().catch(() => undefined)
      if (address !== undefined) ports.leave(address)
    },
    closeIfOver() {
      if (state.get().kind !== 'open') return
      const kept = tokens.get()
      if (kept === null) return close('signedOut')
      if (kept.refresh === null && nowMs() >= kept.expiresAtMs) return forget('ended')
      if (nowMs() - lastUseMs >= IDLE_MS) forget('idle')
    },
  }
}

/** API Gateway's own refusal has no code of ours. */
const isRefusedByGateway = (answer: ApiAnswer): boolean => answer.statusCode === 401 && errorOf(answer) === undefined

/** The gateway has let the token pass, and our API finds no operator in it. */
const isWithoutRole = (answer: ApiAnswer): boolean => errorOf(answer)?.code === 'UNAUTHENTICATED'
