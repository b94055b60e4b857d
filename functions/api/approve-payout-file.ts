/**
 * POST /operator/payout-files/{fileId}/approve: its payouts go to the bank.
 *
 * 200 approved · 401 nobody is signed in · 403 not from the console, the role is not enough, or only a token knows this approver · 404 no such file · 409 its state forbids it · 422 key used for another request · 400, 413, 415, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/approve-payout-file.ts'
import { answerOnce, defineOperatorRoute, type OperatorRoutePorts, refusedPayout } from '../../shared/http/index.ts'
import { type OncePorts, onceByKey } from '../../shared/payments/once-by-key.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type ApprovePorts, approveFile, approvePortsOf } from '../../shared/settlement/decide-file.ts'
import { payoutFileView } from '../../shared/settlement/read-payout-files.ts'

export const createHandler = (ports: OperatorRoutePorts & OncePorts & ApprovePorts) =>
  defineOperatorRoute(contract)(ports, async ({ path, body: { reason }, operator: { name: actor }, claim }) => {
    const once = await onceByKey(ports, { claim, operator: actor }, keyed =>
      approveFile(approvePortsOf(ports, keyed), path.fileId, { actor, reason }),
    )
    return answerOnce(once, outcome =>
      outcome.kind === 'decided' ? payoutFileView(outcome.file) : refusedPayout(outcome),
    )
  })

export const handler = createHandler(portsFromEnv().forSettlement)
