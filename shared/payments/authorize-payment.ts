/** Authorize: ask the acquirer to hold the buyer's money. */
import { isWithdrawn } from '../contracts/currency.ts'
import type { AuthorizeRequest } from '../contracts/requests.ts'
import { SHARD_COUNT } from '../contracts/topics.ts'
import type { Payment } from '../domain/payment.ts'
import type { Caller } from './answer.ts'
import { execute, newOperation, type OperationPorts, type Outcome, repeat } from './operation.ts'
import { type Claim, DuplicateKeyError, type Operation, type Transaction } from './ports.ts'

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
    if (error instanceof CurrencyWithdrawn) return { kind: 'currency_withdrawn' }
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
  const claimAll = async (tx: Transaction) => {
    await ports.answers.open(tx, { ...claim, merchantId, operationId, nowMs })
    await refuseWithdrawn(tx, ports, operation, claim)
    await ports.operations.insert(tx, { ...operation, sequence: 1 })
    await ports.payments.insert(tx, { ...payment, pendingOperationId: operationId, idempotencyKey: claim.key })
  }
  // A refusal rolls back whoever shares its transaction.
  if (isWithdrawn(operation.currency, nowMs)) return ports.transactions.run(claimAll)
  // Copies of a request know each other by their key; the payment is one that nobody else knows yet.
  return ports.transactions.runGrouped(`${merchantId} ${claim.key}`, claimAll)
}

/** Rolls the claim back. */
class CurrencyWithdrawn extends Error {}

/** Only what is new is refused: a repeat of an authorization from before that day is answered as every repeat is. */
async function refuseWithdrawn(
  tx: Transaction,
  ports: OperationPorts,
  operation: Operation,
  claim: Claim,
): Promise<void> {
  if (!isWithdrawn(operation.currency, operation.createdAtMs)) return
  if (await ports.operations.isKeyUsed(tx, operation.merchantId, claim.key)) throw new DuplicateKeyError('used before')
  throw new CurrencyWithdrawn()
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
