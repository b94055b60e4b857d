/** Keeps the books from events: writes fees and their VAT, taken and returned, and checks that capture and refund entries say what their events say. */
import { reached } from '../contracts/crash-points.ts'
import {
  foreignRecord,
  type IncomingRecord,
  moneyEventsIn,
  type Parsed,
  type Poison,
} from '../contracts/event-records.ts'
import type { PaymentEvent } from '../contracts/events.ts'
import type { Charge } from '../domain/fee-vat.ts'
import { isWrittenByOperation, type Movement, movementsOf, type Step } from '../domain/ledger.ts'
import { chargedStepOf, chargesOf } from '../domain/settlement-charges.ts'
import { type SettlementTerms, type TermsOfAccount, termsIn } from '../domain/settlement-terms.ts'
import type { BookedDefaults, TermsReader } from '../settlement/ports.ts'
import { type EventBatchPorts, type Recorded, takeBatch } from './event-batch.ts'
import type {
  Alarms,
  Clock,
  Ids,
  Ledger,
  LedgerEntry,
  LedgerObserver,
  OutboxReader,
  SeparateTransactions,
  Transaction,
  WrittenEvent,
} from './ports.ts'

export interface LedgerPorts extends EventBatchPorts {
  /** Separate: a row that is refused rolls back its whole transaction. */
  transactions: SeparateTransactions
  ledger: Ledger
  outbox: OutboxReader
  terms: TermsReader
  /** Of merchants without terms of their own. */
  settlementDefaults: SettlementTerms
  bookedDefaults: BookedDefaults
  alarms: Alarms
  observer: LedgerObserver
  ids: Ids
  clock: Clock
}

/**
 * Records a batch in one transaction; a second delivery changes nothing. Poison goes to the dead letters and the batch goes on.
 * Throws DependencyUnavailableError or DuplicateKeyError (another delivery at the same moment): deliver the batch again; and
 * DefaultsChangedError until the configuration is as it was.
 */
export function recordLedger(
  ports: LedgerPorts,
  records: readonly IncomingRecord[],
): Promise<{ written: number; poisoned: number }> {
  const { observer } = ports
  const record = (events: readonly Parsed[]) => recordTogether(ports, events)
  return takeBatch(ports, { name: 'record ledger', buriesUnreadable: true, observer, record }, records)
}

async function recordTogether(ports: LedgerPorts, events: readonly Parsed[]): Promise<Recorded> {
  const { missing, poison, ...done } = await ports.transactions.run('ledger', async tx => {
    const { known, foreign, entries, termsAt } = await readBooks(tx, ports, events)
    const returned = await readReturned(tx, ports, known, termsAt)
    const judged = judge(ports, known, entries, event => stepOf(event, termsOf(event, termsAt), returned))
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
    ports.bookedDefaults.keep(tx, ports.settlementDefaults, ports.clock.nowMs()),
  ])
  const rows = new Map(written.map(row => [row.eventId, row]))
  const judged = events.map(item => foreignRecord(item, rows.get(item.event.eventId)) ?? item)
  return {
    known: judged.filter(item => 'event' in item),
    foreign: judged.filter(item => 'reason' in item),
    entries,
    termsAt: termsIn(terms, ports.settlementDefaults),
  }
}

const termsOf = ({ payment, occurredAt }: PaymentEvent, termsAt: TermsOfAccount): SettlementTerms =>
  termsAt(payment, Date.parse(occurredAt))

/** By event, what a refund gives back of what the captures of its payment were charged. */
type Returned = ReadonlyMap<string, Charge>

/** It depends on the earlier events of the payment. They are read only for refunds whose terms return the fee. */
async function readReturned(
  tx: Transaction,
  ports: LedgerPorts,
  events: readonly Parsed[],
  termsAt: TermsOfAccount,
): Promise<Returned> {
  const returning = events.filter(({ event }) => returnsFee(event, termsOf(event, termsAt)))
  if (returning.length === 0) return new Map()
  const paymentIds = [...new Set(returning.map(({ event }) => event.payment.paymentId))]
  const written = await ports.outbox.listByPayments(tx, paymentIds)
  const payments = [...Map.groupBy(written, row => row.messageKey).values()]
  return new Map(payments.flatMap(rows => [...returnedIn(rows, termsAt)]))
}

const returnsFee = ({ eventType }: PaymentEvent, { refundFee }: SettlementTerms): boolean =>
  eventType === 'payment.refunded' && refundFee === 'return'

/** By the refunds of one payment. Of none when nobody knows what its captures were charged. */
function returnedIn(rows: readonly WrittenEvent[], termsAt: TermsOfAccount): Returned {
  const events = moneyEventsIn(rows)
  if (events === undefined) return new Map()
  const charges = chargesOf(events.map(chargedStepOf), atMs => termsAt(events[0]!.payment, atMs))
  const refunds = events.filter(({ eventType }) => eventType === 'payment.refunded')
  return new Map(refunds.map(({ eventId }) => [eventId, negated(charges.get(eventId)!)]))
}

const negated = ({ feeMinor, vatMinor }: Charge): Charge => ({ feeMinor: -feeMinor, vatMinor: -vatMinor })

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
