/** Signing in to the console: who is given a link, what a link is exchanged for, and whom a request is from. docs/console.md tells it whole. */
import type { AuditAction } from '../contracts/lists.ts'
import type { Clock, SeparateTransactions } from '../payments/ports.ts'
import { activeNamed, type Identity, identityOf, isActive, loginActor, type RefusedChange } from './operators.ts'
import type {
  AuditLog,
  ConsoleSecrets,
  ConsoleSession,
  ConsoleSessions,
  Operator,
  Operators,
  OperatorTokens,
  SignInTries,
} from './ports.ts'

export const LINK_LIFETIME_MS = 5 * 60_000
export const SESSION_LIFETIME_MS = 8 * 60 * 60_000
/** Without a request for so long, a session has ended. */
export const SESSION_IDLE_MS = 30 * 60_000
/** The last use is written no more often: a read costs no commit. */
const TOUCH_MS = 60_000
/** For so long after its end a row can be looked at. */
const KEPT_MS = 24 * 60 * 60_000

const LINK = /^opl_[\w-]{43}$/
const SESSION = /^ops_[\w-]{43}$/
const REQUEST = /^opx_[\w-]{43}$/

export interface ConsolePorts {
  transactions: SeparateTransactions
  operators: Operators
  auditLog: AuditLog
  consoleSessions: ConsoleSessions
  consoleSecrets: ConsoleSecrets
  clock: Pick<Clock, 'nowMs'>
}

export type LinkPorts = ConsolePorts & { operatorTokens: Pick<OperatorTokens, 'hashOf'> }
export type SignInPorts = ConsolePorts & { signInTries: SignInTries }
export type AuthenticatePorts = Pick<ConsolePorts, 'consoleSessions' | 'consoleSecrets' | 'clock'>

/** Who may have a link made: the operator, with the token, or whoever has the login of a sandbox's database. */
export type LinkAuthority = { token: string } | { sandboxLogin: string }

export type RefusedLink = Extract<RefusedChange, 'no_such_operator' | 'disabled'> | 'not_your_token'

export type NewLink =
  | { kind: 'linked'; operator: Identity; secret: string; expiresAtMs: number }
  | { kind: 'refused'; reason: RefusedLink }

/** What the browser gets, once. */
export interface OpenedSession {
  operator: Identity
  session: ConsoleSession
  sessionSecret: string
  requestSecret: string
}

export type SignIn =
  | ({ kind: 'signed_in' } & OpenedSession)
  /** The link was never there, was used, has expired, or its operator is disabled: nobody is told which. */
  | { kind: 'refused' }
  | { kind: 'too_many'; retryAfterSeconds: number }

/** Whom a request is from. */
export interface SignedIn {
  operator: Identity
  session: ConsoleSession
}

/** Makes a link for the operator of this name, good for one exchange within five minutes. Its secret can be read nowhere again. */
export function createLink(ports: LinkPorts, by: LinkAuthority, name: string): Promise<NewLink> {
  const { transactions, operators, auditLog, consoleSessions, consoleSecrets, clock } = ports
  const secret = consoleSecrets.next('link')
  return transactions.run('operators', async tx => {
    const operator = activeNamed(await operators.list(tx), name)
    if ('kind' in operator) return { kind: 'refused', reason: operator.reason as RefusedLink }
    if ('token' in by && !isTokenOf(ports, operator, by.token)) return { kind: 'refused', reason: 'not_your_token' }
    const nowMs = clock.nowMs()
    const expiresAtMs = nowMs + LINK_LIFETIME_MS
    const { operatorId } = operator
    await consoleSessions.prune(tx, nowMs - KEPT_MS)
    await consoleSessions.insertLink(tx, {
      linkHash: consoleSecrets.hashOf(secret),
      operatorId,
      createdAtMs: nowMs,
      expiresAtMs,
    })
    const actor = 'token' in by ? operator.name : loginActor(by.sandboxLogin)
    await auditLog.append(tx, entryOf('console.linked', actor, operator, 'a link to sign in to the console'))
    return { kind: 'linked', operator: identityOf(operator), secret, expiresAtMs }
  })
}

const isTokenOf = ({ operatorTokens, consoleSecrets }: LinkPorts, { tokenHash }: Operator, token: string): boolean =>
  consoleSecrets.isSame(operatorTokens.hashOf(token), tokenHash)

/** Exchanges a link for a session. Of two exchanges at once exactly one gets it. `address`: whose wrong tries are counted. */
export async function exchangeLink(ports: SignInPorts, secret: string, address: string): Promise<SignIn> {
  const { signInTries } = ports
  const retryAfterSeconds = signInTries.begin(address)
  if (retryAfterSeconds !== undefined) return { kind: 'too_many', retryAfterSeconds }
  const opened = await openSession(ports, secret)
  if (opened === undefined) return { kind: 'refused' }
  signInTries.succeeded(address)
  return { kind: 'signed_in', ...opened }
}

async function openSession(ports: ConsolePorts, secret: string): Promise<OpenedSession | undefined> {
  const { transactions, operators, auditLog, consoleSessions, consoleSecrets, clock } = ports
  if (!LINK.test(secret)) return undefined
  const linkHash = consoleSecrets.hashOf(secret)
  // Before anything is locked: wrong tries wait for nobody, and nobody for them.
  if ((await consoleSessions.findLink(linkHash)) === undefined) return undefined
  const secrets = { sessionSecret: consoleSecrets.next('session'), requestSecret: consoleSecrets.next('request') }
  return transactions.run('operators', async tx => {
    // In the order of those who change operators, so that nobody waits for anybody crosswise.
    const all = await operators.list(tx)
    const link = await consoleSessions.takeLink(tx, linkHash)
    const nowMs = clock.nowMs()
    if (link === undefined || nowMs >= link.expiresAtMs) return undefined
    const operator = all.find(({ operatorId }) => operatorId === link.operatorId)
    if (operator === undefined || !isActive(operator)) return undefined
    const session: ConsoleSession = {
      sessionHash: consoleSecrets.hashOf(secrets.sessionSecret),
      secretHash: consoleSecrets.hashOf(secrets.requestSecret),
      operatorId: operator.operatorId,
      createdAtMs: nowMs,
      usedAtMs: nowMs,
      expiresAtMs: nowMs + SESSION_LIFETIME_MS,
      endedAtMs: null,
    }
    await consoleSessions.prune(tx, nowMs - KEPT_MS)
    await consoleSessions.insertSession(tx, session)
    await auditLog.append(tx, entryOf('console.signed-in', operator.name, operator, 'signed in to the console'))
    return { operator: identityOf(operator), session, ...secrets }
  })
}

/**
 * Whom a request is from: the operator of the session in the cookie, when the second secret is that of the same session, it has not ended,
 * and the operator is not disabled. Writes the time of its use when that was a minute ago. Throws DependencyUnavailableError.
 */
export async function authenticateSession(
  { consoleSessions, consoleSecrets, clock }: AuthenticatePorts,
  { sessionSecret, requestSecret }: { sessionSecret: string; requestSecret: string },
): Promise<SignedIn | undefined> {
  if (!SESSION.test(sessionSecret) || !REQUEST.test(requestSecret)) return undefined
  const found = await consoleSessions.findSession(consoleSecrets.hashOf(sessionSecret))
  if (found === undefined) return undefined
  const { session, operator } = found
  const nowMs = clock.nowMs()
  if (!consoleSecrets.isSame(consoleSecrets.hashOf(requestSecret), session.secretHash)) return undefined
  if (!isAlive(session, nowMs) || !isActive(operator)) return undefined
  if (nowMs - session.usedAtMs < TOUCH_MS) return { operator: identityOf(operator), session }
  await consoleSessions.touch(session.sessionHash, nowMs)
  return { operator: identityOf(operator), session: { ...session, usedAtMs: nowMs } }
}

const isAlive = ({ endedAtMs, expiresAtMs, usedAtMs }: ConsoleSession, nowMs: number): boolean =>
  endedAtMs === null && nowMs < expiresAtMs && nowMs < usedAtMs + SESSION_IDLE_MS

/** Ends the session, for good. */
export function signOut(
  { transactions, auditLog, consoleSessions, clock }: ConsolePorts,
  { operator, session }: SignedIn,
): Promise<void> {
  return transactions.run('operators', async tx => {
    await consoleSessions.endSession(tx, session.sessionHash, clock.nowMs())
    await auditLog.append(tx, entryOf('console.signed-out', operator.name, operator, 'signed out of the console'))
  })
}

const entryOf = (action: AuditAction, actor: string, { name, operatorId, role }: Identity, reason: string) => ({
  actor,
  action,
  subject: name,
  reason,
  details: { operatorId, role },
})
