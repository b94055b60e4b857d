/** Invariants of reserves and invoices: what is held and owed, step by step, and the accounts that it stands on. */
import type { DatabaseTotals } from './database-totals.ts'
import { type CheckResult, type DatabaseInvariant, holds, type Judge, notYet, ok, same } from './invariant.ts'
import type { ItemRow } from './payment-history.ts'
import type { SubjectEntry } from './recon-history.ts'
import { BAD_DEBT, type HoldHistory, type InvoiceHistory, receivableOf, reserveOf } from './reserve-history.ts'
import { payableOf, type SubjectEvent } from './settlement-history.ts'
import { compared } from './settlement-invariants.ts'

const sumOf = (amounts: readonly number[]): number => amounts.reduce((one, other) => one + other, 0)

const booked = (entries: readonly SubjectEntry[], type: string): number =>
  sumOf(entries.filter(entry => entry.type === type).map(({ amount }) => amount))

const itemSum = (items: readonly ItemRow[], type: string): number =>
  sumOf(items.filter(item => item.type === type).map(({ net }) => net))

/** Whether each entry is of these types, on the accounts that its type says, of this subject and currency. */
function* entryResults(
  { entries, currency }: { entries: readonly SubjectEntry[]; currency: string },
  subject: string,
  accounts: Record<string, readonly [debit: string, credit: string]>,
): Iterable<CheckResult> {
  for (const entry of entries) {
    const [debit, credit] = accounts[entry.type] ?? []
    const found = `${entry.type} ${entry.debitAccount} → ${entry.creditAccount} ${entry.currency} of ${entry.subjectId}`
    yield same(entry.entryId, 'it', found, `${entry.type} ${debit} → ${credit} ${currency} of ${subject}`)
  }
}

const holdInLedger = {
  name: 'reserve-in-ledger',
  sentence:
    'What a batch holds back is an item of that batch, and is booked; what is used and released of it has an item and an entry each, together never more than was held.',
  *checkHold(hold) {
    const { holdId, merchantId, currency, batchId, amount, used, released, isOpen, entries, items } = hold
    const [payable, reserve] = [payableOf(merchantId), reserveOf(merchantId)]
    yield* entryResults(hold, holdId, {
      reserve_held: [payable, reserve],
      reserve_used: [reserve, payable],
      reserve_released: [reserve, payable],
    })
    const inLedger = ['held', 'used', 'released'].map(step => booked(entries, `reserve_${step}`))
    yield same(holdId, 'what is booked as held, used and released', inLedger.join(), [amount, used, released].join())
    const inItems = ['hold', 'use', 'release'].map(step => itemSum(items, `reserve_${step}`))
    yield same(holdId, 'its items', inItems.join(), [-amount, used, released].join())
    for (const item of items) {
      yield same(item.itemId, 'it', `${item.merchantId} ${item.currency}`, `${merchantId} ${currency}`)
      if (item.type === 'reserve_hold') yield same(item.itemId, 'its batch', item.batchId, batchId)
    }
    yield holds(used + released <= amount, holdId, `is ${amount}, and ${used + released} of it is gone`)
    yield same(holdId, 'whether something is held', isOpen, used + released < amount)
  },
} as const satisfies DatabaseInvariant

const invoiceInLedger = {
  name: 'invoice-in-ledger',
  sentence:
    'An invoice is booked, and so is what is deducted and lost of it, with items of what the merchant is owed; it is OPEN while something remains.',
  *checkInvoice(invoice) {
    const { invoiceId, merchantId, amount, deducted, collected, lost, remaining, state, entries, items } = invoice
    const [payable, receivable] = [payableOf(merchantId), receivableOf(merchantId)]
    yield* entryResults(invoice, invoiceId, {
      invoiced: [receivable, payable],
      deducted: [payable, receivable],
      invoice_lost: [BAD_DEBT, receivable],
    })
    const inLedger = ['invoiced', 'deducted', 'invoice_lost'].map(type => booked(entries, type))
    yield same(invoiceId, 'what is booked of it', inLedger.join(), [amount, deducted, lost].join())
    const inItems = [itemSum(items, 'invoiced'), -itemSum(items, 'deducted')]
    yield same(invoiceId, 'its items', inItems.join(), [amount, deducted].join())
    for (const item of items)
      yield same(item.itemId, 'it', `${item.merchantId} ${item.currency}`, `${merchantId} ${invoice.currency}`)
    yield same(invoiceId, 'what remains of it', remaining, amount - deducted - collected - lost)
    yield same(invoiceId, 'its state', state, stateOf(invoice))
  },
} as const satisfies DatabaseInvariant

function stateOf({ remaining, lost }: InvoiceHistory): string {
  if (remaining > 0) return 'OPEN'
  return lost > 0 ? 'LOST' : 'PAID'
}

function* eventResults(
  { eventCount, events }: { eventCount: number; events: readonly SubjectEvent[] },
  subject: string,
  judge: Judge,
): Iterable<CheckResult> {
  const sequences = Array.from({ length: eventCount }, (_, index) => index + 1)
  yield same(subject, 'the sequence of its events', events.map(({ sequence }) => sequence).join(), sequences.join())
  for (const { eventId, publishedAtMs, createdAtMs } of events)
    yield publishedAtMs === null ? notYet(judge, createdAtMs, eventId, 'is not published') : ok
}

const eventsPublished = {
  name: 'reserve-events-published',
  sentence: 'Every event of a reserve or an invoice is published, and those of each count from 1 as far as it says.',
  *checkHold(hold: HoldHistory, judge: Judge) {
    yield* eventResults(hold, hold.holdId, judge)
  },
  *checkInvoice(invoice: InvoiceHistory, judge: Judge) {
    yield* eventResults(invoice, invoice.invoiceId, judge)
  },
} as const satisfies DatabaseInvariant

const reserveIsHeld = {
  name: 'reserve-is-held',
  sentence: 'Per merchant and currency, merchant_reserve holds what was held and neither released nor used.',
  *checkTotals({ settlement }: DatabaseTotals) {
    yield* compared(settlement.held, settlement.wanted, 'merchant_reserve:')
  },
} as const satisfies DatabaseInvariant

const receivableIsInvoices = {
  name: 'receivable-is-invoices',
  sentence:
    'Per merchant and currency, merchant_receivable holds what remains of the invoices, and bad_debt what was lost of all of them.',
  *checkTotals({ settlement }: DatabaseTotals) {
    yield* compared(settlement.held, settlement.wanted, 'merchant_receivable:')
    yield* compared(settlement.held, settlement.wanted, BAD_DEBT)
  },
} as const satisfies DatabaseInvariant

export const reserveInvariants = [
  holdInLedger,
  invoiceInLedger,
  eventsPublished,
  reserveIsHeld,
  receivableIsInvoices,
] as const
