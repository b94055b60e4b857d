/** Invariants of the ledger: what each payment's entries add up to, and one entry a movement, on the right accounts. */
import { type EntryType, type EventType, entryTypes } from '../contracts/lists.ts'
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

interface Rule {
  /** The event that an entry follows from. */
  topic: EventType
  debit: (merchantId: string) => string
  credit: (merchantId: string) => string
  /** The total of the payment that the entries add up to; null: only events say their amounts. */
  total: Total | null
}

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

const feeResult = (history: PaymentHistory, row: OutboxRow, judge: Judge): CheckResult => {
  const fees = ofEvent(history, row, 'fee')
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

const feeEntry = {
  name: 'one-fee-entry',
  sentence: 'Every captured event has exactly one fee entry, of the fee it says, and none when that is 0.',
  *checkPayment(history, judge) {
    for (const row of eventsOf(history, 'payment.captured')) if (row.event) yield feeResult(history, row, judge)
  },
} as const satisfies DatabaseInvariant

/**
 * The fee of all that is captured: `basisPoints` of it, rounded half to even, and the fixed part; never more than it.
 * In integers of any size, and written apart from the product's own.
 */
function feeOfWhole(capturedAmount: number, basisPoints: number, fixed: number): number {
  const tenThousandths = BigInt(capturedAmount) * BigInt(basisPoints)
  const floor = tenThousandths / 10_000n
  const rest = tenThousandths - floor * 10_000n
  const isUp = rest > 5_000n || (rest === 5_000n && floor % 2n !== 0n)
  const fee = floor + (isUp ? 1n : 0n) + BigInt(fixed)
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
    'Every ledger entry follows from an event of its own payment: capture and fee from captured, refund from refunded.',
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
  *checkPayment({ payment, entries }) {
    if (!payment) return
    for (const entry of entries) {
      const rule = ruleOf(entryRules, entry.type)
      const found = `${entry.debitAccount} → ${entry.creditAccount}`
      const expected = rule && `${rule.debit(payment.merchantId)} → ${rule.credit(payment.merchantId)}`
      yield same(entry.entryId, `${entry.type}, debit → credit`, found, expected)
    }
  },
} as const satisfies DatabaseInvariant

const isKnownAccount = (account: string): boolean =>
  ['acquirer_receivable', 'fee_revenue', 'cash'].includes(account) || account.startsWith('merchant_payable:')

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
  sentence: 'Every merchant is owed what its payments captured, less refunds, less the fees its events say.',
  *checkTotals(totals) {
    yield* balancesOf(totals, account => account.startsWith('merchant_payable:'))
  },
} as const satisfies DatabaseInvariant

const fees = {
  name: 'balance-fees',
  sentence: 'Per currency, fee_revenue holds the fees that the captured events say.',
  *checkTotals(totals) {
    yield* balancesOf(totals, account => account === 'fee_revenue')
    for (const { currency, amountMinor } of totals.feesOutstanding)
      yield pending(`fee_revenue ${currency}`, `${amountMinor} of fees are on their way`)
  },
} as const satisfies DatabaseInvariant

/** One invariant counts the entries of each type. */
const countedBy = { capture: captureEntry, fee: feeEntry, refund: refundEntry } as const satisfies Record<
  EntryType,
  DatabaseInvariant
>

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
] as const
