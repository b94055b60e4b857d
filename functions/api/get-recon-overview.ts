/**
 * GET /operator/reconciliation: open breaks by class and age, what recon_suspense holds, and files by state.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-recon-overview.ts'
import { defineOperatorRoute, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { type OverviewPorts, readReconOverview } from '../../shared/reconciliation/read-breaks.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & OverviewPorts) =>
  defineOperatorRoute(contract)(ports, async () => ({ status: 200, body: await readReconOverview(ports) }))

export const handler = createHandler(portsFromEnv())
