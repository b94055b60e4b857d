/**
 * POST /operator/reconciliation/breaks/{breakId}/note: a remark, which stands in the break's history with who wrote it and when.
 *
 * 200 written · 401 nobody is signed in · 403 not from the console, or the role is not enough · 404 no such break · 409 the break is closed · 422 key used for another request · 400, 413, 415, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/note-break.ts'
import { answerOnce, defineOperatorRoute, type OperatorRoutePorts, refusedBreak } from '../../shared/http/index.ts'
import { type OncePorts, onceByKey } from '../../shared/payments/once-by-key.ts'
import { type DecideBreakPorts, decideBreakPortsOf, noteBreak } from '../../shared/reconciliation/decide-breaks.ts'
import { breakView } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & OncePorts & DecideBreakPorts) =>
  defineOperatorRoute(contract)(
    ports,
    async ({ path: { breakId }, body: { reason }, operator: { name: actor }, claim }) => {
      const once = await onceByKey(ports, { claim, operator: actor }, keyed =>
        noteBreak(decideBreakPortsOf(ports, keyed), breakId, { actor, reason }),
      )
      return answerOnce(once, outcome =>
        outcome.kind === 'refused' ? refusedBreak(outcome.reason) : breakView(outcome.changed),
      )
    },
  )

export const handler = createHandler(portsFromEnv().forSettlement)
