/** The control accounts, each the sum of many: what the entries of payments add up to on them, less what the payments and events say. */
import type { ControlAccount, ControlDifference } from '../contracts/invariant-runs.ts'
import { type EntryType, entryTypes, type VatMode } from '../contracts/lists.ts'
import { type Charge, chargesOf } from './charges.ts'
import { Balances } from './database-totals.ts'
import type { Judge } from './invariant.ts'
import { entryRules } from './ledger-invariants.ts'
import type { PaymentHistory, PaymentRow } from './payment-history.ts'

const MERCHANTS = 'merchant_payable'

/** Of an account of the ledger. Undefined for one that is none of these: what stands there is missing on the right one. */
const controlOf = new Map<string, ControlAccount>([
  ['acquirer_receivable', 'acquirer_receivable'],
  ['fee_revenue', 'fee_revenue'],
  ['vat_payable', 'vat_payable'],
])
const controlAccountOf = (account: string): ControlAccount | undefined =>
  account.startsWith(`${MERCHANTS}:`) ? MERCHANTS : controlOf.get(account)

/**
 * Of these payments, debit positive, by account and currency; those without a difference too. A fee or its VAT counts as due when it is booked,
 * or when its event was published longer ago than the grace.
 */
export function controlDifferences(histories: readonly PaymentHistory[], judge: Judge): ControlDifference[] {
  const differences = new Balances()
  const add = (account: string, currency: string, amountMinor: number) => {
    const control = controlAccountOf(account)
    if (control !== undefined) differences.add(control, currency, amountMinor)
  }
  for (const history of histories) {
    for (const { debitAccount, creditAccount, currency, amount } of history.entries) {
      add(debitAccount, currency, amount)
      add(creditAccount, currency, -amount)
    }
    for (const { account, currency, amountMinor } of expectedOf(history, judge)) add(account, currency, -amountMinor)
  }
  return listed(differences)
}

function* expectedOf(history: PaymentHistory, judge: Judge) {
  const { payment } = history
  if (payment === null) return
  const { merchantId, currency } = payment
  for (const { type, vatMode, amountMinor } of dueOf(history, payment, judge)) {
    const { debit, credit } = entryRules[type]
    yield { account: debit(merchantId, vatMode), currency, amountMinor }
    yield { account: credit(merchantId), currency, amountMinor: -amountMinor }
  }
}

interface Due {
  type: EntryType
  vatMode: VatMode
  amountMinor: number
}

function* dueOf(history: PaymentHistory, payment: PaymentRow, judge: Judge): Iterable<Due> {
  for (const type of entryTypes) {
    const { total } = entryRules[type]
    if (total !== null) yield { type, vatMode: 'none', amountMinor: payment[total] }
  }
  const { nowMs, graceMs } = judge
  const booked = new Set(history.entries.map(({ eventId, type }) => `${eventId} ${type}`))
  const isDue = ({ row: { eventId, publishedAtMs }, type }: Charge) =>
    booked.has(`${eventId} ${type}`) || (publishedAtMs !== null && nowMs - publishedAtMs > graceMs)
  for (const charge of chargesOf(history, judge.settlementDefaults))
    if (isDue(charge)) yield { type: charge.type, vatMode: charge.vatMode, amountMinor: charge.amount }
}

/** Both together. */
export function addDifferences(
  some: readonly ControlDifference[],
  more: readonly ControlDifference[],
): ControlDifference[] {
  const differences = new Balances()
  for (const { account, currency, differenceMinor } of [...some, ...more])
    differences.add(account, currency, BigInt(differenceMinor))
  return listed(differences)
}

const listed = (differences: Balances): ControlDifference[] =>
  [...differences].map(({ account, currency, amountMinor }) => ({
    account: account as ControlAccount,
    currency,
    differenceMinor: String(amountMinor),
  }))
