/**
 * GET /operator/reconciliation/breaks/{breakId}: a break with its story.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 no such break · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/inspect-break.ts'
import { defineOperatorRoute, foundOr404, type OperatorRoutePorts } from '../../shared/http/index.ts'
import type { ExplainPorts } from '../../shared/reconciliation/explain-break.ts'
import { readExplainedBreak } from '../../shared/reconciliation/read-breaks.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & ExplainPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path }) => foundOr404(await readExplainedBreak(ports, path.breakId)))

export const handler = createHandler(portsFromEnv())
