/**
 * Middleware of the console's routes: where a request comes from, and which operator it is from. docs/console.md says why each is asked.
 * Which of the two ways holds is said by the configuration: a request could make up what it carries.
 */
import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { SECRET_HEADER } from '../contracts/console.ts'
import { type OperatorRole, operatorRoles } from '../contracts/lists.ts'
import { type AuthenticatePorts, authenticateSession, type SignedIn } from '../settlement/console-sessions.ts'
import { isKnownApprover, isName } from '../settlement/operators.ts'
import type { Operators } from '../settlement/ports.ts'
import { ApiError, notFound, unauthenticated } from './api-error.ts'
import { cookiePairsOf, isFromConsole, sessionCookieIn } from './console-request.ts'
import { header } from './route.ts'

export type OperatorAccess =
  /** On this machine: cookie and second secret, from one of these origins. */
  | { kind: 'sessions'; origins: readonly string[] }
  /** Deployed: an authorizer has checked a token, whose claims say name and role. */
  | { kind: 'claims'; roleClaim: string; nameClaim: string }
  /** Nobody was named who signs operators in. */
  | { kind: 'closed' }

export interface AccessPorts extends AuthenticatePorts {
  operatorAccess: OperatorAccess
  /** Asked where a token says who approves. */
  operators: Pick<Operators, 'ofName'>
}

/** Who asks. The id is of an operator that we keep; a token's operator has none. */
export interface ConsoleOperator {
  operatorId: string | undefined
  name: string
  role: OperatorRole
}

/** What handlers of the console are given. `signedIn` is there where there are sessions. */
export interface OperatorRequest {
  operator: ConsoleOperator
  signedIn: SignedIn | undefined
  /** When the token ends; undefined where there are sessions, or where it does not say. */
  tokenExpiresAtMs: number | undefined
}

type ConsoleEvent = APIGatewayProxyEventV2 & Partial<OperatorRequest>

const fromElsewhere = () => new ApiError('FORBIDDEN', { details: { reason: 'origin' } })

/** Goes first. 403 for what does not come from the console's own address, 404 where there is no console. */
export function fromConsole(ports: Pick<AccessPorts, 'operatorAccess'>): MiddlewareObj {
  const fromConsoleBefore = (request: { event: unknown }): void => {
    const access = ports.operatorAccess
    if (access.kind === 'closed') throw notFound()
    if (access.kind === 'sessions' && !isFromOneOf(request.event as ConsoleEvent, access.origins)) throw fromElsewhere()
  }
  return { before: fromConsoleBefore } as MiddlewareObj
}

function isFromOneOf(event: ConsoleEvent, origins: readonly string[]): boolean {
  const of = (name: string) => header(event, name)
  const { method } = event.requestContext.http
  return isFromConsole({ method, host: of('host'), origin: of('origin'), site: of('sec-fetch-site') }, origins)
}

/**
 * Adds `operator` and what it is known by to the event. 401 when nobody is signed in, 403 when the role is less than `needed`, or when an
 * approver is needed and only a token knows this one.
 */
export function signedInAs(ports: AccessPorts, needed: OperatorRole): MiddlewareObj {
  const signedInAsBefore = async (request: { event: unknown }): Promise<void> => {
    const event = request.event as ConsoleEvent
    const found = await operatorOf(event, ports)
    if (found === undefined) throw unauthenticated()
    if (operatorRoles.indexOf(found.operator.role) < operatorRoles.indexOf(needed))
      throw new ApiError('FORBIDDEN', { details: { reason: 'role', needed } })
    if (needed === 'approver') await refuseUnknownApprover(ports, found)
    Object.assign(event, found)
  }
  return { before: signedInAsBefore } as MiddlewareObj
}

/** The invariants judge approvals by the operators of the database. A session is of one of them: its role was read from there just now. */
async function refuseUnknownApprover(ports: AccessPorts, { operator, signedIn }: OperatorRequest): Promise<void> {
  if (signedIn !== undefined || (await isKnownApprover(ports, operator.name))) return
  throw new ApiError('FORBIDDEN', { details: { reason: 'unknown_approver', name: operator.name } })
}

async function operatorOf(event: ConsoleEvent, ports: AccessPorts): Promise<OperatorRequest | undefined> {
  const access = ports.operatorAccess
  if (access.kind === 'claims') return fromClaims(event, access)
  if (access.kind === 'closed') return undefined
  const sessionSecret = sessionCookie(event)
  const requestSecret = header(event, SECRET_HEADER)
  if (sessionSecret === undefined || requestSecret === undefined) return undefined
  const signedIn = await authenticateSession(ports, { sessionSecret, requestSecret })
  return signedIn && { operator: signedIn.operator, signedIn, tokenExpiresAtMs: undefined }
}

function sessionCookie(event: ConsoleEvent): string | undefined {
  const cookies = header(event, 'cookie')
  return sessionCookieIn(cookies === undefined ? (event.cookies ?? []) : cookiePairsOf(cookies))
}

type Claims = Readonly<Record<string, unknown>>

function fromClaims(
  { requestContext }: ConsoleEvent,
  { roleClaim, nameClaim }: { roleClaim: string; nameClaim: string },
): OperatorRequest | undefined {
  const { authorizer } = requestContext as { authorizer?: { jwt?: { claims?: Claims } } }
  const claims = authorizer?.jwt?.claims ?? {}
  const name = claims[nameClaim]
  const role = roleIn(claims[roleClaim])
  if (typeof name !== 'string' || !isName(name) || role === undefined) return undefined
  const expiresAtSeconds = Number(claims.exp)
  const tokenExpiresAtMs =
    Number.isSafeInteger(expiresAtSeconds) && expiresAtSeconds > 0 ? expiresAtSeconds * 1_000 : undefined
  return { operator: { operatorId: undefined, name, role }, signedIn: undefined, tokenExpiresAtMs }
}

/** A role, or a list with exactly one, which API Gateway writes as `[one other]`. */
function roleIn(claim: unknown): OperatorRole | undefined {
  if (typeof claim !== 'string') return undefined
  const words = /^\[.*\]$/.test(claim) ? claim.slice(1, -1).split(/[\s,]+/) : [claim]
  const roles = operatorRoles.filter(role => words.includes(role))
  return roles.length === 1 ? roles[0] : undefined
}
