/** Authorize: ask the acquirer to hold the buyer's money. */
import { isWithdrawn } from '../contracts/currency.ts'
import type { AuthorizeRequest } from '../contracts/routes/authorize-payment.ts'
import { SHARD_COUNT } from '../contracts/topics.ts'
import type { Payment } from '../domain/payment.ts'
import type { Caller } from './answer.ts'
import { execute, newOperation, type OperationPorts, type Outcome, repeat } from './operation.ts'
import { type Claim, DuplicateKeyError, type Operation } from './ports.ts'

export const DEFAULT_PAYMENT_METHOD = 'tok_approve'

/**
 * Outcomes: answered (201 held, 402 declined), in_progress, different_request, expired, currency_withdrawn, unknown.
 * Of simultaneous copies one executes; MariaDB's unique key on merchant and key decides which.
 * Throws DependencyUnavailableError.
 */
export async function authorizePayment(
  ports: OperationPorts,
  request: AuthorizeRequest,
  claim: Claim,
  caller: Caller,
): Promise<Outcome> {
  const nowMs = ports.clock.nowMs()
  if (isWithdrawn(request.currency, nowMs)) return refuseWithdrawn(ports, request.merchantId, claim, caller)
  const payment = newPayment(ports, request, nowMs)
  const operation = newOperation(
    ports,
    {
      paymentId: payment.paymentId,
      merchantId: request.merchantId,
      idempotencyKey: claim.key,
      kind: 'authorize',
      amountMinor: request.amount,
      currency: request.currency,
      paymentMethod: payment.paymentMethod,
      reason: null,
    },
    nowMs,
  )
  try {
    await claimNew(ports, payment, operation, claim, nowMs)
  } catch (error) {
    if (error instanceof DuplicateKeyError) return repeat(ports, request.merchantId, claim, caller)
    throw error
  }
  caller.paymentId = payment.paymentId
  return execute(ports, operation, caller)
}

const claimNew = (
  ports: OperationPorts,
  payment: Payment,
  operation: Operation,
  claim: Claim,
  nowMs: number,
): Promise<void> => {
  const { merchantId, operationId } = operation
  // The key is the subject, because copies of a request share it. No other request knows the new payment yet.
  return ports.transactions.run(`${merchantId} ${claim.key}`, async tx => {
    await ports.answers.open(tx, { ...claim, merchantId, operationId, nowMs })
    await ports.operations.insert(tx, { ...operation, sequence: 1 })
    await ports.payments.insert(tx, { ...payment, pendingOperationId: operationId, idempotencyKey: claim.key })
  })
}

/** Refuses new authorizations only. A repeat of one from before that day gets its stored answer. Claims nothing. */
async function refuseWithdrawn(
  ports: OperationPorts,
  merchantId: string,
  claim: Claim,
  caller: Caller,
): Promise<Outcome> {
  const isClaimed = (await ports.answers.find(merchantId, claim.key)) !== undefined
  if (isClaimed || (await ports.operations.isKeyUsed(undefined, merchantId, claim.key)))
    return repeat(ports, merchantId, claim, caller)
  return { kind: 'currency_withdrawn' }
}

function newPayment(ports: OperationPorts, request: AuthorizeRequest, nowMs: number): Payment {
  const paymentId = ports.ids.payment()
  return {
    paymentId,
    merchantId: request.merchantId,
    status: 'REQUESTED',
    amountMinor: request.amount,
    currency: request.currency,
    capturedMinor: 0,
    refundedMinor: 0,
    paymentMethod: request.paymentMethod ?? DEFAULT_PAYMENT_METHOD,
    pendingOperationId: null,
    eventCount: 0,
    shard: shardOf(paymentId),
    captureBeforeMs: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
}

/** Spreads payments over the shards by the random end of their id. */
export function shardOf(paymentId: string): number {
  const tail = paymentId.slice(-4)
  return [...tail].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 0) % SHARD_COUNT
}
