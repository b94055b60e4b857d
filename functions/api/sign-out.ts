/**
 * DELETE /operator/session: end the session of the console. Offline only.
 *
 * 200 ended · 401 nobody is signed in · 403 not from the console · 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/sign-out.ts'
import { defineOperatorRoute, endedCookie, type OperatorRoutePorts, unauthenticated } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type ConsolePorts, signOut } from '../../shared/settlement/console-sessions.ts'

export const createHandler = (ports: OperatorRoutePorts & ConsolePorts) =>
  defineOperatorRoute(contract)(ports, async ({ operator, signedIn }) => {
    // Where tokens say who somebody is, there is no session of ours to end.
    if (signedIn === undefined) return unauthenticated()
    await signOut(ports, signedIn)
    return { status: 200, body: { name: operator.name }, headers: { 'set-cookie': endedCookie() } }
  })

export const handler = createHandler(portsFromEnv().forBatches)
