/**
 * POST /operator/verify-runs: ask for a run of `npm run verify`, which a process of its own carries out.
 *
 * 200 · 401 nobody is signed in · 403 not from the console, or a viewer · 409 one is going on, or nothing here carries one out
 * · 422 key used for another request · 400, 413, 415, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/request-verify-run.ts'
import {
  defineOperatorRoute,
  differentRequest,
  type OperatorRoutePorts,
  replayedHeaders,
  verifyConflict,
} from '../../shared/http/index.ts'
import { type OncePorts, onceByKey } from '../../shared/payments/once-by-key.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import type { VerifyStarter } from '../../shared/settlement/ports.ts'
import { requestRun, startRun, type VerifyRunPorts } from '../../shared/settlement/verify-runs.ts'

type Ports = OperatorRoutePorts & OncePorts & VerifyRunPorts & { verifyStarter: VerifyStarter | undefined }

export const createHandler = (ports: Ports) =>
  defineOperatorRoute(contract)(ports, async ({ body: { reason }, claim, operator: { name: operator } }) => {
    const starter = ports.verifyStarter
    if (starter === undefined) return verifyConflict({ reason: 'no_starter' })
    const asked = await onceByKey(ports, { claim, operator }, keyed =>
      requestRun({ ...depsOf(ports), ...keyed }, { operator, reason }),
    )
    if (asked.kind === 'different_request') return differentRequest(asked.differences)
    if (asked.outcome.kind === 'busy') {
      const { runId, askedBy } = asked.outcome
      return verifyConflict({ reason: 'busy', runId, askedBy })
    }
    const { run } = asked.outcome
    await startRun(ports, starter, run.runId)
    return { status: 200, body: { run }, headers: replayedHeaders(asked.replayed) }
  })

const depsOf = ({ verifyRuns, clock, ids }: Ports) => ({ verifyRuns, clock, ids })

export const handler = createHandler(portsFromEnv().forBatches)
