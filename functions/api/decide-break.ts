/**
 * POST /operator/reconciliation/breaks/{breakId}/decide: approve or refuse what somebody has proposed.
 *
 * 200 decided · 401 nobody is signed in · 403 not from the console, the role is not enough, or only a token knows this approver · 404 no such break · 409 nothing was done, by details.reason · 422 key used for another request · 400, 413, 415, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/decide-break.ts'
import { answerOnce, defineOperatorRoute, type OperatorRoutePorts, refusedBreak } from '../../shared/http/index.ts'
import { type OncePorts, onceByKey } from '../../shared/payments/once-by-key.ts'
import {
  approveProposal,
  type DecideBreakPorts,
  decideBreakPortsOf,
  refuseProposal,
} from '../../shared/reconciliation/decide-breaks.ts'
import { breakView } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & OncePorts & DecideBreakPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path: { breakId }, body, operator: { name: actor }, claim }) => {
    const { reason, version: expectedVersion, decision } = body
    const by = { actor, reason, expectedVersion }
    const once = await onceByKey(ports, { claim, operator: actor }, keyed =>
      (decision === 'approve' ? approveProposal : refuseProposal)(decideBreakPortsOf(ports, keyed), breakId, by),
    )
    return answerOnce(once, outcome =>
      outcome.kind === 'refused' ? refusedBreak(outcome.reason) : breakView(outcome.changed),
    )
  })

export const handler = createHandler(portsFromEnv().forSettlement)
