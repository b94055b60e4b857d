/** Which movements of money reconciliation books. The table stands in docs/reconciliation.md. */
import type { ReconEntryType } from '../contracts/lists.ts'

export const CASH_IN_TRANSIT = 'cash_in_transit'
export const SUSPENSE = 'recon_suspense'
export const RECEIVABLE = 'acquirer_receivable'

export interface ReconMovement {
  type: ReconEntryType
  debitAccount: string
  creditAccount: string
  /** Minor units, positive. */
  amountMinor: number
  currency: string
}

/** Debit and credit of a positive amount; a function of the accounts where those differ. */
const accounts: Record<ReconEntryType, (account: string, cash: string) => [debit: string, credit: string]> = {
  settled_net: () => [CASH_IN_TRANSIT, RECEIVABLE],
  settled_fee: () => ['acquirer_fee', RECEIVABLE],
  settled_vat: () => ['vat_receivable', RECEIVABLE],
  differs_amount: () => [SUSPENSE, RECEIVABLE],
  differs_fee: () => [SUSPENSE, RECEIVABLE],
  differs_vat: () => [SUSPENSE, RECEIVABLE],
  unexpected: account => [account, SUSPENSE],
  allocated: account => [account, CASH_IN_TRANSIT],
  short_paid: () => [SUSPENSE, CASH_IN_TRANSIT],
  payout_paid: account => ['payout_in_transit', account],
  payout_paid_difference: () => ['payout_in_transit', SUSPENSE],
  payout_returned: (merchantPayable, cash) => [cash, merchantPayable],
  payout_returned_difference: merchantPayable => [SUSPENSE, merchantPayable],
  expected_amount: () => [SUSPENSE, RECEIVABLE],
  expected_fee: () => ['acquirer_fee', SUSPENSE],
  expected_vat: () => ['vat_receivable', SUSPENSE],
  given_up: account => [SUSPENSE, account],
  resolved: account => [account, SUSPENSE],
  taken_over: () => [SUSPENSE, RECEIVABLE],
}

/**
 * One movement of `signedMinor`: of a negative one debit and credit change sides, of 0 there is none. `account` is the one of the two that
 * the type leaves open: cash, cash_safeguarded or cash_in_transit of `unexpected`; cash or cash_safeguarded of `allocated` and
 * `payout_paid`; merchant_payable:{m} of a return, which comes to `cash`, the account of the statement; the counter-account of `resolved` and
 * `given_up`.
 */
export function reconMovement(
  type: ReconEntryType,
  {
    signedMinor,
    currency,
    account = '',
    cash = 'cash',
  }: { signedMinor: number; currency: string; account?: string; cash?: string },
): ReconMovement[] {
  if (signedMinor === 0) return []
  const [debit, credit] = accounts[type](account, cash)
  const [debitAccount, creditAccount] = signedMinor > 0 ? [debit, credit] : [credit, debit]
  if (debitAccount === '' || creditAccount === '') throw new TypeError(`${type} wants an account`)
  return [{ type, debitAccount, creditAccount, amountMinor: Math.abs(signedMinor), currency }]
}
