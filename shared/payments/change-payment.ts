/** Capture and refund: operations on a payment that exists. They differ in the transition table and in the words of a refusal. */
import { type ChangeKind, type Payment, type Plan, plan } from '../domain/payment.ts'
import { type Caller, conflictCodes, refusalAnswer } from './answer.ts'
import { execute, newOperation, notBefore, type OperationPorts, type Outcome, repeat } from './operation.ts'
import { type Claim, DuplicateKeyError, type Operation, type Transaction } from './ports.ts'

export interface Change {
  kind: ChangeKind
  paymentId: string
  /** Minor units; default: all that is left. */
  amountMinor?: number
  /** When given it must be the payment's own merchant. */
  merchantId?: string
  reason?: string
}

/**
 * Outcomes: answered (200, 402 declined, 409 refused by a settled state), not_found, busy, partial, and with a key also
 * in_progress, different_request, expired; unknown. Without a key a repeat is safe by state. Throws DependencyUnavailableError.
 */
export async function changePayment(
  ports: OperationPorts,
  change: Change,
  claim: Claim | undefined,
  caller: Caller,
): Promise<Outcome> {
  let merchantId: string | undefined
  try {
    const claimed = await ports.transactions.run(change.paymentId, async (tx): Promise<Claimed> => {
      // One round trip: the count waits for the lock.
      const [payment, operationCount] = await Promise.all([
        ports.payments.lock(tx, change.paymentId),
        ports.operations.count(tx, change.paymentId),
      ])
      if (payment === undefined || (change.merchantId ?? payment.merchantId) !== payment.merchantId)
        return { outcome: { kind: 'not_found' } }
      merchantId = payment.merchantId
      return claimChange(tx, ports, { payment, operationCount }, change, claim, caller)
    })
    return 'operation' in claimed ? execute(ports, claimed.operation, caller) : claimed.outcome
  } catch (error) {
    if (error instanceof Rollback) return error.outcome
    if (error instanceof DuplicateKeyError && claim !== undefined && merchantId !== undefined)
      return repeat(ports, merchantId, claim, caller)
    throw error
  }
}

type Claimed = { operation: Operation } | { outcome: Outcome }

/** Thrown to roll back a transaction and return its outcome all the same. */
class Rollback extends Error {
  readonly outcome: Outcome
  constructor(outcome: Outcome) {
    super(outcome.kind)
    this.outcome = outcome
  }
}

/** The payment is locked. The key comes first: a repeat gets its stored answer whatever the state is now. */
async function claimChange(
  tx: Transaction,
  ports: OperationPorts,
  { payment, operationCount }: { payment: Payment; operationCount: number },
  change: Change,
  claim: Claim | undefined,
  caller: Caller,
): Promise<Claimed> {
  const nowMs = ports.clock.nowMs()
  const decision = plan(payment, change.kind, change.amountMinor, nowMs)
  const operation =
    decision.kind === 'allowed' ? operationOf(ports, payment, change, claim, decision.amountMinor, nowMs) : undefined
  const { merchantId } = payment
  if (claim !== undefined)
    await ports.answers.open(tx, { ...claim, merchantId, operationId: operation?.operationId ?? null, nowMs })
  if (operation === undefined) return refuse(tx, ports, payment, change, decision, claim, caller, nowMs)
  await ports.operations.insert(tx, { ...operation, sequence: operationCount + 1 })
  await ports.payments.update(tx, {
    ...payment,
    pendingOperationId: operation.operationId,
    updatedAtMs: notBefore(payment.updatedAtMs, nowMs),
  })
  return { operation }
}

const operationOf = (
  ports: OperationPorts,
  payment: Payment,
  change: Change,
  claim: Claim | undefined,
  amountMinor: number,
  nowMs: number,
): Operation =>
  newOperation(
    ports,
    {
      paymentId: payment.paymentId,
      merchantId: payment.merchantId,
      idempotencyKey: claim?.key ?? null,
      kind: change.kind,
      amountMinor,
      currency: payment.currency,
      paymentMethod: payment.paymentMethod,
      reason: change.reason ?? null,
    },
    nowMs,
  )

/** Refusals by a settled state are stored under the key; the others leave nothing behind, so that a repeat may be allowed. */
async function refuse(
  tx: Transaction,
  ports: OperationPorts,
  payment: Payment,
  change: Change,
  decision: Plan,
  claim: Claim | undefined,
  caller: Caller,
  nowMs: number,
): Promise<Claimed> {
  const { paymentId, merchantId, status } = payment
  // The key may belong to an operation whose stored answer was pruned; it must not become a new answer.
  if (claim !== undefined && (await ports.operations.isKeyUsed(tx, merchantId, claim.key)))
    throw new Rollback({ kind: 'expired' })
  if (decision.kind === 'busy') throw new Rollback({ kind: 'busy', paymentId, status })
  if (decision.kind !== 'refused') throw new Rollback({ kind: 'partial' })
  const details = { reason: decision.reason, status, remaining: decision.remainingMinor }
  const answer = refusalAnswer(conflictCodes[change.kind], caller, paymentId, details)
  if (claim !== undefined) await ports.answers.finish(tx, { merchantId, key: claim.key, answer, nowMs })
  return { outcome: { kind: 'answered', answer, replayed: false } }
}
