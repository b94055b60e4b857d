/**
 * GET /reconciliation/breaks/{breakId}: a break with all its actions.
 *
 * 200 · 404 no such break · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-break.ts'
import { defineRoute, notFound, type RoutePorts } from '../../shared/http/index.ts'
import { type BreakReadPorts, readBreak } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & Pick<BreakReadPorts, 'breaks'>) =>
  defineRoute(contract)(ports, async ({ path }) => {
    const found = await readBreak(ports, path.breakId)
    return found === undefined ? notFound() : { status: 200, body: found }
  })

export const handler = createHandler(portsFromEnv())
