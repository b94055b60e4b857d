/** Compares what every client was told with the database, with Kafka and with the ledger: this run's payments, one by one. */
import {
  type EntryType,
  type EventType,
  eventTypes,
  type OperationState,
  type PaymentStatus,
} from '../../../shared/contracts/lists.ts'
import type { EntryRow, PaymentHistory, Total } from '../../../shared/invariants/payment-history.ts'
import { objectOf, parseJson, ruleOf } from '../../../shared/invariants/payment-history.ts'
import { eventIdOf, type LogRecord } from '../../../shared/invariants/record-comparison.ts'
import type { KafkaLog } from '../../operate/verify/kafka-log.ts'
import type { Snapshot } from '../../operate/verify/snapshot.ts'
import type { Told, Transcript } from './client.ts'
import type { CallKind } from './flow.ts'

/** What Kafka holds of one payment: its different events in sequence. */
interface KafkaEvent {
  eventId: string
  type: string
  sequence: number
  amount: number
  feeAmount: number
  operationId: string
}

export interface KafkaFacts {
  events: Map<string, KafkaEvent[]>
  records: number
  distinct: number
}

/** What each call does to a payment when it succeeds. */
interface Effect {
  status: PaymentStatus
  total: Total | null
}

const effects: Record<CallKind, Effect> = {
  authorize: { status: 'AUTHORIZED', total: null },
  capture: { status: 'COMPLETED', total: 'capturedAmount' },
  refund: { status: 'REFUNDED', total: 'refundedAmount' },
  void: { status: 'VOIDED', total: null },
}

const succeededAs =
  (kind: CallKind) =>
  ({ call, answer }: Told): boolean =>
    call.kind === kind && answer !== null && answer.statusCode < 300
const neverTold = (): boolean => false

/** Which answer goes with each event. */
const isToldBy: Record<EventType, (told: Told) => boolean> = {
  'payment.authorized': succeededAs('authorize'),
  'payment.captured': succeededAs('capture'),
  'payment.refunded': succeededAs('refund'),
  'payment.voided': succeededAs('void'),
  'payment.expired': neverTold,
  'payment.declined': ({ call, answer }) =>
    call.kind === 'authorize' && answer?.statusCode === 402 && !isCanceled(answer.json),
}

/** Whether a client must know of an operation in this state: it was told of its success, or still waits. */
const mustBeTold: Record<OperationState, boolean> = { PENDING: true, SUCCEEDED: true, DECLINED: false, FAILED: false }

/** Every record of the payments of one merchant. */
export async function kafkaFactsOf(kafka: KafkaLog, merchantId: string): Promise<KafkaFacts> {
  const facts: KafkaFacts = { events: new Map(), records: 0, distinct: 0 }
  const seen = new Set<string>()
  await kafka.read(await kafka.eventSpans(), async records => {
    for (const record of records) takeIn(facts, seen, record, merchantId)
  })
  return facts
}

function takeIn(facts: KafkaFacts, seen: Set<string>, record: LogRecord, merchantId: string): void {
  const event = objectOf(parseJson(record.value?.toString('utf8') ?? ''))
  const eventId = eventIdOf(record)
  const payment = objectOf(event?.payment)
  if (!event || eventId === undefined || payment?.merchantId !== merchantId) return
  facts.records++
  if (seen.has(eventId)) return
  seen.add(eventId)
  facts.distinct++
  const paymentId = String(payment.paymentId)
  const known = facts.events.get(paymentId) ?? []
  const { sequence, amount, feeAmount = 0, operationId } = event as unknown as KafkaEvent
  known.push({ eventId, type: record.topic, sequence, amount, feeAmount, operationId })
  facts.events.set(paymentId, known)
}

/** All mismatches, in words; empty when told = database = Kafka = ledger. */
export async function audit(
  transcripts: Transcript[],
  merchantId: string,
  snapshot: Snapshot,
  kafka: KafkaFacts,
): Promise<string[]> {
  const mismatches: string[] = []
  const told = transcripts.filter(transcript => transcript.paymentId !== null)
  const byPayment = new Map(told.map(transcript => [transcript.paymentId, transcript]))
  for await (const history of snapshot.histories()) {
    if (history.payment?.merchantId !== merchantId) continue
    const transcript = byPayment.get(history.paymentId)
    byPayment.delete(history.paymentId)
    if (transcript) mismatches.push(...compare(transcript, history, kafka.events.get(history.paymentId) ?? []))
    else mismatches.push(`${history.paymentId}: in the database, but no client was told of it`)
  }
  for (const [paymentId, { flow }] of byPayment)
    mismatches.push(`flow ${flow.index}: was told of payment ${paymentId}, which is not in the database`)
  return [
    ...transcripts.flatMap(toldProblems),
    ...mismatches,
    ...(await storedAnswerProblems(transcripts, merchantId, snapshot)),
  ]
}

/** What the client alone can see: no answer, a 500, an answer that no fault explains. */
function toldProblems({ flow, told }: Transcript): string[] {
  return told.flatMap(({ call, answer, internalErrors }) => {
    const where = `flow ${flow.index} ${call.kind} (key ${call.key})`
    const errors = internalErrors > 0 ? [`${where}: told 500, ${internalErrors} times`] : []
    if (!answer) return [...errors, `${where}: no final answer before the deadline`]
    if (answer.statusCode === call.expected || isCanceled(answer.json)) return errors
    return [...errors, `${where}: told ${answer.statusCode} ${answer.body}, expected ${call.expected}`]
  })
}

/** The resolver may give up an operation that never reached the acquirer: told as a refusal, and nothing moved. */
const isCanceled = (json: Record<string, unknown>): boolean => objectOf(json.details)?.reason === 'canceled'

const succeeded = (told: Told[]): Told[] => told.filter(({ answer }) => answer !== null && answer.statusCode < 300)

/** One payment: the rows that the client's answers call for, against those that are there. */
export function compare(transcript: Transcript, history: PaymentHistory, events: KafkaEvent[]): string[] {
  const { flow, told } = transcript
  const done = succeeded(told)
  const kinds = done.map(({ call }) => call.kind)
  const moved = (total: Effect['total']) => (kinds.some(kind => effects[kind].total === total) ? flow.amount : 0)
  const differ = (what: string, actual: unknown, expected: unknown): string[] => {
    const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
    return found === wanted
      ? []
      : [`flow ${flow.index} ${history.paymentId}: ${what} ${found}, the client was told ${wanted}`]
  }
  const payment = history.payment!
  const declined = told.some(({ call, answer }) => call.kind === 'authorize' && answer?.statusCode === 402)
  const inOrder = events.toSorted((a, b) => a.sequence - b.sequence)
  return [
    ...differ('amount', [payment.amount, payment.currency], [flow.amount, flow.currency]),
    ...differ('status', payment.status, declined ? statusOfRefusal(told) : statusAfter(kinds)),
    ...differ(
      'totals',
      [payment.capturedAmount, payment.refundedAmount],
      [moved('capturedAmount'), moved('refundedAmount')],
    ),
    ...differ('operations', operationsOf(history), expectedOperations(told, flow.amount)),
    ...differ('events in Kafka', inOrder.map(eventFacts), expectedEvents(told, flow.amount)),
    ...differ('ledger', entryFacts(history.entries), expectedEntries(kinds, transcript, feesOf(inOrder))),
  ]
}

const statusAfter = (kinds: CallKind[]): PaymentStatus => effects[kinds.at(-1) ?? 'authorize'].status

const statusOfRefusal = (told: Told[]): PaymentStatus => (isCanceled(told[0]!.answer!.json) ? 'FAILED' : 'DECLINED')

const operationsOf = (history: PaymentHistory): string[] =>
  history.operations
    .filter(({ state }) => ruleOf(mustBeTold, state) ?? true)
    .map(({ operationId, kind, amount, state }) => `${operationId} ${kind} ${amount} ${state}`)
    .sort()

const expectedOperations = (told: Told[], amount: number): string[] =>
  succeeded(told)
    .map(({ call, answer }) => `${answer!.json.operationId} ${call.kind} ${amount} SUCCEEDED`)
    .sort()

const eventFacts = ({ type, sequence, amount, operationId }: KafkaEvent) => [type, sequence, amount, operationId]

/** The operation that an answer names, of a success or a decline. */
export const operationIdIn = (json: Record<string, unknown>): unknown =>
  json.operationId ?? objectOf(json.details)?.operationId

const expectedEvents = (told: Told[], amount: number): unknown[] =>
  told
    .flatMap(one => eventTypes.filter(type => isToldBy[type](one)).map(type => ({ type, json: one.answer!.json })))
    .map(({ type, json }, index) => [type, index + 1, amount, operationIdIn(json)])

const feesOf = (events: KafkaEvent[]): number[] => events.map(event => event.feeAmount).filter(fee => fee > 0)

const entryFacts = (entries: EntryRow[]): string[] =>
  entries
    .map(({ type, debitAccount, creditAccount, amount, currency }) =>
      [type, debitAccount, creditAccount, amount, currency].join(' '),
    )
    .sort()

function expectedEntries(kinds: CallKind[], { flow }: Transcript, fees: number[]): string[] {
  const { amount, currency, merchantId } = flow
  const merchant = `merchant_payable:${merchantId}`
  const once = (kind: CallKind): number[] => (kinds.includes(kind) ? [amount] : [])
  const entries: Record<EntryType, { accounts: string; amounts: number[] }> = {
    capture: { accounts: `acquirer_receivable ${merchant}`, amounts: once('capture') },
    fee: { accounts: `${merchant} fee_revenue`, amounts: fees },
    refund: { accounts: `${merchant} acquirer_receivable`, amounts: once('refund') },
    // By the terms of a merchant without any: no VAT, and the fee is kept.
    fee_vat: { accounts: `${merchant} vat_payable`, amounts: [] },
    refund_fee: { accounts: `fee_revenue ${merchant}`, amounts: [] },
    refund_fee_vat: { accounts: `vat_payable ${merchant}`, amounts: [] },
  }
  return Object.entries(entries)
    .flatMap(([type, { accounts, amounts }]) => amounts.map(each => `${type} ${accounts} ${each} ${currency}`))
    .sort()
}

/** The answers under this merchant's keys are exactly the bytes that the clients got, no key more and none less. */
async function storedAnswerProblems(
  transcripts: Transcript[],
  merchantId: string,
  snapshot: Snapshot,
): Promise<string[]> {
  const problems: string[] = []
  const told = new Map(transcripts.flatMap(transcript => transcript.told).map(one => [one.call.key, one.answer]))
  for await (const { merchantId: owner, idempotencyKey, statusCode, body } of snapshot.answers()) {
    if (owner !== merchantId) continue
    const answer = told.get(idempotencyKey)
    told.delete(idempotencyKey)
    if (!answer) problems.push(`key ${idempotencyKey}: stored, but no client has an answer to it`)
    else if (statusCode !== answer.statusCode || !body?.equals(answer.body))
      problems.push(
        `key ${idempotencyKey}: stored ${statusCode} ${body}, the client was told ${answer.statusCode} ${answer.body}`,
      )
  }
  for (const key of told.keys()) problems.push(`key ${key}: its answer is not stored`)
  return problems
}
