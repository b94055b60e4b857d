/** Invariants of the ledger: what each payment's entries add up to, and one entry a movement, on the right accounts. */
import { type EntryType, type EventType, entryTypes, type VatMode } from '../contracts/lists.ts'
import { type Charge, type ChargeTerms, type ChargeType, chargesOf, halfEven, termsOf } from './charges.ts'
import type { Balances, DatabaseTotals } from './database-totals.ts'
import {
  type CheckResult,
  type DatabaseInvariant,
  failed,
  holds,
  type Judge,
  notYet,
  ok,
  pending,
  same,
} from './invariant.ts'
import {
  type EntryRow,
  entriesOf,
  eventsOf,
  type OutboxRow,
  type PaymentHistory,
  ruleOf,
  sum,
  type Total,
} from './payment-history.ts'
import { payableOf } from './settlement-history.ts'

interface Rule {
  /** The event that an entry follows from. */
  topic: EventType
  /** Only VAT on a fee comes from where its mode says. */
  debit: (merchantId: string, vatMode: VatMode) => string
  credit: (merchantId: string) => string
  /** The total of the payment that the entries add up to; null: only events say their amounts. */
  total: Total | null
}

const account = (name: string) => () => name

export const entryRules: Record<EntryType, Rule> = {
  capture: {
    topic: 'payment.captured',
    debit: account('acquirer_receivable'),
    credit: payableOf,
    total: 'capturedAmount',
  },
  fee: { topic: 'payment.captured', debit: payableOf, credit: account('fee_revenue'), total: null },
  fee_vat: {
    topic: 'payment.captured',
    debit: (merchantId, vatMode) => (vatMode === 'exclusive' ? payableOf(merchantId) : 'fee_revenue'),
    credit: account('vat_payable'),
    total: null,
  },
  refund: {
    topic: 'payment.refunded',
    debit: payableOf,
    credit: account('acquirer_receivable'),
    total: 'refundedAmount',
  },
  refund_fee: { topic: 'payment.refunded', debit: account('fee_revenue'), credit: payableOf, total: null },
  refund_fee_vat: { topic: 'payment.refunded', debit: account('vat_payable'), credit: payableOf, total: null },
}

const entrySum = (history: PaymentHistory, total: Total): number =>
  sum(
    entryTypes
      .filter(type => entryRules[type].total === total)
      .flatMap(type => entriesOf(history, type))
      .map(entry => entry.amount),
  )

const inLedger = (history: PaymentHistory, what: string, total: Total): CheckResult =>
  history.payment ? same(history.paymentId, what, entrySum(history, total), history.payment[total]) : ok

const capturedInLedger = {
  name: 'captured-in-ledger',
  sentence: 'The capture entries of a payment add up to its captured amount.',
  *checkPayment(history) {
    yield inLedger(history, 'the sum of capture entries', 'capturedAmount')
  },
} as const satisfies DatabaseInvariant

const refundedInLedger = {
  name: 'refunded-in-ledger',
  sentence: 'The refund entries of a payment add up to its refunded amount.',
  *checkPayment(history) {
    yield inLedger(history, 'the sum of refund entries', 'refundedAmount')
  },
} as const satisfies DatabaseInvariant

const netInLedger = {
  name: 'net-in-ledger',
  sentence: 'Capture entries less refund entries of a payment are its captured less its refunded amount.',
  *checkPayment(history) {
    if (!history.payment) return
    const net = entrySum(history, 'capturedAmount') - entrySum(history, 'refundedAmount')
    const { paymentId, capturedAmount, refundedAmount } = history.payment
    yield same(paymentId, 'capture − refund entries', net, capturedAmount - refundedAmount)
  },
} as const satisfies DatabaseInvariant

const oneEntry = (row: OutboxRow, entries: EntryRow[], type: EntryType, amount: number): CheckResult => {
  if (entries.length !== 1) return failed(row.eventId, `has ${entries.length} ${type} entries, expected 1`)
  return same(entries[0]!.entryId, `the ${type} amount of ${row.eventId}`, entries[0]!.amount, amount)
}

const ofEvent = (history: PaymentHistory, row: OutboxRow, type: EntryType) =>
  entriesOf(history, type).filter(entry => entry.eventId === row.eventId)

function* oneEntryPerEvent(history: PaymentHistory, type: EntryType): Iterable<CheckResult> {
  for (const row of eventsOf(history, entryRules[type].topic)) {
    if (row.event) yield oneEntry(row, ofEvent(history, row, type), type, row.event.amount)
  }
}

const captureEntry = {
  name: 'one-capture-entry',
  sentence: 'Every captured event has exactly one capture entry, of the amount it says.',
  *checkPayment(history) {
    yield* oneEntryPerEvent(history, 'capture')
  },
} as const satisfies DatabaseInvariant

const refundEntry = {
  name: 'one-refund-entry',
  sentence: 'Every refunded event has exactly one refund entry, of the amount it says.',
  *checkPayment(history) {
    yield* oneEntryPerEvent(history, 'refund')
  },
} as const satisfies DatabaseInvariant

const chargeResult = (history: PaymentHistory, { row, type, amount }: Charge, judge: Judge): CheckResult => {
  const entries = ofEvent(history, row, type)
  if (amount === 0) return holds(entries.length === 0, row.eventId, `has a ${type} entry, though its ${type} is 0`)
  if (entries.length > 0) return oneEntry(row, entries, type, amount)
  const problem = `its ${type} of ${amount} is not in the ledger`
  // An event that never reached Kafka is judged by "outbox-published"; its fee cannot be there yet.
  return row.publishedAtMs === null
    ? pending(row.eventId, problem)
    : notYet(judge, row.publishedAtMs, row.eventId, problem)
}

function* oneEntryPerCharge(history: PaymentHistory, judge: Judge, type: ChargeType): Iterable<CheckResult> {
  for (const charge of chargesOf(history, judge.settlementDefaults))
    if (charge.type === type) yield chargeResult(history, charge, judge)
}

const feeEntry = {
  name: 'one-fee-entry',
  sentence: 'Every captured event has exactly one fee entry, of the fee it says, and none when that is 0.',
  *checkPayment(history, judge) {
    yield* oneEntryPerCharge(history, judge, 'fee')
    for (const { event, eventId } of eventsOf(history, 'payment.captured'))
      if (event?.feeAmount === undefined && event !== null) yield failed(eventId, 'a captured event that says no fee')
  },
} as const satisfies DatabaseInvariant

const feeVatEntry = {
  name: 'one-fee-vat-entry',
  sentence:
    'Every captured event has exactly one entry of the VAT on its fee that the terms of its time say, and none when that is 0.',
  *checkPayment(history, judge) {
    yield* oneEntryPerCharge(history, judge, 'fee_vat')
  },
} as const satisfies DatabaseInvariant

const refundFeeEntry = {
  name: 'one-refund-fee-entry',
  sentence:
    'Every refunded event whose terms return the fee has exactly one entry of its part of the fees, so that all parts are the whole; no other has one.',
  *checkPayment(history, judge) {
    yield* oneEntryPerCharge(history, judge, 'refund_fee')
  },
} as const satisfies DatabaseInvariant

const refundFeeVatEntry = {
  name: 'one-refund-fee-vat-entry',
  sentence:
    'Every refunded event whose terms return the fee has exactly one entry of its part of the VAT on the fees; no other has one.',
  *checkPayment(history, judge) {
    yield* oneEntryPerCharge(history, judge, 'refund_fee_vat')
  },
} as const satisfies DatabaseInvariant

/**
 * The fee of all that is captured: `basisPoints` of it, rounded half to even, and the fixed part; never more than it.
 * In integers of any size, and written apart from the product's own.
 */
function feeOfWhole(capturedAmount: number, basisPoints: number, fixed: number): number {
  const fee = halfEven(BigInt(capturedAmount) * BigInt(basisPoints), 10_000n) + BigInt(fixed)
  return fee > BigInt(capturedAmount) ? capturedAmount : Number(fee)
}

const feeOfParts = {
  name: 'fee-of-the-whole',
  sentence:
    'The fees of the captures of a payment are together the fee of all that it captured, as agreed when it was authorized.',
  *checkPayment(history) {
    const { payment } = history
    if (payment?.feeBasisPoints == null || payment.feeFixed == null) return
    const fees = sum(eventsOf(history, 'payment.captured').map(row => row.event?.feeAmount ?? 0))
    const whole = feeOfWhole(payment.capturedAmount, payment.feeBasisPoints, payment.feeFixed)
    yield same(payment.paymentId, 'the sum of its fees', fees, whole)
  },
} as const satisfies DatabaseInvariant

const entriesHaveEvents = {
  name: 'entries-have-events',
  sentence:
    'Every ledger entry follows from an event of its own payment: capture, fee and its VAT from captured, refund and what it gives back of both from refunded.',
  *checkPayment(history) {
    for (const entry of history.entries) {
      const topic = ruleOf(entryRules, entry.type)?.topic
      const follows = history.outbox.some(row => row.eventId === entry.eventId && row.topic === topic)
      yield holds(follows, entry.entryId, `${entry.type} entry without its event ${entry.eventId}`)
    }
  },
} as const satisfies DatabaseInvariant

const entryAccounts = {
  name: 'entry-accounts',
  sentence: 'Every ledger entry debits and credits the accounts that its type says.',
  *checkPayment(history, judge) {
    if (!history.payment) return
    const { merchantId } = history.payment
    for (const entry of history.entries) {
      const rule = ruleOf(entryRules, entry.type)
      const found = `${entry.debitAccount} → ${entry.creditAccount}`
      const { vatMode } = termsOfEntry(history, entry, judge.settlementDefaults)
      const expected = rule && `${rule.debit(merchantId, vatMode)} → ${rule.credit(merchantId)}`
      yield same(entry.entryId, `${entry.type}, debit → credit`, found, expected)
    }
  },
} as const satisfies DatabaseInvariant

function termsOfEntry(history: PaymentHistory, { eventId }: EntryRow, defaults: ChargeTerms): ChargeTerms {
  const event = history.outbox.find(row => row.eventId === eventId)?.event
  return event ? termsOf(history, event, defaults) : defaults
}

const isKnownAccount = (account: string): boolean =>
  ['acquirer_receivable', 'fee_revenue', 'vat_payable', 'cash'].includes(account) ||
  account.startsWith('merchant_payable:')

const knownTotals = (balances: Balances): Map<string, bigint> => {
  const totals = new Map<string, bigint>()
  for (const { account, currency, amountMinor } of balances)
    if (isKnownAccount(account)) totals.set(currency, (totals.get(currency) ?? 0n) + amountMinor)
  return totals
}

const trialBalance = {
  name: 'trial-balance',
  sentence: 'Per currency, the debits of all accounts that exist equal the credits of all accounts that exist.',
  *checkTotals({ debits, credits }) {
    const [debit, credit] = [knownTotals(debits), knownTotals(credits)]
    for (const currency of new Set([...debit.keys(), ...credit.keys()]))
      yield same(currency, 'Σ debits', debit.get(currency) ?? 0n, credit.get(currency) ?? 0n)
  },
} as const satisfies DatabaseInvariant

function* balancesOf(totals: DatabaseTotals, isWanted: (account: string) => boolean): Iterable<CheckResult> {
  const places = new Set<string>()
  for (const balances of [totals.debits, totals.credits, totals.expected])
    for (const { account, currency } of balances) if (isWanted(account)) places.add(`${account} ${currency}`)
  for (const place of places) {
    const [account = '', currency = ''] = place.split(' ')
    const held = totals.debits.of(account, currency) - totals.credits.of(account, currency)
    yield same(place, 'its balance (debits − credits)', held, totals.expected.of(account, currency))
  }
}

const receivable = {
  name: 'balance-receivable',
  sentence: 'Per currency, acquirer_receivable holds what all payments captured less what they refunded.',
  *checkTotals(totals) {
    yield* balancesOf(totals, account => account === 'acquirer_receivable')
  },
} as const satisfies DatabaseInvariant

const merchants = {
  name: 'balance-merchants',
  sentence:
    'Every merchant is owed what its payments captured, less refunds, less fees and VAT, and what refunds give back of both.',
  *checkTotals(totals) {
    yield* balancesOf(totals, account => account.startsWith('merchant_payable:'))
  },
} as const satisfies DatabaseInvariant

function* chargesOn(totals: DatabaseTotals, wanted: 'fee_revenue' | 'vat_payable'): Iterable<CheckResult> {
  yield* balancesOf(totals, account => account === wanted)
  for (const { account, currency, amountMinor } of totals.chargesOutstanding)
    if (account === wanted) yield pending(`${account} ${currency}`, `${amountMinor} is on its way`)
}

const fees = {
  name: 'balance-fees',
  sentence:
    'Per currency, fee_revenue holds the fees that the captured events say, less the VAT within them, less what refunds give back.',
  *checkTotals(totals) {
    yield* chargesOn(totals, 'fee_revenue')
  },
} as const satisfies DatabaseInvariant

const vat = {
  name: 'balance-vat',
  sentence: 'Per currency, vat_payable holds the VAT on the fees of the captured events, less what refunds give back.',
  *checkTotals(totals) {
    yield* chargesOn(totals, 'vat_payable')
  },
} as const satisfies DatabaseInvariant

/** One invariant counts the entries of each type. */
const countedBy = {
  capture: captureEntry,
  fee: feeEntry,
  fee_vat: feeVatEntry,
  refund: refundEntry,
  refund_fee: refundFeeEntry,
  refund_fee_vat: refundFeeVatEntry,
} as const satisfies Record<EntryType, DatabaseInvariant>

export const ledgerInvariants = [
  capturedInLedger,
  refundedInLedger,
  netInLedger,
  ...Object.values(countedBy),
  feeOfParts,
  entriesHaveEvents,
  entryAccounts,
  trialBalance,
  receivable,
  merchants,
  fees,
  vat,
] as const
