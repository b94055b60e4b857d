/**
 * GET /reconciliation/breaks/{breakId}: a break with all its actions.
 *
 * 200 · 404 no such break · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-break.ts'
import { defineRoute, foundOr404, type RoutePorts } from '../../shared/http/index.ts'
import { type BreakReadPorts, readBreak } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & Pick<BreakReadPorts, 'breaks'>) =>
  defineRoute(contract)(ports, async ({ path }) => foundOr404(await readBreak(ports, path.breakId)))

export const handler = createHandler(portsFromEnv())
