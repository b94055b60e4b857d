/** The second transaction of an operation: status, totals, ledger entries, event and stored answer of one outcome, together or not at all. */
import { type EventType, entriesByEvent, type FinalState, type OperationKind } from '../contracts/lists.ts'
import { feeMinor, scheduleFor } from '../domain/fee.ts'
import { isWrittenByOperation, movementsOf, type Step } from '../domain/ledger.ts'
import { applyRefusal, applySuccess, type Payment, plan, releasedMinor } from '../domain/payment.ts'
import { type Caller, refusalAnswer, successAnswer } from './answer.ts'
import { expiryOf } from './answer-lifetime.ts'
import { eventTypeOf, outboxEvent } from './event.ts'
import { type NewOperation, newOperation, type OperationPorts, requestIdOf } from './operation.ts'
import type { Answer, Asked, LedgerEntry, Operation, Transaction } from './ports.ts'

export type FinalVerdict = { kind: 'approved' } | { kind: 'declined'; reason: string } | { kind: 'canceled' }

export interface Recorded {
  shard: number
  hasEvent: boolean
  /** Until when the answer is kept under its key (virtual time); null without a key. */
  expiresAtMs: number | null
  /** Undefined while the answer waits for the next operation. */
  answer?: Answer
  /** Claimed in this transaction; somebody must execute it. */
  next?: Operation
}

/** The acquirer lets go of a hold before we do. */
const HOLD_EXPIRED = 'hold_expired'

export const stateAfter: Record<FinalVerdict['kind'], FinalState> = {
  approved: 'SUCCEEDED',
  declined: 'DECLINED',
  canceled: 'FAILED',
}

export const declineReasonOf = (verdict: FinalVerdict): string | null =>
  verdict.kind === 'declined' ? verdict.reason : null

/**
 * Records the outcome of an operation that this attempt owns. Undefined when another attempt owns it: then nothing is written.
 * Locks the payment. May claim the operation that follows by itself.
 */
export async function recordOutcome(
  tx: Transaction,
  ports: OperationPorts,
  operation: Operation,
  verdict: FinalVerdict,
  caller: Caller,
  asked?: Asked,
): Promise<Recorded | undefined> {
  const nowMs = ports.clock.virtualNowMs()
  const finishedAtMs = notBefore(operation.createdAtMs, nowMs)
  const declineReason = declineReasonOf(verdict)
  const eventType = eventTypeOf(operation.kind, verdict.kind)
  const entryTypes = eventType === undefined ? [] : entriesByEvent[eventType]
  // One round trip: the lock is taken first, and everything else waits for it.
  const [before, owned, earlierEntries] = await Promise.all([
    ports.payments.lock(tx, operation.paymentId),
    ports.operations.finish(tx, operation, {
      state: stateAfter[verdict.kind],
      declineReason,
      nowMs: finishedAtMs,
      asked,
    }),
    entryTypes.length > 0 ? ports.ledger.listByPayment(tx, operation.paymentId) : [],
  ])
  if (before === undefined) throw new Error(`operation ${operation.operationId} has no payment`)
  if (!owned) return undefined

  // From here on every write must succeed. An error rolls back all of them.
  const decided = {
    ...paymentAfter(ports, before, operation, verdict, nowMs),
    eventCount: before.eventCount + (eventType === undefined ? 0 : 1),
  }
  const next = await claimNext(tx, ports, decided, operation, verdict, caller, nowMs)
  const payment = { ...decided, pendingOperationId: next?.operationId ?? null }
  await ports.payments.update(tx, payment)
  const change: Change = { before, payment, operation, earlierEntries, caller, nowMs }
  const entries = eventType === undefined ? [] : await book(tx, ports, eventType, change)
  const expiresAtMs = operation.answerKey === null ? null : expiryOf(finishedAtMs, ports.policy.answersKeptMs)
  const recorded = { shard: payment.shard, hasEvent: eventType !== undefined, next, expiresAtMs }
  if (next?.combined) {
    const { merchantId, operationId } = next
    await ports.answers.moveTo(tx, { merchantId, key: next.answerKey!, operationId })
    return recorded
  }
  const answer = verdict.kind === 'approved' ? successOf(change, entries) : declineOf(operation, verdict, caller)
  if (operation.answerKey !== null) {
    const { merchantId, answerKey: key } = operation
    // The same time as the operation's: an answer that was pruned expired when its operation says.
    await ports.answers.finish(tx, { merchantId, key, answer, nowMs: finishedAtMs })
  }
  return { ...recorded, answer }
}

interface Change {
  before: Payment
  payment: Payment
  operation: Operation
  earlierEntries: LedgerEntry[]
  caller: Caller
  /** Virtual time. */
  nowMs: number
}

/** Writes the event and the ledger entries that belong into this transaction; returns all entries of the payment, as far as it read them. */
async function book(
  tx: Transaction,
  ports: OperationPorts,
  eventType: EventType,
  { before, payment, operation, earlierEntries, caller, nowMs }: Change,
): Promise<LedgerEntry[]> {
  const eventId = ports.ids.event()
  const fee = entriesByEvent[eventType].includes('fee')
    ? feeMinor(payment.feeSchedule!, before.capturedMinor, operation.amountMinor)
    : undefined
  const released = operation.kind === 'capture' ? releasedMinor(before, payment) : 0
  const step = { feeMinor: fee, releasedMinor: released, traceparent: caller.traceparent, nowMs }
  await ports.outbox.insert(tx, outboxEvent(eventType, eventId, payment, operation, step), ports.clock.nowMs())
  const moved = { ...operation, type: eventType, feeMinor: fee }
  const written = await writeEntries(tx, ports, operation, moved, eventId, earlierEntries.at(-1), nowMs)
  return [...earlierEntries, ...written]
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
  return {
    ...after,
    captureBeforeMs: captureBeforeOf(ports, after, operation, verdict, nowMs),
    // Functions that did not keep it authorized this payment: the first capture fixes it for those that follow.
    feeSchedule:
      operation.kind === 'capture'
        ? (after.feeSchedule ?? scheduleFor(ports.policy.fees, after.currency))
        : after.feeSchedule,
    updatedAtMs: notBefore(before.updatedAtMs, nowMs),
  }
}

/** A new hold has its window. One that the acquirer has let go is over now. */
function captureBeforeOf(
  { policy }: OperationPorts,
  after: Payment,
  operation: Operation,
  verdict: FinalVerdict,
  nowMs: number,
): number | null {
  if (operation.kind === 'authorize' && verdict.kind === 'approved')
    return nowMs + (policy.captureWindowMsByMethod[operation.paymentMethod] ?? policy.captureWindowMs)
  return isHoldLost(operation, verdict) ? Math.min(after.captureBeforeMs ?? nowMs, nowMs) : after.captureBeforeMs
}

const isHoldLost = (operation: Operation, verdict: FinalVerdict): boolean =>
  operation.kind === 'capture' && verdict.kind === 'declined' && verdict.reason === HOLD_EXPIRED

/**
 * Claims what follows by itself: the capture of an authorization that is captured in the same call, or the expiry of a lost hold.
 * In the transaction that makes it due, so that a crash loses neither.
 */
async function claimNext(
  tx: Transaction,
  ports: OperationPorts,
  payment: Payment,
  operation: Operation,
  verdict: FinalVerdict,
  caller: Caller,
  nowMs: number,
): Promise<Operation | undefined> {
  const isCaptured = operation.kind === 'authorize' && operation.combined && verdict.kind === 'approved'
  if (!isCaptured && !isHoldLost(operation, verdict)) return undefined
  const kind = isCaptured ? 'capture' : 'expire'
  const planned = plan({ ...payment, pendingOperationId: null }, kind, undefined, nowMs)
  if (planned.kind !== 'allowed') throw new Error(`${kind} cannot follow ${operation.operationId}: ${planned.kind}`)
  const sequence = operation.sequence ?? (await ports.operations.summary(tx, payment.paymentId)).count
  const fields: NewOperation = {
    operationId: ports.ids.operation(),
    paymentId: payment.paymentId,
    merchantId: payment.merchantId,
    idempotencyKey: null,
    kind,
    sequence: sequence + 1,
    amountMinor: planned.amountMinor,
    currency: payment.currency,
    paymentMethod: payment.paymentMethod,
    authorizationId: operation.authorizationId ?? operation.operationId,
    finalCapture: isCaptured ? true : null,
    combined: isCaptured,
    answerKey: isCaptured ? operation.answerKey : null,
    requestId: requestIdOf(caller),
  }
  const next = newOperation(ports, fields, nowMs)
  await ports.operations.insert(tx, next)
  return next
}

/** The clock may have been set back since: times of one row never contradict each other. */
export const notBefore = (earlierMs: number, nowMs: number): number => Math.max(earlierMs, nowMs)

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
  if (entries.length > 0) await ports.ledger.insert(tx, entries, ports.clock.nowMs())
  return entries
}

const successCodes: Record<OperationKind, 200 | 201> = {
  authorize: 201,
  capture: 200,
  refund: 200,
  void: 200,
  expire: 200,
}

function successOf({ payment, operation, caller, nowMs }: Change, entries: LedgerEntry[]): Answer {
  // The request that a combined capture answers was an authorization.
  const statusCode = operation.combined ? successCodes.authorize : successCodes[operation.kind]
  return successAnswer(statusCode, payment, operation.operationId, entries, caller.language, nowMs)
}

function declineOf(operation: Operation, verdict: Exclude<FinalVerdict, { kind: 'approved' }>, caller: Caller): Answer {
  const reason = verdict.kind === 'declined' ? verdict.reason : 'canceled'
  return refusalAnswer('PAYMENT_DECLINED', caller, operation.paymentId, { reason, operationId: operation.operationId })
}
