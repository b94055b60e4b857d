/** Which movements of money settlement books, each of a subject and of no payment. The table stands in docs/settlement.md. */
import type { SettlementEntryType } from '../contracts/lists.ts'
import { RECEIVABLE } from './recon-ledger.ts'

export interface SettlementMovement {
  type: SettlementEntryType
  debitAccount: string
  creditAccount: string
  /** Minor units, positive. */
  amountMinor: number
  currency: string
}

export const PAYOUT_IN_TRANSIT = 'payout_in_transit'
export const merchantPayable = (merchantId: string): string => `merchant_payable:${merchantId}`
const merchantReserve = (merchantId: string): string => `merchant_reserve:${merchantId}`
const merchantReceivable = (merchantId: string): string => `merchant_receivable:${merchantId}`

const accounts: Record<SettlementEntryType, (merchantId: string) => [debit: string, credit: string]> = {
  payout: merchantId => [merchantPayable(merchantId), PAYOUT_IN_TRANSIT],
  payout_failed: merchantId => [PAYOUT_IN_TRANSIT, merchantPayable(merchantId)],
  reserve_held: merchantId => [merchantPayable(merchantId), merchantReserve(merchantId)],
  reserve_released: merchantId => [merchantReserve(merchantId), merchantPayable(merchantId)],
  reserve_used: merchantId => [merchantReserve(merchantId), merchantPayable(merchantId)],
  invoiced: merchantId => [merchantReceivable(merchantId), merchantPayable(merchantId)],
  deducted: merchantId => [merchantPayable(merchantId), merchantReceivable(merchantId)],
  invoice_lost: merchantId => ['bad_debt', merchantReceivable(merchantId)],
  chargeback: merchantId => [merchantPayable(merchantId), RECEIVABLE],
  chargeback_won: merchantId => [RECEIVABLE, merchantPayable(merchantId)],
  dispute_fee: merchantId => [merchantPayable(merchantId), 'dispute_fee'],
}

/** One movement of `amountMinor` for one merchant. */
export function settlementMovement(
  type: SettlementEntryType,
  { merchantId, amountMinor, currency }: { merchantId: string; amountMinor: number; currency: string },
): SettlementMovement {
  const [debitAccount, creditAccount] = accounts[type](merchantId)
  return { type, debitAccount, creditAccount, amountMinor, currency }
}
