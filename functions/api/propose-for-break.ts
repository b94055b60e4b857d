/**
 * POST /operator/reconciliation/breaks/{breakId}/propose: where its money goes, for another person to decide.
 *
 * 200 proposed · 401 nobody is signed in · 403 not from the console, or the role is not enough · 404 no such break · 409 nothing was done, by details.reason · 422 key used for another request · 400, 413, 415, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/propose-for-break.ts'
import { answerOnce, defineOperatorRoute, type OperatorRoutePorts, refusedBreak } from '../../shared/http/index.ts'
import { type OncePorts, onceByKey } from '../../shared/payments/once-by-key.ts'
import { wantedOf } from '../../shared/reconciliation/break-plans.ts'
import {
  type DecideBreakPorts,
  decideBreakPortsOf,
  proposeResolution,
} from '../../shared/reconciliation/decide-breaks.ts'
import { breakView } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & OncePorts & DecideBreakPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path: { breakId }, body, operator: { name: actor }, claim }) => {
    const { reason, version: expectedVersion, wanted } = body
    const by = { actor, reason, expectedVersion }
    const once = await onceByKey(ports, { claim, operator: actor }, keyed =>
      proposeResolution(decideBreakPortsOf(ports, keyed), breakId, wantedOf(wanted), by),
    )
    return answerOnce(once, outcome =>
      outcome.kind === 'refused' ? refusedBreak(outcome.reason) : breakView(outcome.changed),
    )
  })

export const handler = createHandler(portsFromEnv().forSettlement)
