/** The rows of one payment as the invariants read them. Their types are not the product's, on purpose: a mistake in those must not hide here. */
import type { EntryType, EventType, OperationKind, OperationState } from '../contracts/lists.ts'
import type { TermsRow } from './charges.ts'

export interface PaymentRow {
  paymentId: string
  merchantId: string
  status: string
  amount: number
  currency: string
  capturedAmount: number
  refundedAmount: number
  disputedAmount: number
  pendingOperationId: string | null
  eventCount: number
  captureBeforeMs: number | null
  /** What was agreed at the authorization; null on payments from before it was kept. */
  feeBasisPoints: number | null
  /** Minor units, once a payment. */
  feeFixed: number | null
}

export interface AnswerRow {
  merchantId: string
  idempotencyKey: string
  operationId: string | null
  statusCode: number | null
  body: Buffer | null
  finishedAtMs: number | null
}

/** A total of a payment. Its operations, its events and its entries add up to it, each by themselves. */
export type Total = 'capturedAmount' | 'refundedAmount'

export interface OperationRow {
  operationId: string
  merchantId: string
  idempotencyKey: string | null
  kind: string
  amount: number
  currency: string
  state: string
  /** Whether a capture releases what it leaves. */
  finalCapture: boolean | null
  /** An authorization that is captured in the same call, or that capture: the capture's answer is stored under the authorization's key. */
  combined: boolean
  leaseUntilMs: number
  createdAtMs: number
  finishedAtMs: number | null
  /** The stored answer under the operation's merchant and key. */
  answer: AnswerRow | null
}

export interface EntryRow {
  entryId: string
  eventId: string
  type: string
  debitAccount: string
  creditAccount: string
  amount: number
  currency: string
}

export interface EventFacts {
  eventId: string
  eventType: string
  sequence: number
  operationId: string
  /** RFC 3339, virtual time. */
  occurredAt: string
  amount: number
  feeAmount: number | undefined
  /** Of the hold, by a capture that is the last one. */
  releasedAmount: number | undefined
  payment: Pick<
    PaymentRow,
    'paymentId' | 'merchantId' | 'status' | 'amount' | 'currency' | 'capturedAmount' | 'refundedAmount'
  >
}

export interface OutboxRow {
  id: number
  eventId: string
  topic: string
  sequence: number
  createdAtMs: number
  publishedAtMs: number | null
  parkedAtMs: number | null
  lastError: string | null
  /** In the archive, not among the rows that relays look at. */
  archived: boolean
  /** The payload, parsed; null when it is not an event. */
  event: EventFacts | null
}

/** What a person said of an operation. */
export interface SettlementRow {
  operationId: string
  outcome: string
  acquirerSaid: string | null
}

/** What a merchant is owed for one event. */
export interface ItemRow {
  itemId: string
  merchantId: string
  currency: string
  eventId: string
  type: string
  gross: number
  net: number
}

/** What the acquirer owes us for one event. */
export interface ExpectationRow {
  expectationId: string
  matchKey: string
  kind: string
  eventId: string
  amount: number
  fee: number
  vat: number
  currency: string
  state: string
  settlers: ExpectationSettlers
}

/** What settled an expectation, and open breaks that miss it. */
export interface ExpectationSettlers {
  lines: number
  givenUp: number
  /** Of a correction: approvals that name it. */
  approved: number
  missing: number
}

/** What a card holder took back of one capture, as its payment sees it. */
export interface DisputeOfPayment {
  disputeId: string
  amount: number
  state: string
}

/** Everything the database says about one payment. `payment` is null when only its other rows exist. */
export interface PaymentHistory {
  paymentId: string
  payment: PaymentRow | null
  operations: OperationRow[]
  settlements: SettlementRow[]
  entries: EntryRow[]
  /** Without those of disputes, as the expectations are. */
  items: ItemRow[]
  expectations: ExpectationRow[]
  disputes: DisputeOfPayment[]
  outbox: OutboxRow[]
  /** It was captured before settlement began, which therefore leaves it out. */
  isLeftOut: boolean
  /** Those of its merchant and currency, whenever they began; in any order. */
  terms: readonly TermsRow[]
}

export const sum = (amounts: number[]): number => amounts.reduce((total, amount) => total + amount, 0)

/** The rule for a value of a row. Undefined for a value that is on no list: a corrupt row can have any. */
export const ruleOf = <Word extends string, Rule>(rules: Record<Word, Rule>, word: string): Rule | undefined =>
  Object.hasOwn(rules, word) ? rules[word as Word] : undefined

const outcomes: Record<OperationState, 'open' | 'success' | 'refusal'> = {
  PENDING: 'open',
  SUCCEEDED: 'success',
  DECLINED: 'refusal',
  FAILED: 'refusal',
}

/** What an operation in this state came to. */
export const outcomeOf = (state: string) => ruleOf(outcomes, state)

export const entriesOf = (history: PaymentHistory, type: EntryType): EntryRow[] =>
  history.entries.filter(entry => entry.type === type)

export const succeededOf = (history: PaymentHistory, kind: OperationKind): OperationRow[] =>
  history.operations.filter(operation => operation.kind === kind && outcomeOf(operation.state) === 'success')

export const eventsOf = (history: PaymentHistory, topic: EventType): OutboxRow[] =>
  history.outbox.filter(row => row.topic === topic)

/** Parses an event's payload. Null when a field is missing or of another type. */
export function parseEvent(payload: string): EventFacts | null {
  const event = objectOf(parseJson(payload))
  const payment = objectOf(event?.payment)
  if (!event || !payment) return null
  const texts = [event.eventId, event.eventType, event.operationId, payment.paymentId, payment.merchantId]
  const numbers = [event.sequence, event.amount, payment.amount, payment.capturedAmount, payment.refundedAmount]
  if (![...texts, payment.status, payment.currency].every(value => typeof value === 'string')) return null
  if (!numbers.every(Number.isSafeInteger)) return null
  const optional = [event.feeAmount, event.releasedAmount]
  if (!optional.every(value => value === undefined || Number.isSafeInteger(value))) return null
  return Number.isNaN(Date.parse(String(event.occurredAt))) ? null : (event as unknown as EventFacts)
}

/** The JSON value of a text, or undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const objectOf = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
