/** Healthy payments for tests, written by hand: their rows, and what Kafka holds of them, when nothing is wrong. */
import type { DecisionState, JournalEntry } from '../contracts/acquirer.ts'
import type { EntryType, EventType, OperationKind, OperationState, PaymentStatus } from '../contracts/lists.ts'
import { JournalFacts } from './acquirer-facts.ts'
import type { ChargeTerms } from './charges.ts'
import { Balances, type CheckedSnapshot, type KeptAnswer } from './database-totals.ts'
import type { DatabaseSource } from './judge.ts'
import type { HistoryInKafka, KafkaFacts, RowInKafka } from './kafka-facts.ts'
import type { CheckedMonth } from './month-invariants.ts'
import type { AnswerRow, EntryRow, EventFacts, OperationRow, PaymentHistory, PaymentRow } from './payment-history.ts'
import { accountApprovalsOf, approvedFilesOf, keyedActionsOf, type SampleAudit, sampleAudit } from './sample-audit.ts'
import { withDisputes } from './sample-disputes.ts'
import { sampleMonths } from './sample-months.ts'
import {
  type DisputedCapture,
  type SampleExpectations,
  type SampleRecon,
  sampleRecon,
  sampleTables,
} from './sample-recon.ts'
import { SampleReconReader } from './sample-recon-reader.ts'
import { type SampleSettlement, sampleSettlement } from './sample-settlement.ts'
import { movedOn } from './settlement-history.ts'

export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5)
export const minutesAgo = (minutes: number): number => NOW_MS - minutes * 60_000

/** Of merchants without terms of their own. */
export const SAMPLE_TERMS: ChargeTerms = { vatMode: 'none', refundFee: 'keep' }

const STEP_MS = minutesAgo(10)
const AMOUNT = 10_000
const FEE = 250

const ulid = (letter: string, index: number): string => `${letter}${String(index).padStart(25, '0')}`
export const paymentIdOf = (index: number): string => `pay_${ulid('0P', index).slice(-26)}`

/** No longer than ids are. */
const operationIdFor = (paymentId: string, name: string): string => `op_${paymentId.slice(-12)}_${name}`

/** What one operation did; a word stands for the whole. */
interface StepRow {
  kind: OperationKind
  amount: number
  finalCapture?: boolean
  feeAmount?: number
  releasedAmount?: number
  combined?: boolean
  /** The payment afterwards. */
  status: PaymentStatus
  capturedAmount: number
  refundedAmount: number
}
type Step = 'authorize' | 'capture' | 'refund' | StepRow

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
  finalCapture: kind === 'capture' ? true : null,
  combined: false,
  leaseUntilMs: STEP_MS + 15_000,
  createdAtMs: STEP_MS,
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

const wholeSteps: Record<'authorize' | 'capture' | 'refund', StepRow> = {
  authorize: { kind: 'authorize', amount: AMOUNT, status: 'AUTHORIZED', capturedAmount: 0, refundedAmount: 0 },
  capture: {
    kind: 'capture',
    amount: AMOUNT,
    finalCapture: true,
    feeAmount: FEE,
    status: 'COMPLETED',
    capturedAmount: AMOUNT,
    refundedAmount: 0,
  },
  refund: { kind: 'refund', amount: AMOUNT, status: 'REFUNDED', capturedAmount: AMOUNT, refundedAmount: AMOUNT },
}

interface KindRule {
  topic: EventType
  statusCode: number
  entries: (step: StepRow, eventId: string, merchant: string) => EntryRow[]
}

const noEntries = (): EntryRow[] => []

const kindRules: Record<OperationKind, KindRule> = {
  authorize: { topic: 'payment.authorized', statusCode: 201, entries: noEntries },
  capture: {
    topic: 'payment.captured',
    statusCode: 200,
    entries: ({ amount, feeAmount = 0 }, eventId, merchant) => [
      entryOf('capture', eventId, ['acquirer_receivable', merchant], amount),
      entryOf('fee', eventId, [merchant, 'fee_revenue'], feeAmount),
    ],
  },
  refund: {
    topic: 'payment.refunded',
    statusCode: 200,
    entries: ({ amount }, eventId, merchant) => [entryOf('refund', eventId, [merchant, 'acquirer_receivable'], amount)],
  },
  void: { topic: 'payment.voided', statusCode: 200, entries: noEntries },
  expire: { topic: 'payment.expired', statusCode: 200, entries: noEntries },
}

/** A payment that went through `steps` without anything special. */
export function settledPayment(index: number, steps: Step[], merchantId = 'shop'): HistoryInKafka {
  const paymentId = paymentIdOf(index)
  const payment: PaymentRow = {
    paymentId,
    merchantId,
    status: 'REQUESTED',
    amount: AMOUNT,
    currency: 'KRW',
    capturedAmount: 0,
    refundedAmount: 0,
    disputedAmount: 0,
    pendingOperationId: null,
    eventCount: 0,
    captureBeforeMs: steps.length === 0 ? null : STEP_MS + 7 * 24 * 60 * 60_000,
    feeBasisPoints: 250,
    feeFixed: 0,
  }
  const history: HistoryInKafka & { payment: PaymentRow } = {
    paymentId,
    payment,
    operations: [],
    settlements: [],
    entries: [],
    items: [],
    expectations: [],
    disputes: [],
    outbox: [],
    isLeftOut: false,
    terms: [],
  }
  for (const step of steps) takeStep(history, typeof step === 'string' ? wholeSteps[step] : step, index)
  return history
}

/** An authorized payment whose authorization a person settled; the acquirer has agreed since. */
export function handSettledPayment(index: number): HistoryInKafka {
  const history = settledPayment(index, ['authorize'])
  const { operationId, state } = history.operations[0]!
  history.settlements.push({ operationId, outcome: state, acquirerSaid: 'approved' })
  return history
}

function takeStep(history: HistoryInKafka & { payment: PaymentRow }, step: StepRow, index: number): void {
  const { payment, paymentId } = history
  const { kind, amount, feeAmount, releasedAmount, combined = false } = step
  const { topic, statusCode, entries } = kindRules[kind]
  payment.status = step.status
  payment.capturedAmount = step.capturedAmount
  payment.refundedAmount = step.refundedAmount
  payment.eventCount++
  const told = toldOf(payment)
  const earlier = history.operations.filter(operation => operation.kind === kind).length
  const name = `${kind}${earlier === 0 ? '' : earlier + 1}`
  const [operationId, eventId] = [operationIdFor(paymentId, name), `evt_${paymentId}_${name}`]
  const event = {
    eventId,
    eventType: topic,
    sequence: payment.eventCount,
    operationId,
    occurredAt: new Date(STEP_MS).toISOString(),
    amount,
    feeAmount,
    releasedAmount,
    payment: told,
  }
  const answered = answerOf(
    payment.merchantId,
    `key-${operationId}`,
    operationId,
    combined ? kindRules.authorize.statusCode : statusCode,
    { ...told, operationId },
  )
  const operation = operationOf(payment.merchantId, operationId, kind, 'SUCCEEDED', answered)
  history.operations.push({ ...operation, amount, finalCapture: step.finalCapture ?? null, combined })
  if (combined) shareAnswer(history)
  history.outbox.push(outboxOf(index * 10 + payment.eventCount, event))
  history.entries.push(...entries(step, eventId, `merchant_payable:${payment.merchantId}`))
  if (kind === 'capture' || kind === 'refund') settle(history, kind, event)
}

/** The item and the expectation of an event. */
function settle(
  history: PaymentHistory & { payment: PaymentRow },
  kind: 'capture' | 'refund',
  event: EventFacts,
): void {
  const { merchantId, currency } = history.payment
  const { eventId, operationId, amount, feeAmount = 0 } = event
  const gross = kind === 'capture' ? amount : -amount
  const item = { itemId: `itm_${eventId}`, merchantId, currency, eventId, type: kind, gross, net: gross - feeAmount }
  history.items.push(item)
  history.expectations.push({
    expectationId: `exp_${eventId}`,
    matchKey: operationId,
    kind,
    eventId,
    amount: gross,
    ...chargedBy(gross),
    currency,
    state: 'OPEN',
    settlers: { lines: 0, givenUp: 0, approved: 0, missing: 0 },
  })
}

/** What the acquirer takes of it: 1.5 %, and a tenth of that as VAT. */
const chargedBy = (amount: number): { fee: number; vat: number } => {
  const fee = Math.round(amount * 0.015)
  return { fee, vat: Math.round(fee / 10) }
}

const toldOf = ({
  paymentId,
  merchantId,
  status,
  amount,
  currency,
  capturedAmount,
  refundedAmount,
}: PaymentRow): EventFacts['payment'] => ({
  paymentId,
  merchantId,
  status,
  amount,
  currency,
  capturedAmount,
  refundedAmount,
})

/** The last operation answers under the key of the first, and has none of its own. */
function shareAnswer({ operations }: PaymentHistory): void {
  const [first, last] = [operations[0]!, operations.at(-1)!]
  if (first === last) return
  first.answer = { ...last.answer!, idempotencyKey: first.idempotencyKey! }
  last.idempotencyKey = null
  last.answer = null
}

/** Captured in two parts and with the rest let go, refunded in parts; voided; expired after a part; captured in one call. */
export const paymentsInParts = (firstIndex: number): HistoryInKafka[] => {
  const part = (kind: OperationKind, amount: number, status: PaymentStatus, totals: [number, number], rest = {}) => ({
    kind,
    amount,
    status,
    capturedAmount: totals[0],
    refundedAmount: totals[1],
    ...rest,
  })
  const firstPart = part('capture', 3_000, 'PARTIALLY_CAPTURED', [3_000, 0], { finalCapture: false, feeAmount: 75 })
  return [
    settledPayment(firstIndex, [
      'authorize',
      firstPart,
      part('capture', 30, 'COMPLETED', [3_030, 0], { finalCapture: true, feeAmount: 1, releasedAmount: 6_970 }),
      part('refund', 30, 'PARTIALLY_REFUNDED', [3_030, 30]),
      part('refund', 3_000, 'REFUNDED', [3_030, 3_030]),
    ]),
    settledPayment(firstIndex + 1, ['authorize', part('void', 10_000, 'VOIDED', [0, 0])]),
    settledPayment(firstIndex + 2, ['authorize', firstPart, part('expire', 7_000, 'COMPLETED', [3_000, 0])]),
    settledPayment(firstIndex + 3, [
      part('authorize', AMOUNT, 'AUTHORIZED', [0, 0], { combined: true }),
      part('capture', AMOUNT, 'COMPLETED', [AMOUNT, 0], { finalCapture: true, feeAmount: FEE, combined: true }),
    ]),
  ]
}

/** Of merchants with VAT on their fees, exclusive and inclusive, whose refunds return them: one refunded in two parts, one whole. */
export function paymentsWithVat(firstIndex: number): HistoryInKafka[] {
  const partOf = (amount: number, status: PaymentStatus, refundedAmount: number): StepRow => ({
    ...{ kind: 'refund', amount, status, capturedAmount: AMOUNT, refundedAmount },
  })
  const inParts = [partOf(4_000, 'PARTIALLY_REFUNDED', 4_000), partOf(6_000, 'REFUNDED', AMOUNT)]
  const onTop = settledPayment(firstIndex, ['authorize', 'capture', ...inParts], 'vat-on-top')
  const within = settledPayment(firstIndex + 1, ['authorize', 'capture', 'refund'], 'vat-within')
  onTop.terms = [{ validFromMs: 0, vatMode: 'exclusive', refundFee: 'return' }]
  within.terms = [{ validFromMs: 0, vatMode: 'inclusive', refundFee: 'return' }]
  charge(onTop, 'merchant_payable:vat-on-top', [
    ['fee_vat', 25],
    ['refund_fee', 100, 150],
    ['refund_fee_vat', 10, 15],
  ])
  charge(within, 'merchant_payable:vat-within', [
    ['fee_vat', 23],
    ['refund_fee', 227],
    ['refund_fee_vat', 23],
  ])
  return [onTop, within]
}

type ChargedAs = [type: 'fee_vat' | 'refund_fee' | 'refund_fee_vat', ...amounts: number[]]

/** Books these amounts, one for each event in turn. */
function charge(history: HistoryInKafka, merchant: string, charges: readonly ChargedAs[]): void {
  const isOnTop = history.terms[0]!.vatMode === 'exclusive'
  const rules = {
    fee_vat: { topic: 'payment.captured', accounts: [isOnTop ? merchant : 'fee_revenue', 'vat_payable'] },
    refund_fee: { topic: 'payment.refunded', accounts: ['fee_revenue', merchant] },
    refund_fee_vat: { topic: 'payment.refunded', accounts: ['vat_payable', merchant] },
  } satisfies Record<ChargedAs[0], { topic: EventType; accounts: [string, string] }>
  for (const [type, ...amounts] of charges) {
    const { topic, accounts } = rules[type]
    const events = history.outbox.filter(row => row.topic === topic)
    for (const [index, { eventId }] of events.entries()) {
      const entry = entryOf(type, eventId, accounts as [string, string], amounts[index]!)
      history.entries.push(entry)
      history.items.find(item => item.eventId === eventId)!.net -= movedOn(merchant, [entry])
    }
  }
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
  const operation = operationOf('shop', operationIdFor(paymentId, 'authorize'), 'authorize', 'PENDING', null)
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
      .map(({ answer, idempotencyKey, ...operation }) => {
        const named = history.operations.find(each => each.operationId === answer!.operationId)
        const told = named?.combined ? { ...named, idempotencyKey } : { ...operation, idempotencyKey }
        return { ...answer!, operation: told }
      }),
  )

const NO_RECON: SampleRecon = {
  rows: Object.fromEntries(sampleTables.map(table => [table, []])) as unknown as SampleRecon['rows'],
  ...{ acted: [], settled: [], givenUp: [], disputed: [] },
}

/** Of healthy payments that no test spoils; nothing when they are not there. */
export function reconOf(histories: readonly PaymentHistory[]): SampleRecon {
  const of = (index: number, place: number) =>
    histories.find(({ paymentId }) => paymentId === paymentIdOf(index))?.expectations[place]
  const [exact, short, refund, missing] = [of(2, 0), of(13, 0), of(10, 3), of(12, 0)]
  if (!exact || !short || !refund || !missing) return NO_RECON
  const expectations: SampleExpectations = { exact, short, refund, missing }
  const disputed = [FIRST_DISPUTED, FIRST_DISPUTED + 1, FIRST_DISPUTED + 2].flatMap(
    index => histories.find(({ paymentId }) => paymentId === paymentIdOf(index)) ?? [],
  )
  const [open, won, lost] = disputed.map(captureOf)
  const recon = sampleRecon(expectations)
  return open && won && lost ? withDisputes(recon, [open, won, lost]) : recon
}

const FIRST_DISPUTED = 40

/** Captured and taken back since: one of which the dispute is open, one that was won, one that was lost. */
export function disputedPayments(): HistoryInKafka[] {
  const payments = [0, 1, 2].map(index =>
    settledPayment(FIRST_DISPUTED + index, ['authorize', 'capture'], 'dispute-shop'),
  )
  const [open, , lost] = payments
  for (const { payment } of [open!, lost!]) payment!.disputedAmount = payment!.capturedAmount
  return payments
}

const captureOf = ({ paymentId, payment, operations }: PaymentHistory): DisputedCapture => ({
  ...{ paymentId, merchantId: payment!.merchantId, amount: payment!.capturedAmount },
  operationId: operations.find(({ kind }) => kind === 'capture')!.operationId,
})

interface SampleBeside {
  recon?: SampleRecon
  settlement?: SampleSettlement
  audit?: SampleAudit
  snapshots?: CheckedSnapshot[]
  closedMonths?: CheckedMonth[]
}

/** One that is right. */
export const sampleSnapshots = (): CheckedSnapshot[] => {
  const totals = { debits: 250n, credits: 10_000n, entries: 2 }
  const names = {
    account: 'merchant_payable:shop',
    currency: 'KRW',
    recordedBefore: new Date(STEP_MS + 1).toISOString(),
  }
  return [{ ...names, kept: { ...totals }, found: { ...totals } }]
}

/** With what reconciliation made of the expectations. */
function readerOf(histories: readonly PaymentHistory[], recon: SampleRecon): SampleReconReader {
  const expectations = histories.flatMap(history => history.expectations)
  const reader = new SampleReconReader(recon, expectations)
  for (const expectation of expectations.filter(({ expectationId }) => recon.settled.includes(expectationId))) {
    expectation.state = 'SETTLED'
    Object.defineProperty(expectation, 'settlers', { get: () => reader.settlersOf(expectation) })
  }
  for (const history of histories.filter(({ paymentId }) => reader.disputesOf(paymentId).length > 0))
    Object.defineProperty(history, 'disputes', { get: () => reader.disputesOf(history.paymentId) })
  return reader
}

/** The database that holds these payments with their settlement, this audit log, and nothing else. */
export function sampleDatabase(
  histories: PaymentHistory[],
  {
    recon = reconOf(histories),
    settlement = sampleSettlement(histories, recon.settled),
    audit = sampleAudit(),
    snapshots = sampleSnapshots(),
    closedMonths = sampleMonths(),
  }: SampleBeside = {},
): DatabaseSource {
  const reader = readerOf(histories, recon)
  const { batches, files, reserves, sums } = settlement
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
    batches: async function* () {
      yield* batches
      yield* reader.settlementBatches()
    },
    payoutFiles: async function* () {
      yield* files
    },
    holds: async function* () {
      yield* reserves.holds
    },
    invoices: async function* () {
      yield* reserves.invoices
    },
    disputes: async function* () {
      yield* reader.disputes(histories)
    },
    settlementSums: async () => reader.addedTo(sums),
    reconFiles: async function* () {
      yield* reader.files()
    },
    reconLines: async function* () {
      yield* reader.lines()
    },
    breaks: async function* () {
      yield* reader.breaks()
    },
    acquirerBatches: async function* () {
      yield* reader.batches()
    },
    reconSums: async () => reader.sums(),
    auditRows: async function* () {
      yield* audit.rows
    },
    accountApprovals: async function* () {
      yield* accountApprovalsOf(audit)
    },
    keyedActions: async function* () {
      yield* keyedActionsOf(audit)
    },
    strayOperations: async function* () {
      yield* audit.strays
    },
    approvedFiles: async function* () {
      yield* approvedFilesOf(audit)
    },
    snapshots: async function* () {
      yield* snapshots
    },
    closedMonths: async function* () {
      yield* closedMonths
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

const decisionBy: Record<OperationState, DecisionState | null> = {
  PENDING: null,
  SUCCEEDED: 'APPROVED',
  DECLINED: 'DECLINED',
  FAILED: 'CANCELED',
}

/** What the acquirer decided about the finished operations of these payments. */
export function sampleJournal(histories: PaymentHistory[]): Extract<JournalEntry, { type: 'decision' }>[] {
  const at = new Date(STEP_MS).toISOString()
  return histories.flatMap(({ operations }) =>
    operations.flatMap(({ operationId, kind, amount, currency, state: operationState, finalCapture }) => {
      const state = decisionBy[operationState as OperationState]
      if (state === null) return []
      const authorizationId = kind === 'authorize' ? null : operations[0]!.operationId
      const order = {
        kind: kind as OperationKind,
        amount,
        currency,
        method: 'tok_approve',
        authorizationId,
        finalCapture,
      }
      const reason = state === 'DECLINED' ? 'card_declined' : null
      return [
        { type: 'decision' as const, sequence: 1, operationId, order, state, reason, decidedAt: at, recordedAt: at },
      ]
    }),
  )
}

export function journalOf(entries: readonly JournalEntry[]): JournalFacts {
  const facts = new JournalFacts()
  facts.add(entries)
  facts.databaseWasRead()
  return facts
}
