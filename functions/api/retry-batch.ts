/**
 * POST /operator/settlements/{batchId}/retry: one more payout, when all that the batch may have failed or were canceled.
 *
 * 200 allowed · 401 nobody is signed in · 403 not from the console, or the role is not enough · 404 no such batch · 409 nothing was done, by details.reason · 422 key used for another request · 400, 413, 415, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/retry-batch.ts'
import { answerOnce, defineOperatorRoute, type OperatorRoutePorts, refusedRetry } from '../../shared/http/index.ts'
import { type OncePorts, onceByKey } from '../../shared/payments/once-by-key.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type RetryPorts, retriedBatchView, retryBatch, retryPortsOf } from '../../shared/settlement/retry-batch.ts'

export const createHandler = (ports: OperatorRoutePorts & OncePorts & RetryPorts) =>
  defineOperatorRoute(contract)(
    ports,
    async ({ path: { batchId }, body: { reason }, operator: { name: actor }, claim }) => {
      const once = await onceByKey(ports, { claim, operator: actor }, keyed =>
        retryBatch(retryPortsOf(ports, keyed), batchId, { actor, reason }),
      )
      return answerOnce(once, outcome =>
        outcome.kind === 'retried' ? retriedBatchView(batchId, outcome) : refusedRetry(outcome),
      )
    },
  )

export const handler = createHandler(portsFromEnv().forSettlement)
