/**
 * GET /invariants: what the job `check-invariants` found last, rule by rule.
 *
 * 200 · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-invariants.ts'
import { defineRoute, type RoutePorts } from '../../shared/http/index.ts'
import type { InvariantRuns } from '../../shared/invariants/check-slice.ts'
import { readRuns } from '../../shared/invariants/read-runs.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & { invariantRuns: Pick<InvariantRuns, 'last' | 'lastComplete'> }) =>
  defineRoute(contract)(ports, async () => ({ status: 200, body: await readRuns(ports.invariantRuns) }))

export const handler = createHandler(portsFromEnv())
