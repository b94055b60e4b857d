/**
 * One operation from claim to answer: claim (transaction) → ask the acquirer → record (transaction).
 * The use cases differ in how they claim; everything after the claim is here, and the second transaction in record-outcome.ts.
 */
import { reached } from '../contracts/crash-points.ts'
import type { FeePolicy } from '../domain/fee.ts'
import type { Caller } from './answer.ts'
import { expiryOf, isExpired } from './answer-lifetime.ts'
import { differencesOf } from './differences.ts'
import type {
  Acquirer,
  AcquirerOrder,
  Answer,
  Answers,
  Asked,
  Claim,
  ClaimedOperation,
  Clock,
  Doorbell,
  Ids,
  LeaseTimes,
  Ledger,
  Operation,
  OperationObserver,
  Operations,
  OutboxWriter,
  Payments,
  StoredAnswer,
  Tracer,
  Transaction,
  Transactions,
  Verdict,
} from './ports.ts'
import { declineReasonOf, type FinalVerdict, type Recorded, recordOutcome, stateAfter } from './record-outcome.ts'
import { traced } from './traced.ts'

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
  tracer: Tracer
  policy: OperationPolicy
  observer: OperationObserver
}

export interface OperationPolicy {
  /** How long one attempt may work before another may take over. Longer than the handler may run. */
  leaseMs: number
  /** How long an authorization may be captured. */
  captureWindowMs: number
  /** The same for single payment methods. */
  captureWindowMsByMethod: Readonly<Record<string, number>>
  /** Wait before the resolver asks about an unknown outcome again; doubles with each attempt up to 64 times. */
  inquiryBackoffMs: number
  /** How long a key's answer is kept after it was finished. */
  answersKeptMs: number
  fees: FeePolicy
}

export type Outcome =
  /**
   * Final. `replayed`: it was decided by an earlier request with this key. `expiresAtMs`: until when it is kept under its key, the
   * same for all repeats; null without a key.
   */
  | { kind: 'answered'; answer: Answer; replayed: boolean; expiresAtMs: number | null }
  /** The same key is being worked on right now. */
  | { kind: 'in_progress' }
  | { kind: 'different_request'; differences: string[] }
  /** The key was used, and the time of its answer is over; it is never executed again. */
  | { kind: 'expired' }
  /** The acquirer's answer is not known yet. `inquiryInMs`: how long until somebody asks again. */
  | { kind: 'unknown'; paymentId: string; operationId: string; inquiryInMs: number }
  | { kind: 'not_found' }
  /** Another operation on this payment is in progress. */
  | { kind: 'busy'; paymentId: string; status: string }
  /** The currency has left ISO 4217. */
  | { kind: 'currency_withdrawn' }

const INQUIRY_DOUBLINGS_MAX = 6
/** How far the clocks of two processes may differ. */
const CLOCK_SKEW_MS_MAX = 60_000

/** What a use case says of a new operation. */
export type NewOperation = Pick<
  Operation,
  | 'operationId'
  | 'paymentId'
  | 'merchantId'
  | 'idempotencyKey'
  | 'kind'
  | 'amountMinor'
  | 'currency'
  | 'paymentMethod'
  | 'authorizationId'
  | 'finalCapture'
> &
  Partial<Pick<Operation, 'combined' | 'answerKey' | 'reason'>> &
  Pick<ClaimedOperation, 'sequence' | 'requestId'>

/** Null for a caller that is no request. */
export const requestIdOf = ({ by, requestId }: Caller): string | null => (by === undefined ? requestId : null)

/** A new operation, leased to this request. `nowMs`: the virtual time by which its claim was judged. */
export function newOperation(
  { clock, policy }: Pick<OperationPorts, 'clock' | 'policy'>,
  fields: NewOperation,
  nowMs: number,
): ClaimedOperation {
  return {
    combined: false,
    answerKey: fields.idempotencyKey,
    reason: null,
    ...fields,
    attempt: 1,
    ...leaseFrom(clock, policy),
    createdAtMs: nowMs,
  }
}

const leaseFrom = (clock: Clock, { leaseMs }: OperationPolicy) => ({
  leaseUntilMs: clock.nowMs() + leaseMs,
  nextAttemptAtMs: clock.virtualNowMs() + leaseMs,
})

/** Executes a claimed operation at the acquirer and records what came of it. */
export async function execute(ports: OperationPorts, operation: Operation, caller: Caller): Promise<Outcome> {
  reached('payments:claimed')
  const { said, asked } = await ask(ports, () => ports.acquirer.submit(orderOf(operation), caller.traceparent))
  reached('payments:answered')
  return settle(ports, operation, said, caller, asked)
}

/** What the acquirer said, and between which times. */
export async function ask<T extends Said>(
  { clock }: Pick<OperationPorts, 'clock'>,
  question: () => Promise<T>,
): Promise<{ said: T; asked: Asked }> {
  const askedAtMs = clock.nowMs()
  const said = await question()
  return { said, asked: { askedAtMs, answeredAtMs: clock.nowMs() } }
}

/**
 * Answers a request whose key was claimed before: the stored answer, a refusal, or, when the operation's lease ran out,
 * one inquiry at the acquirer. Never executes it a second time.
 */
export async function repeat(
  ports: OperationPorts,
  merchantId: string,
  claim: Claim,
  caller: Caller,
): Promise<Outcome> {
  // A key that is free again: the request that held it rolled back between its claim and this read. The caller repeats.
  return (await repeatIfUsed(ports, merchantId, claim, caller)) ?? { kind: 'in_progress' }
}

/** The same; undefined when the merchant never used the key. Claims nothing. */
export async function repeatIfUsed(
  ports: OperationPorts,
  merchantId: string,
  claim: Claim,
  caller: Caller,
): Promise<Outcome | undefined> {
  const find = () => ports.answers.find(merchantId, claim.key)
  let stored = await find()
  if (stored === undefined) {
    if (!(await ports.operations.isKeyUsed(undefined, merchantId, claim.key))) return undefined
    // Both are written by one transaction, which may have ended between the two reads.
    stored = await find()
    if (stored === undefined) return { kind: 'expired' }
  }
  const again = stored.finished && answerAgain(ports, stored.finished)
  // What has expired counts as pruned: then nobody knows the first request any more.
  if (again?.kind === 'expired') return again
  if (stored.fingerprint !== claim.fingerprint) {
    return { kind: 'different_request', differences: differencesOf(stored.canonicalRequest, claim.canonicalRequest) }
  }
  if (again !== undefined) return again
  return stored.operationId === null ? { kind: 'in_progress' } : resume(ports, stored.operationId, caller)
}

/** A stored answer for a repeat, or `expired` when its time is over. */
function answerAgain(
  { clock, policy }: OperationPorts,
  { answer, finishedAtMs }: NonNullable<StoredAnswer['finished']>,
): Extract<Outcome, { kind: 'answered' | 'expired' }> {
  const expiresAtMs = expiryOf(finishedAtMs, policy.answersKeptMs)
  if (isExpired(expiresAtMs, clock.virtualNowMs())) return { kind: 'expired' }
  return { kind: 'answered', answer, replayed: true, expiresAtMs }
}

async function resume(ports: OperationPorts, operationId: string, caller: Caller): Promise<Outcome> {
  // The job's next inquiry stays where it is: callers who ask often must not put it off, for it alone cancels what is not found.
  const { leaseUntilMs } = leaseFrom(ports.clock, ports.policy)
  const operation = await takeOver(ports, operationId, { leaseUntilMs })
  if (operation === undefined) return { kind: 'in_progress' }
  caller.paymentId = operation.paymentId
  caller.operationId = operationId
  const { said, asked } = await ask(ports, () => ports.acquirer.inquire(orderOf(operation), caller.traceparent))
  reached('payments:inquired')
  if (isClear(said)) return settle(ports, operation, said, caller, asked)
  return postponeUntil(ports, operation, operation.nextAttemptAtMs, asked)
}

/** Raises the attempt of an operation whose lease ran out; undefined when it is finished or leased. */
export async function takeOver(
  ports: OperationPorts,
  operationId: string,
  until: Parameters<Operations['takeOver']>[2] = leaseFrom(ports.clock, ports.policy),
): Promise<Operation | undefined> {
  const operation = await ports.operations.takeOver(operationId, leaseTimes(ports), until)
  if (operation !== undefined) reached('payments:taken-over')
  return operation
}

/** Differences between clocks must not make a leased operation look free. */
export function leaseTimes({
  clock,
  policy,
}: {
  clock: Pick<Clock, 'nowMs' | 'virtualNowMs'>
  policy: OperationPolicy
}): LeaseTimes {
  const nowMs = clock.nowMs()
  const virtualNowMs = clock.virtualNowMs()
  const backoffMsMax = policy.inquiryBackoffMs * 2 ** INQUIRY_DOUBLINGS_MAX
  return {
    nowMs,
    leaseUntilMsMax: nowMs + policy.leaseMs + CLOCK_SKEW_MS_MAX,
    virtualNowMs,
    nextAttemptAtMsMax: virtualNowMs + Math.max(policy.leaseMs, backoffMsMax) + CLOCK_SKEW_MS_MAX,
  }
}

/** What the acquirer said of an operation. */
export type Said = Verdict | { kind: 'not_found' } | { kind: 'canceled' }

const isClear = (said: Said): said is FinalVerdict => said.kind !== 'unknown' && said.kind !== 'not_found'

/** Records a clear verdict; ends the lease on an unclear one, so that a repeat or the resolver may ask again. */
export async function settle(
  ports: OperationPorts,
  operation: Operation,
  said: Said,
  caller: Caller,
  asked?: Asked,
): Promise<Outcome> {
  if (!isClear(said)) return postpone(ports, operation, asked)
  const recorded = await record(ports, operation, said, caller, { asked })
  return recorded === undefined ? answerOfWinner(ports, operation) : goOn(ports, recorded, caller)
}

/**
 * Records a verdict in a transaction of its own, together with what `writeMore` writes; undefined, and nothing is written, when another
 * attempt owns the operation.
 */
export async function record(
  ports: OperationPorts,
  operation: Operation,
  verdict: FinalVerdict,
  caller: Caller,
  { asked, writeMore = async () => {} }: { asked?: Asked; writeMore?: (tx: Transaction) => Promise<void> } = {},
): Promise<Recorded | undefined> {
  const start = { name: `record ${operation.kind}`, attributes: { 'payment.operation.outcome': verdict.kind } }
  const recorded = await traced(ports.tracer, start, caller.traceparent, span => {
    // The event continues the trace from here.
    const teller = { ...caller, traceparent: span.traceparent }
    const write = async (tx: Transaction) => {
      const written = await recordOutcome(tx, ports, operation, verdict, teller, asked)
      if (written !== undefined) await writeMore(tx)
      reached('payments:recording')
      return written
    }
    return ports.transactions.run(operation.paymentId, write, span)
  })
  reached('payments:recorded')
  if (recorded !== undefined) tell(ports, operation, verdict, caller)
  return recorded
}

function tell({ observer }: OperationPorts, operation: Operation, verdict: FinalVerdict, caller: Caller): void {
  const { kind, amountMinor, currency } = operation
  const state = stateAfter[verdict.kind]
  const declineReason = declineReasonOf(verdict)
  observer.decided({ kind, state, declineReason, amountMinor, currency, by: caller.by ?? 'request' })
}

/**
 * What follows a record: the doorbell for its event, and the execution of an operation that it claimed: the capture of an
 * authorization that is captured in the same call, or the expiry of a hold that the acquirer has let go.
 */
export async function goOn(ports: OperationPorts, recorded: Recorded, caller: Caller): Promise<Outcome> {
  if (recorded.hasEvent) await ports.doorbell.ring(recorded.shard)
  reached('payments:rung')
  const followed = recorded.next && (await executeNext(ports, recorded.next, caller))
  if (recorded.answer === undefined) return followed!
  return { kind: 'answered', answer: recorded.answer, replayed: false, expiresAtMs: recorded.expiresAtMs }
}

function executeNext(ports: OperationPorts, next: Operation, caller: Caller): Promise<Outcome> {
  if (next.combined) caller.operationId = next.operationId
  return execute(ports, next, caller)
}

/** Ends the lease of an operation whose outcome is still unknown. It is asked about again later, each time after a longer pause. */
export function postpone(ports: OperationPorts, operation: Operation, asked?: Asked): Promise<Outcome> {
  const { clock, policy } = ports
  const doublings = Math.min(operation.attempt - 1, INQUIRY_DOUBLINGS_MAX)
  return postponeUntil(ports, operation, clock.virtualNowMs() + policy.inquiryBackoffMs * 2 ** doublings, asked)
}

async function postponeUntil(
  ports: OperationPorts,
  operation: Operation,
  nextAttemptAtMs: number,
  asked?: Asked,
): Promise<Outcome> {
  const { clock, operations } = ports
  await operations.release(operation, clock.nowMs(), nextAttemptAtMs, asked)
  reached('payments:postponed')
  return unknown(operation, Math.max(0, nextAttemptAtMs - clock.virtualNowMs()))
}

const unknown = ({ paymentId, operationId }: Operation, inquiryInMs: number): Outcome => ({
  kind: 'unknown',
  paymentId,
  operationId,
  inquiryInMs,
})

export const orderOf = (operation: Operation): AcquirerOrder => ({
  operationId: operation.operationId,
  kind: operation.kind,
  amountMinor: operation.amountMinor,
  currency: operation.currency,
  paymentMethod: operation.paymentMethod,
  authorizationId: operation.authorizationId,
  finalCapture: operation.finalCapture,
})

/** Our result came too late: another attempt recorded the outcome, and its answer counts, or that of the operation it went on with. */
async function answerOfWinner(ports: OperationPorts, operation: Operation): Promise<Outcome> {
  const { merchantId, answerKey } = operation
  const stored = answerKey === null ? undefined : await ports.answers.find(merchantId, answerKey)
  if (stored?.finished) return answerAgain(ports, stored.finished)
  const operationId = stored?.operationId ?? operation.operationId
  return unknown({ ...operation, operationId }, ports.policy.inquiryBackoffMs)
}
