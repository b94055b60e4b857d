/** Invariants of the ledger: what each payment's entries add up to, and one entry a movement, on the right accounts. */
import { type Book, type EntryRow, entriesOf, eventsOf, type OutboxRow, type PaymentRow, sum } from './book.ts'
import { type BookInvariant, failed, holds, type Judge, notYet, ok, pending, same, type Verdict } from './invariant.ts'

const entrySum = (book: Book, type: string): number => sum(entriesOf(book, type).map(entry => entry.amount))

const inLedger = (book: Book, what: string, recorded: number, total: (payment: PaymentRow) => number): Verdict =>
  book.payment ? same(book.paymentId, what, recorded, total(book.payment)) : ok

const capturedInLedger: BookInvariant = {
  name: 'captured-in-ledger',
  sentence: 'The capture entries of a payment add up to its captured amount.',
  *check(book) {
    yield inLedger(book, 'the sum of capture entries', entrySum(book, 'capture'), payment => payment.capturedAmount)
  },
}

const refundedInLedger: BookInvariant = {
  name: 'refunded-in-ledger',
  sentence: 'The refund entries of a payment add up to its refunded amount.',
  *check(book) {
    yield inLedger(book, 'the sum of refund entries', entrySum(book, 'refund'), payment => payment.refundedAmount)
  },
}

const netInLedger: BookInvariant = {
  name: 'net-in-ledger',
  sentence: 'Capture entries less refund entries of a payment are its captured less its refunded amount.',
  *check(book) {
    const net = entrySum(book, 'capture') - entrySum(book, 'refund')
    yield inLedger(book, 'capture − refund entries', net, payment => payment.capturedAmount - payment.refundedAmount)
  },
}

const oneEntry = (row: OutboxRow, entries: EntryRow[], type: string, amount: number): Verdict => {
  if (entries.length !== 1) return failed(row.eventId, `has ${entries.length} ${type} entries, expected 1`)
  return same(entries[0]!.entryId, `the ${type} amount of ${row.eventId}`, entries[0]!.amount, amount)
}

const ofEvent = (book: Book, row: OutboxRow, type: string) =>
  entriesOf(book, type).filter(entry => entry.eventId === row.eventId)

function* oneEntryPerEvent(book: Book, topic: string, type: string): Iterable<Verdict> {
  for (const row of eventsOf(book, topic)) {
    if (row.event) yield oneEntry(row, ofEvent(book, row, type), type, row.event.amount)
  }
}

const captureEntry: BookInvariant = {
  name: 'one-capture-entry',
  sentence: 'Every captured event has exactly one capture entry, of the amount it says.',
  *check(book) {
    yield* oneEntryPerEvent(book, 'payment.captured', 'capture')
  },
}

const refundEntry: BookInvariant = {
  name: 'one-refund-entry',
  sentence: 'Every refunded event has exactly one refund entry, of the amount it says.',
  *check(book) {
    yield* oneEntryPerEvent(book, 'payment.refunded', 'refund')
  },
}

const feeVerdict = (book: Book, row: OutboxRow, judge: Judge): Verdict => {
  const fees = ofEvent(book, row, 'fee')
  const feeAmount = row.event?.feeAmount
  if (feeAmount === undefined) return failed(row.eventId, 'a captured event that says no fee')
  if (feeAmount === 0) return holds(fees.length === 0, row.eventId, `has a fee entry, though its fee is 0`)
  if (fees.length > 0) return oneEntry(row, fees, 'fee', feeAmount)
  const problem = `its fee of ${feeAmount} is not in the ledger`
  // An event that never reached Kafka is judged by "outbox-published"; its fee cannot be there yet.
  return row.publishedAtMs === null
    ? pending(row.eventId, problem)
    : notYet(judge, row.publishedAtMs, row.eventId, problem)
}

const feeEntry: BookInvariant = {
  name: 'one-fee-entry',
  sentence: 'Every captured event has exactly one fee entry, of the fee it says, and none when that is 0.',
  *check(book, judge) {
    for (const row of eventsOf(book, 'payment.captured')) if (row.event) yield feeVerdict(book, row, judge)
  },
}

/** Which event each entry type follows from, and between which accounts it moves money. */
const movements: Record<string, { topic: string; debit: (merchant: string) => string; credit: (m: string) => string }> =
  {
    capture: { topic: 'payment.captured', debit: () => 'acquirer_receivable', credit: merchantAccount },
    fee: { topic: 'payment.captured', debit: merchantAccount, credit: () => 'fee_revenue' },
    refund: { topic: 'payment.refunded', debit: merchantAccount, credit: () => 'acquirer_receivable' },
  }

function merchantAccount(merchantId: string): string {
  return `merchant_payable:${merchantId}`
}

const entriesHaveEvents: BookInvariant = {
  name: 'entries-have-events',
  sentence:
    'Every ledger entry follows from an event of its own payment: capture and fee from captured, refund from refunded.',
  *check(book) {
    for (const entry of book.entries) {
      const topic = movements[entry.type]?.topic
      const follows = book.outbox.some(row => row.eventId === entry.eventId && row.topic === topic)
      yield holds(follows, entry.entryId, `${entry.type} entry without its event ${entry.eventId}`)
    }
  },
}

const entryAccounts: BookInvariant = {
  name: 'entry-accounts',
  sentence: 'Every ledger entry debits and credits the accounts that its type says.',
  *check({ payment, entries }) {
    if (!payment) return
    for (const entry of entries) {
      const movement = movements[entry.type]
      const found = `${entry.debitAccount} → ${entry.creditAccount}`
      const expected = movement && `${movement.debit(payment.merchantId)} → ${movement.credit(payment.merchantId)}`
      yield same(entry.entryId, `${entry.type}, debit → credit`, found, expected)
    }
  },
}

export const ledgerInvariants: BookInvariant[] = [
  capturedInLedger,
  refundedInLedger,
  netInLedger,
  captureEntry,
  feeEntry,
  refundEntry,
  entriesHaveEvents,
  entryAccounts,
]
