/** What the routes of the console need, with an operator who is signed in, and requests as the console's page sends them. */
import { SECRET_HEADER, SESSION_COOKIE } from '../../shared/contracts/console.ts'
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import type { HttpResult, OperatorAccess } from '../../shared/http/index.ts'
import { FakeAuditLog } from '../../shared/payments/fake-console-actions.ts'
import { createLink, exchangeLink } from '../../shared/settlement/console-sessions.ts'
import { createConsolePorts } from './fake-operators.ts'
import { createHandlerPorts } from './http-fakes.ts'
import { contextOf, type HttpCall, httpEvent } from './lambda-events.ts'

export const SHOP = 'http://127.0.0.1:5173'
const API = 'http://127.0.0.1:8080'

export function createConsole(operatorAccess: OperatorAccess = { kind: 'sessions', origins: [SHOP, API] }) {
  const fakes = createConsolePorts()
  const ports = { ...createHandlerPorts(), ...fakes.ports, operatorAccess }

  /** Adds an operator and makes a link for them. */
  async function linkFor(name: string, role: OperatorRole): Promise<string> {
    const operator = { operatorId: `opr_${name}`, name, role, tokenHash: name, createdAtMs: 0, disabledAtMs: null }
    fakes.rows.operators.push(operator)
    const made = await createLink(ports, { sandboxLogin: 'pay' }, name)
    if (made.kind === 'refused') throw new Error(made.reason)
    return made.secret
  }

  /** The two headers of an operator who has signed in. */
  async function signIn(role: OperatorRole, name = 'lee'): Promise<Record<string, string>> {
    const opened = await exchangeLink(ports, await linkFor(name, role), '127.0.0.1')
    if (opened.kind !== 'signed_in') throw new Error(opened.kind)
    return {
      cookie: `${SESSION_COOKIE}=${opened.sessionSecret}`,
      [SECRET_HEADER]: opened.requestSecret,
    }
  }
  return { ...fakes, ports, linkFor, signIn }
}

/**
 * The same, where there are payments too: `books` has all that makes them, and `ports` what a route of the console needs to find and to
 * change them. `headers` are of somebody of this role who is signed in.
 */
export async function createConsoleOf(role: OperatorRole) {
  const { ports, signIn } = createConsole()
  const books = createHandlerPorts()
  const clock = {
    nowMs: ports.clock.nowMs,
    virtualNowMs: () => books.clock.virtualNowMs(),
    catchUp: () => books.clock.catchUp(),
    sleep: (durationMs: number) => books.clock.sleep(durationMs),
  }
  const { consoleSessions, consoleSecrets, operatorAccess, operators, limiter } = ports
  const auditLog = new FakeAuditLog(books.transactions)
  return {
    books,
    auditLog,
    ports: { ...books, auditLog, consoleSessions, consoleSecrets, operatorAccess, operators, limiter, clock },
    headers: await signIn(role),
    signIn,
  }
}

export const createConsoleOfViewer = () => createConsoleOf('viewer')

type Handler = (event: never, context: never) => Promise<HttpResult>

/** As the page of the shop's origin sends it. A header that is empty is left out. */
export function ask(handler: Handler, call: HttpCall & { claims?: Record<string, unknown> }): Promise<HttpResult> {
  const isRead = call.route.startsWith('GET ')
  const given = { host: '127.0.0.1:5173', 'sec-fetch-site': 'same-origin', ...(isRead ? {} : { origin: SHOP }) }
  const headers = Object.fromEntries(Object.entries({ ...given, ...call.headers }).filter(([, value]) => value !== ''))
  const event = httpEvent({ ...call, headers })
  if (call.claims !== undefined)
    Object.assign(event.requestContext, { authorizer: { jwt: { claims: call.claims, scopes: null } } })
  return handler(event as never, contextOf() as never)
}
