/**
 * GET /operator/session: who is signed in to the console, and until when.
 *
 * 200 · 401 nobody is · 403 not from the console · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-session.ts'
import { defineOperatorRoute, type OperatorRoutePorts, sessionViewOf } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts) =>
  defineOperatorRoute(contract)(ports, async ({ operator, signedIn, tokenExpiresAtMs }) => ({
    status: 200,
    body: sessionViewOf(operator, signedIn?.session, tokenExpiresAtMs),
  }))

export const handler = createHandler(portsFromEnv())
