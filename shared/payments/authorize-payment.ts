/** Authorize: ask the acquirer to hold the buyer's money, and with `capture` to take it at once. */
import { isWithdrawn } from '../contracts/currency.ts'
import type { AuthorizeRequest } from '../contracts/routes/authorize-payment.ts'
import { APPROVING_TOKEN } from '../contracts/test-tokens.ts'
import { shardOf } from '../contracts/topics.ts'
import { scheduleFor } from '../domain/fee.ts'
import type { Payment } from '../domain/payment.ts'
import type { Caller } from './answer.ts'
import {
  execute,
  type NewOperation,
  newOperation,
  type OperationPorts,
  type Outcome,
  repeat,
  repeatIfUsed,
  requestIdOf,
} from './operation.ts'
import {
  type Claim,
  type ClaimedOperation,
  DependencyUnavailableError,
  DuplicateKeyError,
  type Transaction,
} from './ports.ts'
import { traced } from './traced.ts'

/**
 * Outcomes: answered (201 held or captured, 402 declined), in_progress, different_request, expired, currency_withdrawn, unknown.
 * Of simultaneous copies one executes; MariaDB's unique key on merchant and key decides which.
 * Throws DependencyUnavailableError, also while the acquirer is known to be away: then nothing is claimed.
 */
export async function authorizePayment(
  ports: OperationPorts,
  request: AuthorizeRequest,
  claim: Claim,
  caller: Caller,
): Promise<Outcome> {
  const { merchantId } = request
  const nowMs = ports.clock.virtualNowMs()
  // Both refuse new authorizations only. A repeat gets its stored answer.
  if (isWithdrawn(request.currency, nowMs))
    return (await repeatIfUsed(ports, merchantId, claim, caller)) ?? { kind: 'currency_withdrawn' }
  if (!ports.acquirer.mayTry()) {
    const repeated = await repeatIfUsed(ports, merchantId, claim, caller)
    if (repeated === undefined) throw new DependencyUnavailableError('the acquirer is away')
    return repeated
  }
  const payment = newPayment(ports, request, nowMs)
  const fields: NewOperation = {
    operationId: ports.ids.operation(),
    paymentId: payment.paymentId,
    merchantId,
    idempotencyKey: claim.key,
    kind: 'authorize',
    sequence: 1,
    amountMinor: request.amount,
    currency: request.currency,
    paymentMethod: payment.paymentMethod,
    authorizationId: null,
    finalCapture: null,
    combined: request.capture === true,
    requestId: requestIdOf(caller),
  }
  const operation = newOperation(ports, fields, nowMs)
  caller.paymentId = payment.paymentId
  caller.operationId = operation.operationId
  try {
    await claimNew(ports, payment, operation, claim, caller, nowMs)
  } catch (error) {
    if (!(error instanceof DuplicateKeyError)) throw error
    // The new payment does not exist. The repeat names the one that does.
    caller.paymentId = undefined
    caller.operationId = undefined
    return repeat(ports, merchantId, claim, caller)
  }
  return execute(ports, operation, caller)
}

const claimNew = (
  ports: OperationPorts,
  payment: Payment,
  operation: ClaimedOperation,
  claim: Claim,
  caller: Caller,
  nowMs: number,
): Promise<void> => {
  const { merchantId, operationId } = operation
  const write = async (tx: Transaction) => {
    await ports.answers.open(tx, { ...claim, merchantId, operationId, nowMs })
    await ports.operations.insert(tx, operation)
    await ports.payments.insert(tx, { ...payment, pendingOperationId: operationId, idempotencyKey: claim.key })
  }
  // The key is the subject, because copies of a request share it. No other request knows the new payment yet.
  return traced(ports.tracer, { name: 'claim authorize' }, caller.traceparent, span =>
    ports.transactions.run(`${merchantId} ${claim.key}`, write, span),
  )
}

function newPayment(ports: OperationPorts, request: AuthorizeRequest, nowMs: number): Payment {
  const paymentId = ports.ids.payment()
  return {
    paymentId,
    merchantId: request.merchantId,
    orderId: request.orderId ?? null,
    status: 'REQUESTED',
    amountMinor: request.amount,
    currency: request.currency,
    capturedMinor: 0,
    refundedMinor: 0,
    disputedMinor: 0,
    paymentMethod: request.paymentMethod ?? APPROVING_TOKEN,
    feeSchedule: scheduleFor(ports.policy.fees, request.currency),
    pendingOperationId: null,
    eventCount: 0,
    shard: shardOf(paymentId),
    captureBeforeMs: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
}
