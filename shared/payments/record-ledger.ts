/** Keeps the books from events: writes fees and their VAT, taken and returned, and checks that capture and refund entries say what their events say. */
import { reached } from '../contracts/crash-points.ts'
import { ledgerEvent, type PaymentEvent } from '../contracts/events.ts'
import type { Charge } from '../domain/fee-vat.ts'
import { isWrittenByOperation, type Movement, movementsOf, type Step } from '../domain/ledger.ts'
import { type ChargedStep, chargesOf } from '../domain/settlement-charges.ts'
import { type DatedTerms, type SettlementTerms, termsAt } from '../domain/settlement-terms.ts'
import type { TermsReader } from '../settlement/ports.ts'
import {
  type Alarms,
  type Clock,
  type DeadLetters,
  type Ids,
  type IncomingRecord,
  type Ledger,
  type LedgerEntry,
  type LedgerObserver,
  type OutboxReader,
  RowRefusedError,
  type SeparateTransactions,
  type SpanAttributes,
  type Tracer,
  type Transaction,
  type WrittenEvent,
} from './ports.ts'
import { idIn } from './record-id.ts'
import { tracedBatch } from './traced.ts'

export interface LedgerPorts {
  /** Separate: a row that is refused rolls back its whole transaction. */
  transactions: SeparateTransactions
  ledger: Ledger
  outbox: OutboxReader
  terms: TermsReader
  /** Of merchants without terms of their own. */
  settlementDefaults: SettlementTerms
  deadLetters: DeadLetters
  alarms: Alarms
  observer: LedgerObserver
  ids: Ids
  clock: Clock
  tracer: Tracer
}

interface Parsed {
  record: IncomingRecord
  event: PaymentEvent
}

interface Poison {
  record: IncomingRecord
  reason: string
}

/**
 * Records a batch in one transaction; a second delivery changes nothing. Poison goes to the dead letters and the batch goes on.
 * Throws DependencyUnavailableError or DuplicateKeyError (another delivery at the same moment): deliver the batch again.
 */
export function recordLedger(
  ports: LedgerPorts,
  records: readonly IncomingRecord[],
): Promise<{ written: number; poisoned: number }> {
  const batch = {
    start: { name: 'record ledger', attributes: { 'messaging.batch.message_count': records.length } },
    members: records,
    startOf: ({ topic }: IncomingRecord) => ({ name: `process ${topic}`, kind: 'consumer' }) as const,
    attributesOf,
    traceparentOf: traceparentIn,
  }
  return tracedBatch(ports.tracer, batch, async spans => {
    const { written, buried } = await recordAll(ports, records)
    for (const { record } of buried) spans[records.indexOf(record)]!.set({ 'payment.record.result': 'dead_letter' })
    return { written, poisoned: buried.length }
  })
}

const attributesOf = ({ topic, partition, offset, headers }: IncomingRecord): SpanAttributes => ({
  'messaging.system': 'kafka',
  'messaging.operation.name': 'process',
  'messaging.operation.type': 'process',
  'messaging.destination.name': topic,
  'messaging.destination.partition.id': String(partition),
  'messaging.kafka.offset': offset,
  'messaging.message.id': idIn(headers.find(([name]) => name === 'event-id')?.[1]),
})

const traceparentIn = ({ headers }: IncomingRecord): string | undefined =>
  headers.find(([name]) => name === 'traceparent')?.[1].toString('latin1')

async function recordAll(
  ports: LedgerPorts,
  records: readonly IncomingRecord[],
): Promise<{ written: number; buried: readonly Poison[] }> {
  const parsed = records.map(parse)
  const events = parsed.filter(item => 'event' in item)
  const { written, poison } = await recordOrSplit(ports, events)
  const buried = [...parsed.filter(item => 'reason' in item), ...poison]
  if (buried.length > 0) await ports.deadLetters.bury(buried)
  for (const letter of buried) ports.alarms.deadLettered(letter.record, letter.reason)
  ports.observer.deadLettered(buried.map(({ record }) => record))
  return { written, buried }
}

function parse(record: IncomingRecord): Parsed | Poison {
  if (record.value === null) return { record, reason: 'empty value' }
  try {
    const result = ledgerEvent.safeParse(JSON.parse(record.value.toString('utf8')))
    if (!result.success)
      return {
        record,
        reason: `schema: ${result.error.issues.map(issue => `${issue.path.join('.')} ${issue.message}`).join('; ')}`,
      }
    return misplaced(record, result.data) ?? { record, event: result.data }
  } catch (error) {
    return { record, reason: `not JSON: ${(error as Error).message}` }
  }
}

function misplaced(record: IncomingRecord, event: PaymentEvent): Poison | undefined {
  if (event.eventType !== record.topic)
    return { record, reason: `event type ${event.eventType} on topic ${record.topic}` }
  if (record.key?.toString('utf8') !== event.payment.paymentId)
    return { record, reason: 'the key is not the payment id' }
  return undefined
}

interface Recorded {
  written: number
  poison: Poison[]
}

/** One transaction for all; when the database refuses a row for what it holds, one transaction each to find it. */
async function recordOrSplit(ports: LedgerPorts, events: readonly Parsed[]): Promise<Recorded> {
  try {
    return await recordTogether(ports, events)
  } catch (error) {
    if (!(error instanceof RowRefusedError)) throw error
    if (events.length === 1) return { written: 0, poison: [{ record: events[0]!.record, reason: error.message }] }
    const total: Recorded = { written: 0, poison: [] }
    for (const event of events) {
      const one = await recordOrSplit(ports, [event])
      total.written += one.written
      total.poison.push(...one.poison)
    }
    return total
  }
}

async function recordTogether(ports: LedgerPorts, events: readonly Parsed[]): Promise<Recorded> {
  if (events.length === 0) return { written: 0, poison: [] }
  const { missing, poison, ...done } = await ports.transactions.run('ledger', async tx => {
    const { known, foreign, entries, termsAtTime } = await readBooks(tx, ports, events)
    const returned = await readReturned(tx, ports, known, termsAtTime)
    const judged = judge(ports, known, entries, event => stepOf(event, termsOf(event, termsAtTime), returned))
    judged.poison.push(...foreign)
    if (judged.missing.length > 0) await ports.ledger.insert(tx, judged.missing, ports.clock.nowMs())
    reached('ledger:inserted')
    return judged
  })
  reached('ledger:committed')
  for (const entry of missing)
    if (isWrittenByOperation(entry.type)) ports.alarms.ledgerEntryRepaired(entry.eventId, entry.paymentId)
  ports.observer.booked({ entries: missing, ...done })
  return { written: missing.length, poison }
}

/**
 * Reads outbox rows and ledger entries of these events and the terms of their merchants, in one round trip. Records from the outbox
 * are `known`, others `foreign`.
 */
async function readBooks(tx: Transaction, ports: LedgerPorts, events: readonly Parsed[]) {
  const ids = [...new Set(events.map(item => item.event.eventId))]
  const merchantIds = [...new Set(events.map(item => item.event.payment.merchantId))]
  const [written, entries, terms] = await Promise.all([
    ports.outbox.listByIds(tx, ids),
    ports.ledger.listByEvents(tx, ids),
    ports.terms.listTerms(tx, merchantIds),
  ])
  const rows = new Map(written.map(row => [row.eventId, row]))
  const judged = events.map(item => foreignRecord(item, rows.get(item.event.eventId)) ?? item)
  return {
    known: judged.filter(item => 'event' in item),
    foreign: judged.filter(item => 'reason' in item),
    entries,
    termsAtTime: termsIn(terms, ports.settlementDefaults),
  }
}

/** The terms of a payment's merchant and currency that were in force at this time (virtual). */
type TermsAtTime = (payment: PaymentEvent['payment'], atMs: number) => SettlementTerms

function termsIn(rows: readonly DatedTerms[], defaults: SettlementTerms): TermsAtTime {
  const byMerchant = Map.groupBy(rows, row => row.merchantId)
  return ({ merchantId, currency }, atMs) =>
    termsAt(byMerchant.get(merchantId) ?? [], defaults, merchantId, currency, atMs)
}

const termsOf = ({ payment, occurredAt }: PaymentEvent, termsAtTime: TermsAtTime): SettlementTerms =>
  termsAtTime(payment, Date.parse(occurredAt))

/** By event, what a refund gives back of what the captures of its payment were charged. */
type Returned = ReadonlyMap<string, Charge>

/** It depends on the earlier events of the payment. They are read only for refunds whose terms return the fee. */
async function readReturned(
  tx: Transaction,
  ports: LedgerPorts,
  events: readonly Parsed[],
  termsAtTime: TermsAtTime,
): Promise<Returned> {
  const returning = events.filter(({ event }) => returnsFee(event, termsOf(event, termsAtTime)))
  if (returning.length === 0) return new Map()
  const paymentIds = [...new Set(returning.map(({ event }) => event.payment.paymentId))]
  const written = await ports.outbox.listByPayments(tx, paymentIds)
  const payments = [...Map.groupBy(written, row => row.messageKey).values()]
  return new Map(payments.flatMap(rows => [...returnedIn(rows, termsAtTime)]))
}

const returnsFee = ({ eventType }: PaymentEvent, { refundFee }: SettlementTerms): boolean =>
  eventType === 'payment.refunded' && refundFee === 'return'

/** By the refunds of one payment. Of none when an event cannot be read or no capture is there: nobody knows then what was charged. */
function returnedIn(rows: readonly WrittenEvent[], termsAtTime: TermsAtTime): Returned {
  const events = rows.flatMap(row => eventIn(row) ?? [])
  const [first] = events.sort((a, b) => a.sequence - b.sequence)
  if (events.length < rows.length || first?.eventType !== 'payment.captured') return new Map()
  const charges = chargesOf(events.map(chargedStepOf), atMs => termsAtTime(first.payment, atMs))
  const refunds = events.filter(({ eventType }) => eventType === 'payment.refunded')
  return new Map(refunds.map(({ eventId }) => [eventId, negated(charges.get(eventId)!)]))
}

function eventIn({ payload }: WrittenEvent): PaymentEvent | undefined {
  try {
    return ledgerEvent.safeParse(JSON.parse(payload)).data
  } catch {
    return undefined
  }
}

const chargedStepOf = ({ eventId, eventType, amount, feeAmount, occurredAt }: PaymentEvent): ChargedStep => {
  const moved = { eventId, amountMinor: amount, occurredAtMs: Date.parse(occurredAt) }
  return eventType === 'payment.captured'
    ? { ...moved, type: eventType, feeMinor: feeAmount! }
    : { ...moved, type: 'payment.refunded' }
}

const negated = ({ feeMinor, vatMinor }: Charge): Charge => ({ feeMinor: -feeMinor, vatMinor: -vatMinor })

/** A record that is not from the outbox. It counts only when it equals its outbox row to the byte: others can write to Kafka, too. */
function foreignRecord({ record, event }: Parsed, row: WrittenEvent | undefined): Poison | undefined {
  if (row === undefined) return { record, reason: `not from the outbox: it has no event ${event.eventId}` }
  const differences = [
    row.topic === record.topic ? [] : ['topic'],
    row.messageKey === record.key?.toString('utf8') ? [] : ['key'],
    record.value?.equals(Buffer.from(row.payload, 'utf8')) ? [] : ['payload'],
  ].flat()
  if (differences.length === 0) return undefined
  return { record, reason: `not from the outbox: ${differences.join(' and ')} of event ${event.eventId} differ there` }
}

interface Judged {
  missing: LedgerEntry[]
  poison: Poison[]
  /** The records of what is missing, and those of which nothing is. */
  written: IncomingRecord[]
  unchanged: IncomingRecord[]
}

/** Compares what the books should hold with what they hold. `stepOf`: undefined when nobody knows what an event moved. */
function judge(
  ports: LedgerPorts,
  events: readonly Parsed[],
  existing: readonly LedgerEntry[],
  stepOf: (event: PaymentEvent) => Step | undefined,
): Judged {
  const books = new Map<string, Movement>(existing.map(entry => [`${entry.eventId} ${entry.type}`, entry]))
  const before = Map.groupBy(existing, entry => entry.eventId)
  const judged: Judged = { missing: [], poison: [], written: [], unchanged: [] }
  for (const { record, event } of events) {
    const step = stepOf(event)
    if (step === undefined) {
      judged.poison.push({ record, reason: 'the outbox does not say what the captures of its payment were charged' })
      continue
    }
    const expected = movementsOf(step)
    const differing = expected.find(want => !agrees(books.get(`${event.eventId} ${want.type}`), want))
    if (differing !== undefined) {
      judged.poison.push({ record, reason: `the ${differing.type} entry in the books differs from the event` })
      continue
    }
    const lastEntryId = before
      .get(event.eventId)
      ?.map(entry => entry.entryId)
      .sort()
      .at(-1)
    const missing = expected.filter(want => !books.has(`${event.eventId} ${want.type}`))
    for (const want of missing) {
      books.set(`${event.eventId} ${want.type}`, want)
      judged.missing.push(entryOf(ports, event, want, lastEntryId))
    }
    judged[missing.length > 0 ? 'written' : 'unchanged'].push(record)
  }
  return judged
}

function stepOf(event: PaymentEvent, terms: SettlementTerms, returned: Returned): Step | undefined {
  const { eventType: type, amount, feeAmount, payment } = event
  const { merchantId, currency } = payment
  const back = returned.get(event.eventId)
  if (returnsFee(event, terms) && back === undefined) return undefined
  return {
    ...{ type, merchantId, currency, amountMinor: amount, feeMinor: feeAmount },
    ...{ vatMode: terms.vatMode, returned: back },
  }
}

/** An entry that does not exist yet agrees with every movement. */
const agrees = (have: Movement | undefined, want: Movement): boolean =>
  have === undefined ||
  (have.debitAccount === want.debitAccount &&
    have.creditAccount === want.creditAccount &&
    have.amountMinor === want.amountMinor &&
    have.currency === want.currency)

const entryOf = (ports: LedgerPorts, event: PaymentEvent, want: Movement, afterEntryId?: string): LedgerEntry => ({
  ...want,
  entryId: ports.ids.entry(afterEntryId),
  paymentId: event.payment.paymentId,
  eventId: event.eventId,
  occurredAtMs: Date.parse(event.occurredAt),
})
