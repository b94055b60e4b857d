/** Which movements of money an event books, and between which accounts. One movement is one debit and one credit of the same amount. */
import { type EntryType, type EventType, entriesByEvent, type VatMode } from '../contracts/lists.ts'
import { type Charge, chargeOf } from './fee-vat.ts'

export interface Movement {
  type: EntryType
  debitAccount: string
  creditAccount: string
  /** Minor units, positive. */
  amountMinor: number
  currency: string
}

/** What one event of a payment moved, in minor units. */
export interface Step {
  type: EventType
  merchantId: string
  currency: string
  amountMinor: number
  /** Of an event that books a fee: with VAT, where VAT is included in it. */
  feeMinor?: number
  /** How that fee carries VAT; not at all when absent. */
  vatMode?: VatMode
  /** What a refund gives back of what the captures were charged; nothing when absent. */
  returned?: Charge
}

interface EntryRule {
  accounts: (merchantId: string, vatMode: VatMode) => [debit: string, credit: string]
  amountMinor: (step: Step) => number
  /** Whose transaction writes it: the one that records the operation, or the ledger consumer's. */
  writtenBy: 'operation' | 'consumer'
}

const ACQUIRER_RECEIVABLE = 'acquirer_receivable'
const FEE_REVENUE = 'fee_revenue'
const VAT_PAYABLE = 'vat_payable'
const merchantPayable = (merchantId: string): string => `merchant_payable:${merchantId}`

const entryRules: Record<EntryType, EntryRule> = {
  capture: {
    accounts: merchantId => [ACQUIRER_RECEIVABLE, merchantPayable(merchantId)],
    amountMinor: step => step.amountMinor,
    writtenBy: 'operation',
  },
  fee: {
    accounts: merchantId => [merchantPayable(merchantId), FEE_REVENUE],
    amountMinor: step => step.feeMinor ?? 0,
    writtenBy: 'consumer',
  },
  // On top of the fee it is the merchant's to pay; within the fee it is part of what the fee brought us.
  fee_vat: {
    accounts: (merchantId, vatMode) => [
      vatMode === 'exclusive' ? merchantPayable(merchantId) : FEE_REVENUE,
      VAT_PAYABLE,
    ],
    amountMinor: ({ feeMinor = 0, vatMode = 'none' }) => chargeOf(feeMinor, vatMode).vatMinor,
    writtenBy: 'consumer',
  },
  refund: {
    accounts: merchantId => [merchantPayable(merchantId), ACQUIRER_RECEIVABLE],
    amountMinor: step => step.amountMinor,
    writtenBy: 'operation',
  },
  refund_fee: {
    accounts: merchantId => [FEE_REVENUE, merchantPayable(merchantId)],
    amountMinor: step => step.returned?.feeMinor ?? 0,
    writtenBy: 'consumer',
  },
  refund_fee_vat: {
    accounts: merchantId => [VAT_PAYABLE, merchantPayable(merchantId)],
    amountMinor: step => step.returned?.vatMinor ?? 0,
    writtenBy: 'consumer',
  },
}

/** One movement of `amountMinor` for one merchant. Only VAT on a fee moves as the mode says. */
export function movement(
  type: EntryType,
  merchantId: string,
  amountMinor: number,
  currency: string,
  vatMode: VatMode = 'none',
): Movement {
  const [debitAccount, creditAccount] = entryRules[type].accounts(merchantId, vatMode)
  return { type, debitAccount, creditAccount, amountMinor, currency }
}

/** Every movement that an event books. A movement of nothing is none. */
export const movementsOf = (step: Step): Movement[] =>
  entriesByEvent[step.type]
    .map(type => movement(type, step.merchantId, entryRules[type].amountMinor(step), step.currency, step.vatMode))
    .filter(({ amountMinor }) => amountMinor > 0)

/** Whether the transaction that records the operation writes this entry, so that the ledger consumer should find it. */
export const isWrittenByOperation = (type: EntryType): boolean => entryRules[type].writtenBy === 'operation'
