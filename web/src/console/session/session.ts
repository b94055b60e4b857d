/**
 * Who is signed in to the console: the exchange of a link, the second secret in localStorage, and how a session ends. The first secret is
 * a cookie that no script can read.
 */
import type { AnswerOf, CallOf } from '../../../../shared/contracts/api.ts'
import type { SessionView } from '../../../../shared/contracts/console.ts'
import type { ErrorBody, ErrorCode, Language } from '../../../../shared/contracts/errors.ts'
import type { RouteName } from '../../../../shared/contracts/routes.ts'
import { type ApiAnswer, type ApiRequest, errorOf } from '../../api/answer.ts'
import { readAnswer, requestTo } from '../../api/client.ts'
import { createStore, type Store } from '../../store.ts'

/** As shared/contracts/console.ts has it, which would bring zod into the page; a test compares. */
export const CONSOLE_SECRET_HEADER = 'x-console-secret'

/** Why nobody is signed in, or it cannot be told. */
export type Closed =
  /** No session in this browser. */
  | 'signedOut'
  /** The link was used, is older than five minutes, or never worked. */
  | 'linkRefused'
  /** The API knows the session no more. */
  | 'ended'
  /** Nobody used this page for as long as a session lasts without. */
  | 'idle'
  | 'tooManyTries'
  /** The page is not on an address that the console may be on. */
  | 'wrongAddress'
  /** It could not be asked: says nothing about the session. */
  | 'unreachable'

/** The same where an issuer signs operators in (issuer-session.ts). */
export type IssuerClosed =
  /** No token in this tab. */
  | 'signedOut'
  /** The token is over, and there is no other. */
  | 'ended'
  | 'idle'
  /** The issuer knows who it is, and gives them no role in the console. */
  | 'noRole'
  /** The address held a link, which works on a developer's machine only. */
  | 'linkNotHere'
  /** What the issuer sent back with belongs to no sign-in of this tab, or was used before. */
  | 'notBegunHere'
  | 'refused'
  | 'untrusted'
  | 'issuerAway'
  /** The API could not be asked. */
  | 'unreachable'
  /** The file of the page's server is wrong, or the browser lets the page keep nothing. */
  | 'misconfigured'

export type SessionState =
  | { kind: 'opening' }
  | { kind: 'open'; view: SessionView }
  | { kind: 'closed'; by: 'link'; why: Closed; requestId?: string }
  | { kind: 'closed'; by: 'issuer'; why: IssuerClosed; requestId?: string }

/** What did not come back from the API, and under which id its log has it. */
export class CallFailure extends Error {
  readonly code: ErrorCode | 'unreachable'
  readonly requestId: string | undefined
  readonly details: ErrorBody['details']
  /** Nothing was done, and the same request will not do it. Otherwise it may have been done, or may be done by a repeat. */
  readonly isFinal: boolean
  constructor(code: CallFailure['code'], requestId?: string, { details = {}, isFinal = false }: FailureMore = {}) {
    super(code)
    this.code = code
    this.requestId = requestId
    this.details = details
    this.isFinal = isFinal
  }
}

type FailureMore = Partial<Pick<CallFailure, 'details' | 'isFinal'>>

/** What a write came to. */
export interface Written<Body> {
  body: Body
  requestId: string | undefined
  /** An earlier request with this key had done it. */
  replayed: boolean
}

export interface SessionPorts {
  /** Of a link, taken from the address: see `takeLink`. */
  link: string | undefined
  secret: Store<string | null>
  ask: (request: ApiRequest) => Promise<ApiAnswer>
  language: () => Language
  nowMs: () => number
}

/** What a route answers when all is well. */
export type OkBody<Name extends RouteName> = Extract<AnswerOf<Name>, { status: 200 }>['body']

export interface ConsoleSession {
  state: Store<SessionState>
  /** Exchanges the link, or asks who is signed in. Does nothing while it is at it. */
  begin(): Promise<void>
  /** The body of a 200. Rejects with a CallFailure; a 401 also closes the session. */
  call<Name extends RouteName>(name: Name, call: CallOf<Name>): Promise<OkBody<Name>>
  /** The same, and what else the answer says. Sends once. */
  write<Name extends RouteName>(name: Name, call: CallOf<Name>): Promise<Written<OkBody<Name>>>
  /** Leads to the issuer, and from there back to this address; does nothing where a link signs in. `anew`: with another account. */
  signIn(how?: { anew?: boolean }): Promise<void>
  /**
   * The answer to what is no route of the API, as it came: of the starter, say. Sends once. Rejects with a CallFailure when none came; a 401
   * closes the session.
   */
  ask(request: Pick<ApiRequest, 'method' | 'path'> & { body?: unknown }): Promise<ApiAnswer>
  /** Rejects with a CallFailure when the session may still be open. */
  signOut(): Promise<void>
  /** Closes what has been idle too long or has reached its end, by this page's clock. */
  closeIfOver(): void
}

export function createConsoleSession(ports: SessionPorts): ConsoleSession {
  const { secret, nowMs } = ports
  const state = createStore<SessionState>({ kind: 'opening' })
  let link = ports.link
  let isBeginning = false
  let idleMs = Number.POSITIVE_INFINITY
  let lastUseMs = nowMs()

  const close = (why: Closed, requestId?: string) =>
    state.update(() => ({ kind: 'closed', by: 'link', why, requestId }))

  function headersNow() {
    const known = secret.get()
    return { 'accept-language': ports.language(), ...(known === null ? {} : { [CONSOLE_SECRET_HEADER]: known }) }
  }

  const send = <Name extends RouteName>(name: Name, call: CallOf<Name>): Promise<ApiAnswer> =>
    askedOf(ports, requestTo(name, call, headersNow()))

  function opened(view: SessionView) {
    lastUseMs = nowMs()
    if (view.idleExpiresAt !== null) idleMs = Math.max(0, Date.parse(view.idleExpiresAt) - lastUseMs)
    state.update(() => ({ kind: 'open', view }))
  }

  async function exchange(taken: string): Promise<void> {
    if (taken === '') return closeLink('linkRefused')
    const answer = await send('signIn', { body: { secret: taken } })
    const read = readAnswer('signIn', answer)
    if (read?.status === 201) {
      const { secret: second, ...view } = read.body
      link = undefined
      secret.update(() => second)
      return opened(view)
    }
    const isRefused = answer.statusCode === 400 || answer.statusCode === 401
    if (isRefused) return closeLink('linkRefused', answer.requestId)
    close(whyClosed(answer), answer.requestId)
  }

  /** A session that this browser has is not ended by a link that does not work: beginning again finds it. */
  function closeLink(why: Closed, requestId?: string) {
    link = undefined
    close(why, requestId)
  }

  async function askWho(): Promise<void> {
    if (secret.get() === null) return close('signedOut')
    const answer = await send('getSession', {})
    const read = readAnswer('getSession', answer)
    if (read?.status === 200) return opened(read.body)
    if (read?.status === 401) return forget('ended')
    close(whyClosed(answer), answer.requestId)
  }

  function forget(why: Closed) {
    secret.update(() => null)
    close(why)
  }

  return {
    state,
    async begin() {
      if (isBeginning) return
      isBeginning = true
      state.update(() => ({ kind: 'opening' }))
      try {
        await (link === undefined ? askWho() : exchange(link))
      } catch {
        close('unreachable')
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
        if (errorOf(answer)?.code === 'UNAUTHENTICATED') forget('ended')
      },
    }),
    async signIn() {},
    async ask({ body, ...request }) {
      const headers = headersNow()
      const answer = await askedOf(
        ports,
        body === undefined
          ? { ...request, headers }
          : { ...request, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) },
      )
      if (answer.statusCode < 300) lastUseMs = nowMs()
      if (errorOf(answer)?.code === 'UNAUTHENTICATED') forget('ended')
      return answer
    },
    async signOut() {
      const answer = await send('signOut', {})
      const isOver = answer.statusCode === 200 || errorOf(answer)?.code === 'UNAUTHENTICATED'
      if (!isOver) throw new CallFailure(errorOf(answer)?.code ?? 'unreachable', answer.requestId)
      forget('signedOut')
    },
    closeIfOver() {
      const current = state.get()
      if (current.kind !== 'open') return
      if (secret.get() === null) return close('signedOut')
      const { expiresAt } = current.view
      if (expiresAt !== null && nowMs() >= Date.parse(expiresAt)) return forget('ended')
      // Another tab may have used the session: only the API knows, so the secret stays.
      if (nowMs() - lastUseMs >= idleMs) close('idle')
    },
  }
}

/** Sends once. Rejects with a CallFailure when no answer comes. */
export async function askedOf({ ask }: Pick<SessionPorts, 'ask'>, request: ApiRequest): Promise<ApiAnswer> {
  try {
    return await ask(request)
  } catch {
    throw new CallFailure('unreachable')
  }
}

interface Calls {
  send<Name extends RouteName>(name: Name, call: CallOf<Name>): Promise<ApiAnswer>
  /** After a 200. */
  used: () => void
  /** After any other answer; what it throws takes the place of the answer's own failure. */
  refused: (answer: ApiAnswer) => void
}

/** What pages ask of the routes, whoever signed them in. */
export function callsBy({ send, used, refused }: Calls): Pick<ConsoleSession, 'call' | 'write'> {
  async function sendForOk<Name extends RouteName>(name: Name, call: CallOf<Name>) {
    const answer = await send(name, call)
    const read = readAnswer(name, answer)
    if (read?.status === 200) {
      used()
      return { body: read.body as OkBody<Name>, answer }
    }
    refused(answer)
    throw failureIn(answer)
  }
  return {
    async call(name, call) {
      return (await sendForOk(name, call)).body
    },
    async write(name, call) {
      const { body, answer } = await sendForOk(name, call)
      return { body, requestId: answer.requestId, replayed: answer.replayed }
    },
  }
}

function failureIn(answer: ApiAnswer): CallFailure {
  const error = errorOf(answer)
  const more = { details: error?.details ?? {}, isFinal: isFinalRefusal(answer) }
  return new CallFailure(error?.code ?? 'unreachable', answer.requestId, more)
}

/** Only the API itself refuses. A 5xx, too many requests and a key that is being worked on leave open what becomes of it. */
function isFinalRefusal(answer: ApiAnswer): boolean {
  const error = errorOf(answer)
  if (error === undefined || answer.statusCode >= 500 || answer.statusCode === 429) return false
  return error.details.reason !== 'in_progress'
}

function whyClosed(answer: ApiAnswer): Closed {
  switch (errorOf(answer)?.code) {
    case 'RATE_LIMITED':
      return 'tooManyTries'
    case 'FORBIDDEN':
      return 'wrongAddress'
    default:
      return 'unreachable'
  }
}

/** What localStorage has, or null where it is none of ours. */
export function parseSecret(text: string | null): string | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    return typeof value === 'string' && /^opx_[\w-]{43}$/.test(value) ? value : null
  } catch {
    return null
  }
}
