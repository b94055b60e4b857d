/**
 * GET /operator/funds: what has to be kept apart for merchants, day by day, newest first.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 429, 500, 503 see docs/errors.md
 */
import { readFunds } from '../../shared/books/read-funds.ts'
import { contract } from '../../shared/contracts/routes/list-funds.ts'
import { defineOperatorRoute, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & Parameters<typeof readFunds>[0]) =>
  defineOperatorRoute(contract)(ports, async () => ({ status: 200, body: await readFunds(ports) }))

export const handler = createHandler(portsFromEnv())
