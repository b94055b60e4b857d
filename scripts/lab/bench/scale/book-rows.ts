/**
 * Writes one generated life as the rows, events and decisions that the product would have left behind: by the product's own
 * transition table, fees, ledger rules, events and answers. So what `verify` then judges was not made to please it.
 */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { encodeTime } from 'ulid'
import type { AcquirerDecision, AcquirerOrderBody } from '../../../../shared/contracts/acquirer.ts'
import { type EntryType, entriesByEvent, type OperationKind } from '../../../../shared/contracts/lists.ts'
import { shardOf } from '../../../../shared/contracts/topics.ts'
import { feeMinor, scheduleFor } from '../../../../shared/domain/fee.ts'
import { isWrittenByOperation, movementsOf } from '../../../../shared/domain/ledger.ts'
import { applyRefusal, applySuccess, type Payment, plan, releasedMinor } from '../../../../shared/domain/payment.ts'
import { refusalAnswer, successAnswer } from '../../../../shared/payments/answer.ts'
import { eventTypeOf, outboxEvent } from '../../../../shared/payments/event.ts'
import type { OperationPolicy } from '../../../../shared/payments/operation.ts'
import type { Answer, LedgerEntry, Operation, OutboxEvent } from '../../../../shared/payments/ports.ts'
import type { FinalVerdict } from '../../../../shared/payments/record-outcome.ts'
import type { Random } from '../../random.ts'
import type { DrawnStep, Life } from './lives.ts'

/** Work that is left undone, so that a job, the relay or the consumer has something to do. */
export const undoneWorks = ['expiries', 'pruning', 'archiving', 'publishing', 'fees'] as const
export type UndoneWork = (typeof undoneWorks)[number]

/** The state of an operation, and when. */
export interface OperationRecord extends Operation {
  sequence: number
  state: 'PENDING' | 'SUCCEEDED' | 'DECLINED' | 'FAILED'
  declineReason: string | null
  finishedAtMs: number | null
  requestId: string
  askedAtMs: number
  answeredAtMs: number | null
}

export interface AnswerRecord {
  merchantId: string
  key: string
  operationId: string | null
  canonicalRequest: string
  fingerprint: string
  answer: Answer | null
  createdAtMs: number
  finishedAtMs: number | null
}

export interface EventRecord extends OutboxEvent {
  createdAtMs: number
  /** Null while it waits for Kafka. */
  publishedAtMs: number | null
}

export interface EntryRecord extends LedgerEntry {
  recordedAtMs: number
}

export interface SettlementRecord {
  operationId: string
  paymentId: string
  attempt: number
  outcome: 'SUCCEEDED' | 'FAILED'
  settledAtMs: number
  acquirerSaid: 'approved' | 'canceled'
}

export interface DecisionRecord {
  decision: AcquirerDecision
  order: AcquirerOrderBody | null
  recordedAt: string
}

/** Everything about one payment. */
export interface PaymentBook {
  payment: Payment & { idempotencyKey: string }
  operations: OperationRecord[]
  answers: AnswerRecord[]
  entries: EntryRecord[]
  events: EventRecord[]
  settlements: SettlementRecord[]
  decisions: DecisionRecord[]
}

/** From a claim to its record, from an event to its publication, from there to its fee: in milliseconds. */
const ASKED_MS = [20, 400] as const
const PUBLISHED_MS = [5, 80] as const
const BOOKED_MS = [5, 80] as const
/** The job that lets holds go runs each minute. */
const EXPIRED_MS = [500, 60_000] as const
/** Longer than any measurement. */
const QUIET_MS = 12 * 60 * 60_000
/** An outcome that was unknown at first. */
const RESOLVED_MS = [5_000, 60_000] as const

const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const ULID_RANDOM_CHARACTERS = 16
const KEY_RANDOM_CHARACTERS = 12

const characters = (random: Random, count: number): string => {
  let text = ''
  for (let index = 0; index < count; index++) text += BASE32[random.integer(0, 31)]
  return text
}

const idAt = (random: Random, prefix: string, atMs: number): string =>
  `${prefix}_${encodeTime(atMs, 10)}${characters(random, ULID_RANDOM_CHARACTERS)}`

/** In no order, as callers' keys are; the time makes it unlike those of other fillings. */
const keyAt = (random: Random, atMs: number): string => characters(random, KEY_RANDOM_CHARACTERS) + encodeTime(atMs, 10)

const between = (random: Random, [min, max]: readonly [number, number]): number => random.integer(min, max)

export interface BookMaker {
  /** The life of a payment that began at this time. */
  write(life: Life, beganAtMs: number): PaymentBook
  /** A payment whose authorization, or whose capture, is pending since then; its lease ends at `leaseUntilMs`. */
  writePending(life: Life, beganAtMs: number, kind: 'authorize' | 'capture', leaseUntilMs: number): PaymentBook
}

export interface BookRules {
  random: Random
  policy: OperationPolicy
  /** Nothing happened later than this. */
  nowMs: number
  undone: ReadonlySet<UndoneWork>
}

export function createBookMaker(rules: BookRules): BookMaker {
  const begin = (life: Life, beganAtMs: number) => new BookInWriting(rules, life, beganAtMs)
  return {
    write: (life, beganAtMs) => begin(life, beganAtMs).lived().finished(),
    writePending: (life, beganAtMs, kind, leaseUntilMs) =>
      begin(life, beganAtMs).pending(kind, leaseUntilMs).finished(),
  }
}

/** A key with what was asked under it. */
interface Asked {
  key: string
  claimedAtMs: number
  canonicalRequest: string
}

class BookInWriting {
  readonly #random: Random
  readonly #policy: OperationPolicy
  readonly #nowMs: number
  readonly #undone: ReadonlySet<UndoneWork>
  readonly #life: Life
  readonly #book: PaymentBook
  #payment: Payment
  #atMs: number
  /** Of the authorization. */
  #firstAsked: Asked | undefined

  constructor({ random, policy, nowMs, undone }: BookRules, life: Life, beganAtMs: number) {
    this.#random = random
    this.#policy = policy
    this.#nowMs = nowMs
    this.#undone = undone
    this.#life = life
    this.#atMs = beganAtMs
    this.#payment = this.#newPayment(beganAtMs)
    const payment = { ...this.#payment, idempotencyKey: keyAt(random, beganAtMs) }
    this.#book = { payment, operations: [], answers: [], entries: [], events: [], settlements: [], decisions: [] }
  }

  #newPayment(nowMs: number): Payment {
    const { merchantId, orderId, amountMinor, currency, paymentMethod } = this.#life
    const paymentId = idAt(this.#random, 'pay', nowMs)
    return {
      paymentId,
      merchantId,
      orderId,
      status: 'REQUESTED',
      amountMinor,
      currency,
      capturedMinor: 0,
      refundedMinor: 0,
      disputedMinor: 0,
      paymentMethod,
      feeSchedule: scheduleFor(this.#policy.fees, currency),
      pendingOperationId: null,
      eventCount: 0,
      shard: shardOf(paymentId),
      captureBeforeMs: null,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    }
  }

  /** Takes the steps of the life for which there was time, and what time itself does. */
  lived(): this {
    for (const step of this.#life.steps) {
      const claimedAtMs = this.#atMs + step.afterMs
      const finishedAtMs = claimedAtMs + between(this.#random, step.resolved === 'at once' ? ASKED_MS : RESOLVED_MS)
      if (finishedAtMs > this.#nowMs) break
      this.#take(step, claimedAtMs, finishedAtMs)
    }
    this.#endHold()
    if (this.#life.isRefusedAtTheEnd) this.#refuse()
    return this
  }

  /** Takes the authorization when a capture is to be pending; the last operation stays open. */
  pending(kind: 'authorize' | 'capture', leaseUntilMs: number): this {
    const [authorization] = this.#life.steps
    if (kind === 'capture')
      this.#take({ ...authorization!, verdict: { kind: 'approved' }, combined: false }, this.#atMs)
    const step: DrawnStep = { ...authorization!, kind, combined: false, finalCapture: kind === 'capture' ? true : null }
    const claimedAtMs = this.#atMs + 1
    const operation = this.#claim(step, claimedAtMs, this.#payment.amountMinor)
    const open = { ...operation, leaseUntilMs, nextAttemptAtMs: leaseUntilMs }
    this.#book.operations.push({
      ...open,
      state: 'PENDING',
      declineReason: null,
      finishedAtMs: null,
      ...askedOf(open, null),
    })
    this.#payment = { ...this.#payment, pendingOperationId: operation.operationId, updatedAtMs: claimedAtMs }
    this.#keepAnswer(this.#askedBy(step, operation, claimedAtMs), operation.operationId, null, null)
    return this
  }

  finished(): PaymentBook {
    const { idempotencyKey } = this.#book.payment
    return { ...this.#book, payment: { ...this.#payment, idempotencyKey } }
  }

  #take(step: DrawnStep, claimedAtMs: number, finishedAtMs = claimedAtMs + between(this.#random, ASKED_MS)): void {
    const amountMinor = this.#amountOf(step, claimedAtMs)
    const operation = this.#claim(step, claimedAtMs, amountMinor)
    const asked = this.#askedBy(step, operation, claimedAtMs)
    const { verdict, resolved } = step
    if (resolved === 'by hand') this.#settleByHand(operation, verdict, finishedAtMs)
    this.#decide(operation, verdict, claimedAtMs)
    const before = this.#payment
    this.#payment = this.#paymentAfter(before, operation, verdict, finishedAtMs)
    this.#book.operations.push(finishedOperation(operation, verdict, finishedAtMs))
    const entries = this.#tell(operation, verdict, before, finishedAtMs)
    const answered = step.combined ? this.#answeredTogether(step) : asked
    if (answered !== undefined) {
      const answer = this.#answerTo(operation, verdict, entries, finishedAtMs)
      this.#keepAnswer(answered, operation.operationId, answer, finishedAtMs)
    }
    this.#atMs = finishedAtMs
  }

  /** A call that authorizes and captures is answered by its capture. */
  #answeredTogether({ kind }: DrawnStep): Asked | undefined {
    return kind === 'capture' ? this.#firstAsked : undefined
  }

  /** What is left, or the drawn share of it: at least one unit, and of a part never all. */
  #amountOf(step: Pick<DrawnStep, 'kind' | 'share'>, nowMs: number): number {
    if (step.kind === 'authorize') return this.#payment.amountMinor
    const planned = plan(this.#payment, step.kind, undefined, nowMs)
    if (planned.kind !== 'allowed')
      throw new Error(`a generated ${step.kind} is not allowed: ${JSON.stringify(planned)}`)
    const left = planned.amountMinor
    return step.share === 1 ? left : Math.min(Math.max(Math.floor(left * step.share), 1), left)
  }

  #claim(
    { kind, combined, hasKey, finalCapture, resolved }: DrawnStep,
    claimedAtMs: number,
    amountMinor: number,
  ): Operation & { sequence: number } {
    const { paymentId, merchantId, currency, paymentMethod } = this.#payment
    const authorization = this.#book.operations[0]
    const leaseUntilMs = claimedAtMs + this.#policy.leaseMs
    const idempotencyKey = this.#keyOf(kind, hasKey, claimedAtMs)
    return {
      operationId: idAt(this.#random, 'op', claimedAtMs),
      paymentId,
      merchantId,
      idempotencyKey,
      kind,
      sequence: this.#book.operations.length + 1,
      amountMinor,
      currency,
      paymentMethod,
      authorizationId: authorization?.operationId ?? null,
      finalCapture,
      combined,
      answerKey: combined ? this.#book.payment.idempotencyKey : idempotencyKey,
      reason: null,
      attempt: resolved === 'at once' ? 1 : 2,
      leaseUntilMs,
      nextAttemptAtMs: leaseUntilMs,
      createdAtMs: claimedAtMs,
    }
  }

  #keyOf(kind: OperationKind, hasKey: boolean, claimedAtMs: number): string | null {
    if (kind === 'authorize') return this.#book.payment.idempotencyKey
    return hasKey ? keyAt(this.#random, claimedAtMs) : null
  }

  #paymentAfter(before: Payment, operation: Operation, verdict: FinalVerdict, nowMs: number): Payment {
    const hasEvent = eventTypeOf(operation.kind, verdict.kind) !== undefined
    const after =
      verdict.kind === 'approved' ? applySuccess(before, operation) : applyRefusal(before, operation.kind, verdict.kind)
    const isHeldNow = operation.kind === 'authorize' && verdict.kind === 'approved'
    return {
      ...after,
      captureBeforeMs: isHeldNow ? nowMs + this.#policy.captureWindowMs : after.captureBeforeMs,
      eventCount: before.eventCount + (hasEvent ? 1 : 0),
      updatedAtMs: nowMs,
    }
  }

  /** Writes the event of an outcome and its entries. Returns all entries that an answer of this moment would name. */
  #tell(operation: Operation, verdict: FinalVerdict, before: Payment, nowMs: number): LedgerEntry[] {
    const type = eventTypeOf(operation.kind, verdict.kind)
    if (type === undefined) return []
    const fee = entriesByEvent[type].includes('fee')
      ? feeMinor(this.#payment.feeSchedule!, before.capturedMinor, operation.amountMinor)
      : undefined
    const released = operation.kind === 'capture' ? releasedMinor(before, this.#payment) : 0
    const eventId = idAt(this.#random, 'evt', nowMs)
    const event = outboxEvent(type, eventId, this.#payment, operation, {
      ...(fee === undefined ? {} : { feeMinor: fee }),
      releasedMinor: released,
      nowMs,
    })
    const publishedAtMs = this.#undone.has('publishing') ? null : nowMs + between(this.#random, PUBLISHED_MS)
    this.#book.events.push({ ...event, createdAtMs: nowMs, publishedAtMs })
    const earlier = this.#book.entries.filter(({ recordedAtMs }) => recordedAtMs <= nowMs)
    const { merchantId, currency, amountMinor } = operation
    const step = { type, merchantId, currency, amountMinor, ...(fee === undefined ? {} : { feeMinor: fee }) }
    const written = movementsOf(step).flatMap(moved => this.#entry(moved, eventId, nowMs, publishedAtMs))
    this.#book.entries.push(...written)
    return [...earlier, ...written.filter(({ type: each }) => isWrittenByOperation(each))].map(asEntry)
  }

  #entry(
    moved: ReturnType<typeof movementsOf>[number],
    eventId: string,
    occurredAtMs: number,
    publishedAtMs: number | null,
  ): EntryRecord[] {
    const recordedAtMs = this.#recordedAtMs(moved.type, occurredAtMs, publishedAtMs)
    if (recordedAtMs === null) return []
    const entryId = idAt(this.#random, 'led', recordedAtMs)
    const { paymentId } = this.#payment
    return [{ ...moved, entryId, paymentId, eventId, occurredAtMs, recordedAtMs }]
  }

  /** The consumer writes after the event was published. Null: it has not yet. */
  #recordedAtMs(type: EntryType, occurredAtMs: number, publishedAtMs: number | null): number | null {
    if (isWrittenByOperation(type)) return occurredAtMs
    if (publishedAtMs === null || this.#undone.has('fees')) return null
    return publishedAtMs + between(this.#random, BOOKED_MS)
  }

  #answerTo(operation: Operation, verdict: FinalVerdict, entries: LedgerEntry[], nowMs: number): Answer {
    const { operationId, kind, combined, paymentId } = operation
    const { language } = this.#life
    if (verdict.kind === 'approved') {
      const statusCode = kind === 'authorize' || combined ? 201 : 200
      return successAnswer(statusCode, this.#payment, operationId, entries, language, nowMs)
    }
    const reason = verdict.kind === 'declined' ? verdict.reason : 'canceled'
    return refusalAnswer('PAYMENT_DECLINED', this.#caller(nowMs), paymentId, { reason, operationId })
  }

  #caller = (nowMs: number) => ({ language: this.#life.language, requestId: idAt(this.#random, 'req', nowMs) })

  #askedBy(step: DrawnStep, operation: Operation, claimedAtMs: number): Asked | undefined {
    if (operation.idempotencyKey === null) return undefined
    const asked = { key: operation.idempotencyKey, claimedAtMs, canonicalRequest: this.#requestOf(step, operation) }
    if (step.kind === 'authorize') this.#firstAsked = asked
    return asked
  }

  #requestOf(step: Pick<DrawnStep, 'kind' | 'share' | 'combined'>, operation: Operation): string {
    const { paymentId, merchantId, amountMinor: amount, currency, orderId } = this.#payment
    if (step.kind === 'authorize') {
      const order = orderId === null ? {} : { orderId }
      const body = { merchantId, amount, currency, ...order, ...(step.combined ? { capture: true } : {}) }
      return canonicalize({ operation: 'authorize', path: '/payments/authorize', body })!
    }
    const final = operation.finalCapture === false ? { finalCapture: false } : {}
    const body = { merchantId, ...(step.share === 1 ? {} : { amount: operation.amountMinor }), ...final }
    return canonicalize({ operation: step.kind, path: `/payments/${step.kind}/${paymentId}`, body })!
  }

  /** Nothing when there was no key, or when the answer would have been pruned by now. */
  #keepAnswer(
    asked: Asked | undefined,
    operationId: string | null,
    answer: Answer | null,
    finishedAtMs: number | null,
  ): void {
    if (asked === undefined) return
    const expiresAtMs = (finishedAtMs ?? Number.POSITIVE_INFINITY) + this.#policy.answersKeptMs
    if (expiresAtMs <= this.#nowMs && !this.#undone.has('pruning')) return
    const { key, canonicalRequest, claimedAtMs: createdAtMs } = asked
    const fingerprint = `v1:${createHash('sha256').update(canonicalRequest).digest('hex')}`
    const { merchantId } = this.#payment
    this.#book.answers.push({
      merchantId,
      key,
      operationId,
      canonicalRequest,
      fingerprint,
      answer,
      createdAtMs,
      finishedAtMs,
    })
  }

  #decide(operation: Operation, verdict: FinalVerdict, atMs: number): void {
    const at = new Date(atMs).toISOString()
    const { operationId, kind, amountMinor: amount, currency, paymentMethod: method } = operation
    const { authorizationId, finalCapture } = operation
    // It was canceled because it had never arrived.
    const order = verdict.kind === 'canceled' ? null : { kind, amount, currency, method, authorizationId, finalCapture }
    const decision = { operationId, state: decisionBy[verdict.kind], reason: reasonOf(verdict), decidedAt: at }
    this.#book.decisions.push({ decision, order, recordedAt: at })
  }

  #settleByHand(operation: Operation, verdict: FinalVerdict, settledAtMs: number): void {
    if (verdict.kind === 'declined') throw new Error('a person does not decline')
    const { operationId, paymentId, attempt } = operation
    const outcome = stateBy[verdict.kind] === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED'
    this.#book.settlements.push({
      operationId,
      paymentId,
      attempt,
      outcome,
      settledAtMs,
      acquirerSaid: verdict.kind,
    })
  }

  /**
   * A hold that ran out was let go by the job, one that would run out soon by its merchant: nothing happens by itself while figures
   * are taken. Nothing of this when it is left undone.
   */
  #endHold(): void {
    const { captureBeforeMs } = this.#payment
    if (captureBeforeMs === null || this.#undone.has('expiries')) return
    const expiredAtMs = captureBeforeMs + between(this.#random, EXPIRED_MS)
    const hasExpired = expiredAtMs + ASKED_MS[1] <= this.#nowMs
    if (!hasExpired && captureBeforeMs > this.#nowMs + QUIET_MS) return
    const [end, claimedAtMs] = hasExpired ? [expiry, expiredAtMs] : [release, this.#atMs + 1]
    if (claimedAtMs + ASKED_MS[1] > this.#nowMs) return
    if (plan(this.#payment, end.kind, undefined, claimedAtMs).kind === 'allowed') this.#take(end, claimedAtMs)
  }

  /** A void that the state forbids: stored, and no operation. */
  #refuse(): void {
    const atMs = this.#atMs + 1
    const planned = plan(this.#payment, 'void', undefined, atMs)
    if (planned.kind !== 'refused' || atMs > this.#nowMs) return
    const { paymentId, merchantId, status } = this.#payment
    const body = { merchantId }
    const canonicalRequest = canonicalize({ operation: 'void', path: `/payments/void/${paymentId}`, body })!
    const asked = { key: keyAt(this.#random, atMs), claimedAtMs: atMs, canonicalRequest }
    const details = { reason: planned.reason, status, remaining: planned.remainingMinor }
    this.#keepAnswer(asked, null, refusalAnswer('VOID_CONFLICT', this.#caller(atMs), paymentId, details), atMs)
  }
}

/** There is no caller, and no key. */
const expiry: DrawnStep & { kind: 'expire' } = {
  kind: 'expire',
  afterMs: 0,
  share: 1,
  finalCapture: null,
  verdict: { kind: 'approved' },
  combined: false,
  hasKey: false,
  resolved: 'at once',
}

const release: DrawnStep & { kind: 'void' } = { ...expiry, kind: 'void' }

const stateBy = { approved: 'SUCCEEDED', declined: 'DECLINED', canceled: 'FAILED' } as const
const decisionBy = { approved: 'APPROVED', declined: 'DECLINED', canceled: 'CANCELED' } as const

const reasonOf = (verdict: FinalVerdict): string | null => (verdict.kind === 'declined' ? verdict.reason : null)

const finishedOperation = (
  operation: Operation & { sequence: number },
  verdict: FinalVerdict,
  finishedAtMs: number,
): OperationRecord => ({
  ...operation,
  state: stateBy[verdict.kind],
  declineReason: reasonOf(verdict),
  finishedAtMs,
  ...askedOf(operation, finishedAtMs),
})

/** Every operation has a request of its own. */
const askedOf = ({ operationId, createdAtMs }: Operation, answeredAtMs: number | null) => ({
  requestId: `req_${operationId.slice('op_'.length)}`,
  askedAtMs: createdAtMs,
  answeredAtMs,
})

const asEntry = ({ recordedAtMs: _, ...entry }: EntryRecord): LedgerEntry => entry
