/** Keeps the books from events: writes the fee of a capture, and checks that capture and refund entries say what their events say. */
import { reached } from '../contracts/crash-points.ts'
import { foreignRecord, type IncomingRecord, type Parsed, type Poison } from '../contracts/event-records.ts'
import type { PaymentEvent } from '../contracts/events.ts'
import { isWrittenByOperation, type Movement, movementsOf, type Step } from '../domain/ledger.ts'
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
} from './ports.ts'

export interface LedgerPorts extends EventBatchPorts {
  /** Separate: a row that is refused rolls back its whole transaction. */
  transactions: SeparateTransactions
  ledger: Ledger
  outbox: OutboxReader
  alarms: Alarms
  observer: LedgerObserver
  ids: Ids
  clock: Clock
}

/**
 * Records a batch in one transaction; a second delivery changes nothing. Poison goes to the dead letters and the batch goes on.
 * Throws DependencyUnavailableError or DuplicateKeyError (another delivery at the same moment): deliver the batch again.
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
    const { known, foreign, entries } = await readBooks(tx, ports, events)
    const judged = judge(ports, known, entries)
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

/** Reads outbox rows and ledger entries of these events in one round trip. Records from the outbox are `known`, others `foreign`. */
async function readBooks(tx: Transaction, ports: LedgerPorts, events: readonly Parsed[]) {
  const ids = [...new Set(events.map(item => item.event.eventId))]
  const [written, entries] = await Promise.all([ports.outbox.listByIds(tx, ids), ports.ledger.listByEvents(tx, ids)])
  const rows = new Map(written.map(row => [row.eventId, row]))
  const judged = events.map(item => foreignRecord(item, rows.get(item.event.eventId)) ?? item)
  return {
    known: judged.filter(item => 'event' in item),
    foreign: judged.filter(item => 'reason' in item),
    entries,
  }
}

interface Judged {
  missing: LedgerEntry[]
  poison: Poison[]
  /** The records of what is missing, and those of which nothing is. */
  written: IncomingRecord[]
  unchanged: IncomingRecord[]
}

/** Compares what the books should hold with what they hold. */
function judge(ports: LedgerPorts, events: readonly Parsed[], existing: readonly LedgerEntry[]): Judged {
  const books = new Map<string, Movement>(existing.map(entry => [`${entry.eventId} ${entry.type}`, entry]))
  const judged: Judged = { missing: [], poison: [], written: [], unchanged: [] }
  for (const { record, event } of events) {
    const expected = movementsOf(stepOf(event))
    const differing = expected.find(want => !agrees(books.get(`${event.eventId} ${want.type}`), want))
    if (differing !== undefined) {
      judged.poison.push({ record, reason: `the ${differing.type} entry in the books differs from the event` })
      continue
    }
    const before = existing.filter(entry => entry.eventId === event.eventId).map(entry => entry.entryId)
    const missing = expected.filter(want => !books.has(`${event.eventId} ${want.type}`))
    for (const want of missing) {
      books.set(`${event.eventId} ${want.type}`, want)
      judged.missing.push(entryOf(ports, event, want, before.sort().at(-1)))
    }
    judged[missing.length > 0 ? 'written' : 'unchanged'].push(record)
  }
  return judged
}

const stepOf = ({ eventType: type, amount, feeAmount, payment }: PaymentEvent): Step => ({
  type,
  merchantId: payment.merchantId,
  currency: payment.currency,
  amountMinor: amount,
  feeMinor: feeAmount,
})

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
