/**
 * POST /operator/session: exchange a link for a session of the console, once. Offline only.
 *
 * 201 signed in · 401 the link does not work · 403 not from the console · 429 too many wrong links · 400, 413, 415, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/sign-in.ts'
import {
  defineOperatorRoute,
  type OperatorRoutePorts,
  sessionCookie,
  sessionViewOf,
  tooManyOfAddress,
  unauthenticated,
} from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { exchangeLink, type SignInPorts } from '../../shared/settlement/console-sessions.ts'

export const createHandler = (ports: OperatorRoutePorts & SignInPorts) =>
  defineOperatorRoute(contract)(ports, async ({ body, requestContext }) => {
    const signIn = await exchangeLink(ports, body.secret, requestContext.http.sourceIp)
    if (signIn.kind === 'too_many') return tooManyOfAddress(signIn.retryAfterSeconds)
    if (signIn.kind === 'refused') return unauthenticated()
    const { operator, session, sessionSecret, requestSecret: secret } = signIn
    const headers = { 'set-cookie': sessionCookie(sessionSecret) }
    return { status: 201, body: { ...sessionViewOf(operator, session), secret }, headers }
  })

export const handler = createHandler(portsFromEnv().forBatches)
