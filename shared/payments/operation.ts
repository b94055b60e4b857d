/**
 * One operation from claim to answer: claim (transaction) → ask the acquirer → record (transaction).
 * The use cases differ in how they claim; everything after the claim is here.
 */
import { entriesByEvent, type FinalState, type OperationKind } from '../contracts/lists.ts'
import { type FeeSchedule, feeMinor } from '../domain/fee.ts'
import { isWrittenByOperation, movementsOf, type Step } from '../domain/ledger.ts'
import { applyRefusal, applySuccess, type Payment } from '../domain/payment.ts'
import { type Caller, refusalAnswer, successAnswer } from './answer.ts'
import { differencesOf } from './differences.ts'
import { eventTypeOf, outboxEvent } from './event.ts'
import type {
  Acquirer,
  AcquirerOrder,
  Answer,
  Answers,
  Claim,
  Clock,
  Doorbell,
  Ids,
  LeaseTimes,
  Ledger,
  LedgerEntry,
  Operation,
  Operations,
  OutboxWriter,
  Payments,
  Transaction,
  Transactions,
  Verdict,
} from './ports.ts'

export interface OperationPorts {
  transactions: Transactions
  payments: Payments
  operations: Operations
  answers: Answers
  ledger: Ledger
  outbox: OutboxWriter
  acquirer: Acquirer
  doorbell: Doorbell
  clock: Clock
  ids: Ids
  policy: OperationPolicy
}

export interface OperationPolicy {
  /** How long one attempt may work before another may take over. Longer than the handler may run. */
  leaseMs: number
  /** How long an authorization may be captured. */
  captureWindowMs: number
  /** Wait before the resolver asks about an unknown outcome again; doubles with each attempt up to 64 times. */
  inquiryBackoffMs: number
  fees: FeeSchedule
}

export type Outcome =
  /** Final. `replayed`: it was decided by an earlier request with this key. */
  | { kind: 'answered'; answer: Answer; replayed: boolean }
  /** The same key is being worked on right now. */
  | { kind: 'in_progress' }
  | { kind: 'different_request'; differences: string[] }
  /** The key was used, its answer was pruned; it is never executed again. */
  | { kind: 'expired' }
  /** The acquirer's answer is not known yet. */
  | { kind: 'unknown'; paymentId: string }
  | { kind: 'not_found' }
  /** Another operation on this payment is in progress. */
  | { kind: 'busy'; paymentId: string; status: string }
  /** Only whole captures and refunds are supported. */
  | { kind: 'partial' }
  /** The currency has left ISO 4217. */
  | { kind: 'currency_withdrawn' }

const INQUIRY_DOUBLINGS_MAX = 6
/** How far the clocks of two processes may differ. */
const CLOCK_SKEW_MS_MAX = 60_000

/** A new operation, leased to this request. */
export function newOperation(
  ports: OperationPorts,
  fields: Pick<
    Operation,
    'paymentId' | 'merchantId' | 'idempotencyKey' | 'kind' | 'amountMinor' | 'currency' | 'paymentMethod' | 'reason'
  >,
  nowMs: number,
): Operation {
  return {
    ...fields,
    operationId: ports.ids.operation(),
    attempt: 1,
    leaseUntilMs: nowMs + ports.policy.leaseMs,
    createdAtMs: nowMs,
  }
}

/** Executes a claimed operation at the acquirer and records what came of it. */
export async function execute(ports: OperationPorts, operation: Operation, caller: Caller): Promise<Outcome> {
  return settle(ports, operation, await ports.acquirer.submit(orderOf(operation)), caller)
}

/**
 * Answers a request whose key was claimed before: the stored answer, a refusal, or, when the operation's lease ran out,
 * one inquiry at the acquirer. Never executes anything.
 */
export async function repeat(
  ports: OperationPorts,
  merchantId: string,
  claim: Claim,
  caller: Caller,
): Promise<Outcome> {
  const stored = await ports.answers.find(merchantId, claim.key)
  if (stored === undefined) {
    const used = await ports.operations.isKeyUsed(undefined, merchantId, claim.key)
    // The key is free again: the request that held it rolled back between its claim and this read. The caller repeats.
    return { kind: used ? 'expired' : 'in_progress' }
  }
  if (stored.fingerprint !== claim.fingerprint) {
    return { kind: 'different_request', differences: differencesOf(stored.canonicalRequest, claim.canonicalRequest) }
  }
  if (stored.answer !== undefined) return { kind: 'answered', answer: stored.answer, replayed: true }
  return stored.operationId === null ? { kind: 'in_progress' } : resume(ports, stored.operationId, caller)
}

async function resume(ports: OperationPorts, operationId: string, caller: Caller): Promise<Outcome> {
  const operation = await takeOver(ports, operationId)
  if (operation === undefined) return { kind: 'in_progress' }
  return settle(ports, operation, await ports.acquirer.inquire(orderOf(operation)), caller)
}

/** Raises the attempt of an operation whose lease ran out; undefined when it is finished or leased. */
export function takeOver(ports: OperationPorts, operationId: string): Promise<Operation | undefined> {
  const now = leaseTimes(ports)
  return ports.operations.takeOver(operationId, now, now.nowMs + ports.policy.leaseMs)
}

/** Differences between clocks must not make a leased operation look free. */
export function leaseTimes({ clock, policy }: Pick<OperationPorts, 'clock' | 'policy'>): LeaseTimes {
  const nowMs = clock.nowMs()
  const backoffMsMax = policy.inquiryBackoffMs * 2 ** INQUIRY_DOUBLINGS_MAX
  return {
    nowMs,
    leaseUntilMsMax: nowMs + policy.leaseMs + CLOCK_SKEW_MS_MAX,
    nextAttemptAtMsMax: nowMs + Math.max(policy.leaseMs, backoffMsMax) + CLOCK_SKEW_MS_MAX,
  }
}

/** Records a clear verdict; ends the lease on an unclear one, so that a repeat or the resolver may ask again. */
export async function settle(
  ports: OperationPorts,
  operation: Operation,
  verdict: Verdict | { kind: 'not_found' } | { kind: 'canceled' },
  caller: Caller,
): Promise<Outcome> {
  if (verdict.kind === 'unknown' || verdict.kind === 'not_found') {
    const nowMs = ports.clock.nowMs()
    const doublings = Math.min(operation.attempt - 1, INQUIRY_DOUBLINGS_MAX)
    await ports.operations.release(operation, nowMs, nowMs + ports.policy.inquiryBackoffMs * 2 ** doublings)
    return { kind: 'unknown', paymentId: operation.paymentId }
  }
  const recorded = await ports.transactions.run(operation.paymentId, tx =>
    record(tx, ports, operation, verdict, caller),
  )
  if (recorded === undefined) return answerOfWinner(ports, operation)
  if (recorded.hasEvent) await ports.doorbell.ring(recorded.shard)
  return { kind: 'answered', answer: recorded.answer, replayed: false }
}

export const orderOf = (operation: Operation): AcquirerOrder => ({
  operationId: operation.operationId,
  kind: operation.kind,
  amountMinor: operation.amountMinor,
  currency: operation.currency,
  paymentMethod: operation.paymentMethod,
})

/** Our result came too late: another attempt recorded the outcome, and its answer counts. */
async function answerOfWinner(ports: OperationPorts, operation: Operation): Promise<Outcome> {
  const stored =
    operation.idempotencyKey === null
      ? undefined
      : await ports.answers.find(operation.merchantId, operation.idempotencyKey)
  if (stored?.answer) return { kind: 'answered', answer: stored.answer, replayed: true }
  return { kind: 'unknown', paymentId: operation.paymentId }
}

type FinalVerdict = { kind: 'approved' } | { kind: 'declined'; reason: string } | { kind: 'canceled' }

const stateAfter: Record<FinalVerdict['kind'], FinalState> = {
  approved: 'SUCCEEDED',
  declined: 'DECLINED',
  canceled: 'FAILED',
}

/**
 * Status, totals, ledger entry, event and stored answer of one outcome, together or not at all.
 * Undefined when another attempt owns the operation: then nothing is written.
 */
async function record(
  tx: Transaction,
  ports: OperationPorts,
  operation: Operation,
  verdict: FinalVerdict,
  caller: Caller,
) {
  const nowMs = ports.clock.nowMs()
  const declineReason = verdict.kind === 'declined' ? verdict.reason : null
  const eventType = eventTypeOf(operation.kind, verdict.kind)
  const entryTypes = eventType === undefined ? [] : entriesByEvent[eventType]
  // One round trip: the lock is taken first, and everything else waits for it.
  const [before, owned, earlierEntries] = await Promise.all([
    ports.payments.lock(tx, operation.paymentId),
    ports.operations.finish(tx, operation, {
      state: stateAfter[verdict.kind],
      declineReason,
      nowMs: notBefore(operation.createdAtMs, nowMs),
    }),
    entryTypes.length > 0 ? ports.ledger.listByPayment(tx, operation.paymentId) : [],
  ])
  if (before === undefined) throw new Error(`operation ${operation.operationId} has no payment`)
  if (!owned) return undefined

  // From here on every write must succeed. An error rolls back all of them.
  const payment = {
    ...paymentAfter(ports, before, operation, verdict, nowMs),
    eventCount: before.eventCount + (eventType === undefined ? 0 : 1),
  }
  await ports.payments.update(tx, payment)
  let entries: LedgerEntry[] = []
  if (eventType !== undefined) {
    const eventId = ports.ids.event()
    const feeMinor = entryTypes.includes('fee') ? feeOf(ports, before, operation) : undefined
    const step = { feeMinor, traceparent: caller.traceparent, nowMs }
    await ports.outbox.insert(tx, outboxEvent(eventType, eventId, payment, operation, step), nowMs)
    const moved = { ...operation, type: eventType, feeMinor }
    const written = await writeEntries(tx, ports, operation, moved, eventId, earlierEntries.at(-1), nowMs)
    entries = [...earlierEntries, ...written]
  }
  const answer =
    verdict.kind === 'approved' ? successOf(payment, operation, entries, caller) : declineOf(operation, verdict, caller)
  if (operation.idempotencyKey !== null) {
    await ports.answers.finish(tx, { merchantId: operation.merchantId, key: operation.idempotencyKey, answer, nowMs })
  }
  return { answer, shard: payment.shard, hasEvent: eventType !== undefined }
}

function paymentAfter(
  ports: OperationPorts,
  before: Payment,
  operation: Operation,
  verdict: FinalVerdict,
  nowMs: number,
): Payment {
  const after =
    verdict.kind === 'approved' ? applySuccess(before, operation) : applyRefusal(before, operation.kind, verdict.kind)
  const captureBeforeMs =
    after.status === 'AUTHORIZED' && before.status === 'REQUESTED'
      ? nowMs + ports.policy.captureWindowMs
      : after.captureBeforeMs
  return { ...after, captureBeforeMs, pendingOperationId: null, updatedAtMs: notBefore(before.updatedAtMs, nowMs) }
}

/** The clock may have been set back since: times of one row never contradict each other. */
export const notBefore = (earlierMs: number, nowMs: number): number => Math.max(earlierMs, nowMs)

const feeOf = (ports: OperationPorts, before: Payment, operation: Operation): number =>
  feeMinor(ports.policy.fees, {
    amountMinor: operation.amountMinor,
    currency: operation.currency,
    first: before.capturedMinor === 0,
  })

/** Writes the entries that belong into this transaction and returns them; the ledger consumer writes the others. */
async function writeEntries(
  tx: Transaction,
  ports: OperationPorts,
  operation: Operation,
  step: Step,
  eventId: string,
  before: LedgerEntry | undefined,
  nowMs: number,
): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = []
  for (const moved of movementsOf(step).filter(({ type }) => isWrittenByOperation(type))) {
    const entryId = ports.ids.entry((entries.at(-1) ?? before)?.entryId)
    entries.push({ ...moved, entryId, paymentId: operation.paymentId, eventId, occurredAtMs: nowMs })
  }
  if (entries.length > 0) await ports.ledger.insert(tx, entries, nowMs)
  return entries
}

const successCodes: Record<OperationKind, 200 | 201> = {
  authorize: 201,
  capture: 200,
  refund: 200,
  void: 200,
  expire: 200,
}

const successOf = (payment: Payment, operation: Operation, entries: LedgerEntry[], caller: Caller): Answer =>
  successAnswer(successCodes[operation.kind], payment, operation.operationId, entries, caller.language)

function declineOf(operation: Operation, verdict: Exclude<FinalVerdict, { kind: 'approved' }>, caller: Caller): Answer {
  const reason = verdict.kind === 'declined' ? verdict.reason : 'canceled'
  return refusalAnswer('PAYMENT_DECLINED', caller, operation.paymentId, { reason, operationId: operation.operationId })
}
