/** Healthy payments for tests, written by hand: their rows, and what Kafka holds of them, when nothing is wrong. */
import type { EntryType, EventType, PaymentStatus, RequestedKind } from '../contracts/lists.ts'
import { Balances, type KeptAnswer } from './database-totals.ts'
import type { DatabaseSource } from './judge.ts'
import type { HistoryInKafka, KafkaFacts, RowInKafka } from './kafka-facts.ts'
import type { AnswerRow, EntryRow, EventFacts, OperationRow, PaymentHistory } from './payment-history.ts'

export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5)
export const minutesAgo = (minutes: number): number => NOW_MS - minutes * 60_000

const STEP_MS = minutesAgo(10)
const AMOUNT = 10_000
const FEE = 250

const ulid = (letter: string, index: number): string => `${letter}${String(index).padStart(25, '0')}`
export const paymentIdOf = (index: number): string => `pay_${ulid('0P', index).slice(-26)}`

type Step = Exclude<RequestedKind, 'void'>

const answerOf = (
  merchantId: string,
  key: string,
  operationId: string,
  statusCode: number,
  body: object,
): AnswerRow => ({
  merchantId,
  idempotencyKey: key,
  operationId,
  statusCode,
  body: Buffer.from(JSON.stringify(body)),
  finishedAtMs: STEP_MS,
})

const operationOf = (
  merchantId: string,
  id: string,
  kind: string,
  state: string,
  answer: AnswerRow | null,
): OperationRow => ({
  operationId: id,
  merchantId,
  idempotencyKey: `key-${id}`,
  kind,
  amount: AMOUNT,
  currency: 'KRW',
  state,
  leaseUntilMs: STEP_MS + 15_000,
  finishedAtMs: state === 'PENDING' ? null : STEP_MS,
  answer,
})

const outboxOf = (id: number, event: EventFacts): RowInKafka => ({
  id,
  eventId: event.eventId,
  topic: event.eventType,
  sequence: event.sequence,
  createdAtMs: STEP_MS,
  publishedAtMs: STEP_MS + 40,
  parkedAtMs: null,
  lastError: null,
  archived: false,
  event,
  inKafka: { occurrences: 1, partition: 2, offset: id, differences: [] },
})

const entryOf = (
  type: EntryType,
  eventId: string,
  accounts: [debit: string, credit: string],
  amount: number,
): EntryRow => ({
  entryId: `led_${type}_${eventId}`,
  eventId,
  type,
  debitAccount: accounts[0],
  creditAccount: accounts[1],
  amount,
  currency: 'KRW',
})

interface StepRule {
  topic: EventType
  status: PaymentStatus
  statusCode: number
  total?: 'capturedAmount' | 'refundedAmount'
  feeAmount?: number
  entries: (eventId: string, merchant: string) => EntryRow[]
}

const stepRules: Record<Step, StepRule> = {
  authorize: { topic: 'payment.authorized', status: 'AUTHORIZED', statusCode: 201, entries: () => [] },
  capture: {
    topic: 'payment.captured',
    status: 'COMPLETED',
    statusCode: 200,
    total: 'capturedAmount',
    feeAmount: FEE,
    entries: (eventId, merchant) => [
      entryOf('capture', eventId, ['acquirer_receivable', merchant], AMOUNT),
      entryOf('fee', eventId, [merchant, 'fee_revenue'], FEE),
    ],
  },
  refund: {
    topic: 'payment.refunded',
    status: 'REFUNDED',
    statusCode: 200,
    total: 'refundedAmount',
    entries: (eventId, merchant) => [entryOf('refund', eventId, [merchant, 'acquirer_receivable'], AMOUNT)],
  },
}

/** A payment that went through `steps` without anything special. */
export function settledPayment(index: number, steps: Step[], merchantId = 'shop'): HistoryInKafka {
  const paymentId = paymentIdOf(index)
  const payment = {
    paymentId,
    merchantId,
    status: 'REQUESTED',
    amount: AMOUNT,
    currency: 'KRW',
    capturedAmount: 0,
    refundedAmount: 0,
    pendingOperationId: null,
    eventCount: 0,
  }
  const history: HistoryInKafka & { payment: typeof payment } = {
    paymentId,
    payment,
    operations: [],
    entries: [],
    outbox: [],
  }
  for (const step of steps) takeStep(history, step, index)
  return history
}

function takeStep(
  history: HistoryInKafka & { payment: NonNullable<HistoryInKafka['payment']> },
  step: Step,
  index: number,
): void {
  const { payment, paymentId } = history
  const { topic, status, statusCode, total, feeAmount, entries } = stepRules[step]
  payment.status = status
  payment.eventCount++
  if (total) payment[total] += AMOUNT
  const { pendingOperationId, eventCount, ...told } = payment
  const operationId = `op_${paymentId}_${step}`
  const eventId = `evt_${paymentId}_${step}`
  const event = {
    eventId,
    eventType: topic,
    sequence: eventCount,
    operationId,
    amount: AMOUNT,
    feeAmount,
    payment: told,
  }
  const answer = { ...told, operationId }
  const stored = answerOf(payment.merchantId, `key-${operationId}`, operationId, statusCode, answer)
  history.operations.push(operationOf(payment.merchantId, operationId, step, 'SUCCEEDED', stored))
  history.outbox.push(outboxOf(index * 10 + eventCount, event))
  history.entries.push(...entries(eventId, `merchant_payable:${payment.merchantId}`))
}

/** A payment that the acquirer declined. */
export function declinedPayment(index: number): HistoryInKafka {
  const history = settledPayment(index, ['authorize'])
  const [operation, row] = [history.operations[0]!, history.outbox[0]!]
  history.payment!.status = 'DECLINED'
  operation.state = 'DECLINED'
  const body = { code: 'PAYMENT_DECLINED', paymentId: history.paymentId }
  operation.answer = answerOf('shop', operation.idempotencyKey!, operation.operationId, 402, body)
  row.topic = 'payment.declined'
  row.event!.eventType = 'payment.declined'
  row.event!.payment.status = 'DECLINED'
  return history
}

/** A payment whose authorization is being worked on. */
export function pendingPayment(index: number): HistoryInKafka {
  const paymentId = paymentIdOf(index)
  const history = settledPayment(index, [])
  const operation = operationOf('shop', `op_${paymentId}_authorize`, 'authorize', 'PENDING', null)
  operation.leaseUntilMs = NOW_MS + 5_000
  operation.answer = {
    ...answerOf('shop', operation.idempotencyKey!, operation.operationId, 0, {}),
    statusCode: null,
    body: null,
    finishedAtMs: null,
  }
  history.operations.push(operation)
  history.payment!.pendingOperationId = operation.operationId
  return history
}

const keptAnswersOf = (histories: PaymentHistory[]): KeptAnswer[] =>
  histories.flatMap(history =>
    history.operations
      .filter(operation => operation.answer !== null)
      .map(operation => ({ ...operation.answer!, operation })),
  )

/** The database that holds these payments and nothing else. */
export function sampleDatabase(histories: PaymentHistory[]): DatabaseSource {
  const [debits, credits] = [new Balances(), new Balances()]
  for (const { debitAccount, creditAccount, currency, amount } of histories.flatMap(history => history.entries)) {
    debits.add(debitAccount, currency, amount)
    credits.add(creditAccount, currency, amount)
  }
  return {
    histories: async function* () {
      yield* histories
    },
    balances: async () => ({ debits, credits }),
    answers: async function* () {
      yield* keptAnswersOf(histories)
    },
  }
}

/** The Kafka that holds what the outbox rows of these payments say, and whose consumers are at the end. */
export function sampleKafka(histories: HistoryInKafka[]): KafkaFacts {
  const rows = histories.flatMap(history => history.outbox)
  const found = rows.flatMap(row => row.inKafka ?? [])
  return {
    foundOf: outboxId => rows.find(row => row.id === outboxId)?.inKafka ?? null,
    records: found.reduce((total, { occurrences }) => total + occurrences, 0),
    distinct: found.length,
    unknownRecords: [],
    truncated: [],
    partitions: 36,
    lags: [
      { group: 'record-ledger-captured', topic: 'payment.captured', partition: 0, committed: 7, end: 7, overdue: 0 },
    ],
    deadLetters: [],
  }
}
