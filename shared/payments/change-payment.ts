/** Operations on a payment that exists. They differ in the transition table and in the words of a refusal. */
import type { RequestedKind } from '../contracts/lists.ts'
import { type Payment, type Plan, plan } from '../domain/payment.ts'
import { type Caller, conflictCodes, refusalAnswer } from './answer.ts'
import { expiryOf } from './answer-lifetime.ts'
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
  type Operation,
  type Transaction,
} from './ports.ts'
import { notBefore } from './record-outcome.ts'
import { traced } from './traced.ts'

export interface Change {
  kind: Exclude<RequestedKind, 'authorize'>
  paymentId: string
  /** Minor units; default: all that is left. */
  amountMinor?: number
  /** When given it must be the payment's own merchant. */
  merchantId?: string
  /** Whether a capture releases what it leaves. */
  finalCapture?: boolean
  reason?: string
}

/**
 * Outcomes: answered (200, 402 declined, 409 refused by a settled state), not_found, busy, and with a key also
 * in_progress, different_request, expired; unknown. Without a key a repeat is safe by state.
 * Throws DependencyUnavailableError, also while the acquirer is known to be away: then nothing is claimed.
 */
export async function changePayment(
  ports: OperationPorts,
  change: Change,
  claim: Claim | undefined,
  caller: Caller,
): Promise<Outcome> {
  let merchantId: string | undefined
  const operationId = ports.ids.operation()
  caller.operationId = operationId
  const write = async (tx: Transaction): Promise<Claimed> => {
    // One round trip: the summary waits for the lock.
    const [payment, summary] = await Promise.all([
      ports.payments.lock(tx, change.paymentId),
      ports.operations.summary(tx, change.paymentId),
    ])
    if (payment === undefined || (change.merchantId ?? payment.merchantId) !== payment.merchantId)
      return { outcome: { kind: 'not_found' } }
    merchantId = payment.merchantId
    return claimChange(tx, ports, { payment, summary, operationId }, change, claim, caller)
  }
  let claimed: Claimed
  try {
    claimed = await traced(ports.tracer, { name: `claim ${change.kind}` }, caller.traceparent, span =>
      ports.transactions.run(change.paymentId, write, span).catch(outcomeOfRollback),
    )
  } catch (error) {
    if (claim === undefined || merchantId === undefined) throw error
    caller.operationId = undefined
    if (error instanceof DuplicateKeyError) return repeat(ports, merchantId, claim, caller)
    const repeated =
      error instanceof AcquirerAwayError ? await repeatIfUsed(ports, merchantId, claim, caller) : undefined
    if (repeated === undefined) throw error
    return repeated
  }
  return 'operation' in claimed ? execute(ports, claimed.operation, caller) : claimed.outcome
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

function outcomeOfRollback(error: unknown): Claimed {
  if (error instanceof Rollback) return { outcome: error.outcome }
  throw error
}

class AcquirerAwayError extends DependencyUnavailableError {
  override name = 'AcquirerAwayError'
}

interface Locked {
  payment: Payment
  summary: OperationSummary
  /** Of the operation, if it is allowed. */
  operationId: string
}

interface OperationSummary {
  count: number
  authorizationId: string | null
}

/** The payment is locked. The key comes first: a repeat gets its stored answer whatever the state is now. */
async function claimChange(
  tx: Transaction,
  ports: OperationPorts,
  { payment, summary, operationId }: Locked,
  change: Change,
  claim: Claim | undefined,
  caller: Caller,
): Promise<Claimed> {
  const nowMs = ports.clock.virtualNowMs()
  const { merchantId } = payment
  const planned = plan(payment, change.kind, change.amountMinor, nowMs)
  const isAllowed = planned.kind === 'allowed'
  if (isAllowed && !ports.acquirer.mayTry()) throw new AcquirerAwayError('the acquirer is away')
  if (claim !== undefined)
    await ports.answers.open(tx, { ...claim, merchantId, operationId: isAllowed ? operationId : null, nowMs })
  if (!isAllowed) return refuse(tx, ports, payment, change, planned, claim, caller, nowMs)
  const fields: ClaimedFields = {
    operationId,
    kind: change.kind,
    amountMinor: planned.amountMinor,
    idempotencyKey: claim?.key ?? null,
    finalCapture: change.finalCapture ?? null,
    reason: change.reason,
    requestId: requestIdOf(caller),
  }
  return { operation: await claimOperation(tx, ports, payment, summary, fields, nowMs) }
}

type ClaimedFields = Pick<
  ClaimedOperation,
  'operationId' | 'kind' | 'amountMinor' | 'idempotencyKey' | 'finalCapture' | 'requestId'
> & { reason?: string }

/** Inserts the operation and notes it on the payment, which must be locked, planned at `nowMs` and free of another one. */
export async function claimOperation(
  tx: Transaction,
  ports: OperationPorts,
  payment: Payment,
  { count, authorizationId }: OperationSummary,
  fields: ClaimedFields,
  nowMs: number,
): Promise<Operation> {
  const newFields: NewOperation = {
    ...fields,
    reason: fields.reason ?? null,
    paymentId: payment.paymentId,
    merchantId: payment.merchantId,
    sequence: count + 1,
    currency: payment.currency,
    paymentMethod: payment.paymentMethod,
    authorizationId,
  }
  const operation = newOperation(ports, newFields, nowMs)
  await ports.operations.insert(tx, operation)
  await ports.payments.update(tx, {
    ...payment,
    pendingOperationId: operation.operationId,
    updatedAtMs: notBefore(payment.updatedAtMs, nowMs),
  })
  return operation
}

/** Refusals by a settled state are stored under the key; the others leave nothing behind, so that a repeat may be allowed. */
async function refuse(
  tx: Transaction,
  ports: OperationPorts,
  payment: Payment,
  change: Change,
  planned: Exclude<Plan, { kind: 'allowed' }>,
  claim: Claim | undefined,
  caller: Caller,
  nowMs: number,
): Promise<Claimed> {
  const { paymentId, merchantId, status } = payment
  // The key may belong to an operation whose stored answer was pruned; it must not become a new answer.
  if (claim !== undefined && (await ports.operations.isKeyUsed(tx, merchantId, claim.key)))
    throw new Rollback({ kind: 'expired' })
  if (planned.kind !== 'refused') throw new Rollback({ kind: 'busy', paymentId, status })
  const details = { reason: planned.reason, status, remaining: planned.remainingMinor }
  const answer = refusalAnswer(conflictCodes[change.kind], caller, paymentId, details)
  if (claim !== undefined) await ports.answers.finish(tx, { merchantId, key: claim.key, answer, nowMs })
  const expiresAtMs = claim === undefined ? null : expiryOf(nowMs, ports.policy.answersKeptMs)
  return { outcome: { kind: 'answered', answer, replayed: false, expiresAtMs } }
}
