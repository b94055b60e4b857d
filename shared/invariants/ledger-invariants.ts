/** Invariants of the ledger: what each payment's entries add up to, and one entry a movement, on the right accounts. */
import { type EntryType, type EventType, entryTypes } from '../../shared/contracts/lists.ts'
import { type Book, type EntryRow, entriesOf, eventsOf, type OutboxRow, ruleOf, sum } from './book.ts'
import { type BookInvariant, failed, holds, type Judge, notYet, ok, pending, same, type Verdict } from './invariant.ts'

interface Rule {
  /** The event that an entry follows from. */
  topic: EventType
  debit: (merchantId: string) => string
  credit: (merchantId: string) => string
  /** The total of the payment that the entries add up to; null: only events say their amounts. */
  total: Total | null
}
type Total = 'capturedAmount' | 'refundedAmount'

const account = (name: string) => () => name
const merchantAccount = (merchantId: string): string => `merchant_payable:${merchantId}`

export const entryRules: Record<EntryType, Rule> = {
  capture: {
    topic: 'payment.captured',
    debit: account('acquirer_receivable'),
    credit: merchantAccount,
    total: 'capturedAmount',
  },
  fee: { topic: 'payment.captured', debit: merchantAccount, credit: account('fee_revenue'), total: null },
  refund: {
    topic: 'payment.refunded',
    debit: merchantAccount,
    credit: account('acquirer_receivable'),
    total: 'refundedAmount',
  },
}

const entrySum = (book: Book, total: Total): number =>
  sum(
    entryTypes
      .filter(type => entryRules[type].total === total)
      .flatMap(type => entriesOf(book, type))
      .map(entry => entry.amount),
  )

const inLedger = (book: Book, what: string, total: Total): Verdict =>
  book.payment ? same(book.paymentId, what, entrySum(book, total), book.payment[total]) : ok

const capturedInLedger: BookInvariant = {
  name: 'captured-in-ledger',
  sentence: 'The capture entries of a payment add up to its captured amount.',
  *check(book) {
    yield inLedger(book, 'the sum of capture entries', 'capturedAmount')
  },
}

const refundedInLedger: BookInvariant = {
  name: 'refunded-in-ledger',
  sentence: 'The refund entries of a payment add up to its refunded amount.',
  *check(book) {
    yield inLedger(book, 'the sum of refund entries', 'refundedAmount')
  },
}

const netInLedger: BookInvariant = {
  name: 'net-in-ledger',
  sentence: 'Capture entries less refund entries of a payment are its captured less its refunded amount.',
  *check(book) {
    if (!book.payment) return
    const net = entrySum(book, 'capturedAmount') - entrySum(book, 'refundedAmount')
    const { paymentId, capturedAmount, refundedAmount } = book.payment
    yield same(paymentId, 'capture − refund entries', net, capturedAmount - refundedAmount)
  },
}

const oneEntry = (row: OutboxRow, entries: EntryRow[], type: EntryType, amount: number): Verdict => {
  if (entries.length !== 1) return failed(row.eventId, `has ${entries.length} ${type} entries, expected 1`)
  return same(entries[0]!.entryId, `the ${type} amount of ${row.eventId}`, entries[0]!.amount, amount)
}

const ofEvent = (book: Book, row: OutboxRow, type: EntryType) =>
  entriesOf(book, type).filter(entry => entry.eventId === row.eventId)

function* oneEntryPerEvent(book: Book, type: EntryType): Iterable<Verdict> {
  for (const row of eventsOf(book, entryRules[type].topic)) {
    if (row.event) yield oneEntry(row, ofEvent(book, row, type), type, row.event.amount)
  }
}

const captureEntry: BookInvariant = {
  name: 'one-capture-entry',
  sentence: 'Every captured event has exactly one capture entry, of the amount it says.',
  *check(book) {
    yield* oneEntryPerEvent(book, 'capture')
  },
}

const refundEntry: BookInvariant = {
  name: 'one-refund-entry',
  sentence: 'Every refunded event has exactly one refund entry, of the amount it says.',
  *check(book) {
    yield* oneEntryPerEvent(book, 'refund')
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

const entriesHaveEvents: BookInvariant = {
  name: 'entries-have-events',
  sentence:
    'Every ledger entry follows from an event of its own payment: capture and fee from captured, refund from refunded.',
  *check(book) {
    for (const entry of book.entries) {
      const topic = ruleOf(entryRules, entry.type)?.topic
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
      const rule = ruleOf(entryRules, entry.type)
      const found = `${entry.debitAccount} → ${entry.creditAccount}`
      const expected = rule && `${rule.debit(payment.merchantId)} → ${rule.credit(payment.merchantId)}`
      yield same(entry.entryId, `${entry.type}, debit → credit`, found, expected)
    }
  },
}

/** One invariant counts the entries of each type. */
const countedBy: Record<EntryType, BookInvariant> = { capture: captureEntry, fee: feeEntry, refund: refundEntry }

export const ledgerInvariants: BookInvariant[] = [
  capturedInLedger,
  refundedInLedger,
  netInLedger,
  ...Object.values(countedBy),
  entriesHaveEvents,
  entryAccounts,
]
