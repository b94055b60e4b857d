/** What must be true in every world: the invariants of `npm run verify`, and that the books and the acquirer tell the same story. */
import { needingDatabase } from '../../../shared/invariants/catalogue.ts'
import {
  type EventFacts,
  type OperationRow,
  type PaymentHistory,
  parseEvent,
} from '../../../shared/invariants/payment-history.ts'
import { fakeTerms } from '../../../shared/payments/fakes.ts'
import type { Stage, World } from './world.ts'

/** What the rows alone say. Many worlds have the same rows. */
interface Books {
  history: PaymentHistory
  answers: Map<string, { statusCode: number; body: string }>
  problems: string[]
}

export class Judge {
  readonly #stage: Stage
  readonly #books = new Map<number, Books>()

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** What is wrong, a sentence each; none in a sound world. */
  problemsOf(world: World): string[] {
    const { history, answers, problems } = this.#booksOf(world)
    return [...problems, ...acquirerProblems(history, world), ...answerProblems(answers, world), ...workProblems(world)]
  }

  #booksOf(world: World): Books {
    const known = this.#books.get(world.rows.id)
    if (known !== undefined) return known
    this.#stage.enter(world)
    const history = historyOf(this.#stage)
    const stored = this.#stage.answers.table.rows()
    const answers = new Map(stored.flatMap(({ key, finished }) => (finished ? [[key, finished.answer]] : [])))
    const books = { history, answers, problems: [...invariantProblems(history, world), ...keyProblems(history)] }
    this.#books.set(world.rows.id, books)
    return books
  }
}

/** Young enough to be on its way, whatever the model's clock says. */
const GRACE_MS = Number.MAX_SAFE_INTEGER

function invariantProblems(history: PaymentHistory, world: World): string[] {
  const clock = {
    nowMs: world.nowMs,
    virtualNowMs: world.nowMs + world.aheadMs,
    graceMs: GRACE_MS,
    settlementDefaults: fakeTerms,
  }
  const problems: string[] = []
  if (history.payment === null) return problems
  for (const invariant of needingDatabase) {
    if (!('checkPayment' in invariant)) continue
    for (const result of invariant.checkPayment(history, clock))
      if (result.state === 'failed') problems.push(`${invariant.name}: ${result.row} ${result.problem}`)
  }
  return problems
}

const stateWanted: Record<string, string> = { SUCCEEDED: 'approved', DECLINED: 'declined', FAILED: 'canceled' }

function acquirerProblems({ operations, payment }: PaymentHistory, { acquirer }: World): string[] {
  const problems: string[] = []
  for (const { operationId, state } of operations) {
    const there = acquirer.decided[operationId]
    const wanted = stateWanted[state]
    if (wanted !== undefined && there?.state !== wanted)
      problems.push(`${operationId} is ${state} here, and ${there?.state ?? 'not known'} at the acquirer`)
  }
  for (const [operationId, { executions, state }] of Object.entries(acquirer.decided)) {
    if (executions > 1) problems.push(`${operationId} moved money ${executions} times`)
    if (state === 'approved' && !operations.some(each => each.operationId === operationId))
      problems.push(`${operationId} is approved at the acquirer, and not known here`)
  }
  const { heldMinor = 0, capturedMinor, refundedMinor } = acquirer
  if (capturedMinor > heldMinor) problems.push(`captured ${capturedMinor} of ${heldMinor} held`)
  if (refundedMinor > capturedMinor) problems.push(`refunded ${refundedMinor} of ${capturedMinor} captured`)
  const pending = operations.find(({ state }) => state === 'PENDING')
  const left = payment && leftFor(pending, payment)
  if (pending !== undefined && left != null && pending.amount > left)
    problems.push(`${pending.operationId} was claimed for ${pending.amount}, and ${left} was left`)
  return problems
}

function leftFor(pending: OperationRow | undefined, payment: NonNullable<PaymentHistory['payment']>): number | null {
  if (pending === undefined || pending.kind === 'authorize') return null
  const isRefund = pending.kind === 'refund'
  return isRefund ? payment.capturedAmount - payment.refundedAmount : payment.amount - payment.capturedAmount
}

/** A key is on one operation. */
function keyProblems({ operations }: PaymentHistory): string[] {
  const keys = operations.flatMap(({ idempotencyKey }) => idempotencyKey ?? [])
  return new Set(keys).size < keys.length ? [`operations share a key: ${keys.join(', ')}`] : []
}

/** Whoever used a key was told what is stored under it. */
function answerProblems(stored: Books['answers'], { actors }: World): string[] {
  const problems: string[] = []
  for (const { request, told } of actors) {
    if (told === undefined || request.role !== 'caller' || request.key === null) continue
    const kept = stored.get(request.key)
    if (kept?.body !== told.body || kept.statusCode !== told.statusCode)
      problems.push(`key ${request.key}: told ${told.statusCode}, stored ${kept?.statusCode}`)
  }
  return problems
}

/** While the lease of an attempt runs, nobody else works on its operation. */
function workProblems({ actors, nowMs }: World): string[] {
  return actors.flatMap(({ phase, operation }) => {
    if ((phase !== 'asking' && phase !== 'heard') || operation === undefined || operation.leaseUntilMs <= nowMs)
      return []
    const rivals = actors.filter(
      other =>
        (other.phase === 'asking' || other.phase === 'heard') &&
        other.operation?.operationId === operation.operationId &&
        other.operation.attempt > operation.attempt,
    )
    return rivals.length > 0 ? [`${operation.operationId} was taken over while its lease ran`] : []
  })
}

/** The rows as the invariants read them. */
function historyOf(stage: Stage): PaymentHistory {
  const [payment] = stage.payments.table.rows()
  const answers = stage.answers.table.rows()
  return {
    paymentId: 'pay_1',
    settlements: [],
    items: [],
    expectations: [],
    disputes: [],
    isLeftOut: true,
    terms: [],
    payment: payment
      ? {
          paymentId: payment.paymentId,
          merchantId: payment.merchantId,
          status: payment.status,
          amount: payment.amountMinor,
          currency: payment.currency,
          capturedAmount: payment.capturedMinor,
          refundedAmount: payment.refundedMinor,
          disputedAmount: payment.disputedMinor,
          pendingOperationId: payment.pendingOperationId,
          eventCount: payment.eventCount,
          captureBeforeMs: payment.captureBeforeMs,
          feeBasisPoints: payment.feeSchedule?.basisPoints ?? null,
          feeFixed: payment.feeSchedule?.fixedMinor ?? null,
        }
      : null,
    operations: stage.operations.table.rows().map((row): OperationRow => {
      const answer = answers.find(({ key }) => key === row.idempotencyKey)
      return {
        operationId: row.operationId,
        merchantId: row.merchantId,
        idempotencyKey: row.idempotencyKey,
        kind: row.kind,
        amount: row.amountMinor,
        currency: row.currency,
        state: row.state,
        finalCapture: row.finalCapture,
        combined: row.combined,
        leaseUntilMs: row.leaseUntilMs,
        createdAtMs: row.createdAtMs,
        finishedAtMs: row.finishedAtMs,
        answer: answer
          ? {
              merchantId: row.merchantId,
              idempotencyKey: answer.key,
              operationId: answer.operationId,
              statusCode: answer.finished?.answer.statusCode ?? null,
              body: answer.finished ? Buffer.from(answer.finished.answer.body) : null,
              finishedAtMs: answer.finished?.finishedAtMs ?? null,
            }
          : null,
      }
    }),
    entries: stage.ledger.table.rows().map(row => ({ ...row, amount: row.amountMinor })),
    outbox: stage.outbox.table.rows().map((row, index) => ({
      id: index + 1,
      eventId: row.eventId,
      topic: row.topic,
      sequence: row.sequence,
      createdAtMs: row.createdAtMs,
      publishedAtMs: null,
      parkedAtMs: null,
      lastError: null,
      archived: false,
      event: parseEvent(row.payload) as EventFacts | null,
    })),
  }
}
