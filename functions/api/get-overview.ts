/**
 * GET /operator/overview: whether anything is stuck or wrong, in one bounded answer.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-overview.ts'
import { defineOperatorRoute, type OperatorRoutePorts } from '../../shared/http/index.ts'
import type { InvariantRuns } from '../../shared/invariants/check-slice.ts'
import { summarizeRuns } from '../../shared/invariants/read-runs.ts'
import { type OverviewPorts, readOverview } from '../../shared/payments/read-overview.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

type Runs = { invariantRuns: Pick<InvariantRuns, 'last' | 'lastComplete'> }

export const createHandler = (ports: OperatorRoutePorts & OverviewPorts & Runs) =>
  defineOperatorRoute(contract)(ports, async () => ({
    status: 200,
    body: await readOverview(ports, () => summarizeRuns(ports.invariantRuns)),
  }))

export const handler = createHandler(portsFromEnv())
