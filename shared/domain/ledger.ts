/** Which movements of money an event books, and between which accounts. One movement is one debit and one credit of the same amount. */
import { type EntryType, type EventType, entriesByEvent } from '../contracts/lists.ts'

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
  /** Of an event that books a fee. */
  feeMinor?: number
}

interface EntryRule {
  accounts: (merchantId: string) => [debit: string, credit: string]
  amountMinor: (step: Step) => number
  /** Whose transaction writes it: the one that records the operation, or the ledger consumer's. */
  writtenBy: 'operation' | 'consumer'
}

const ACQUIRER_RECEIVABLE = 'acquirer_receivable'
const FEE_REVENUE = 'fee_revenue'
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
  refund: {
    accounts: merchantId => [merchantPayable(merchantId), ACQUIRER_RECEIVABLE],
    amountMinor: step => step.amountMinor,
    writtenBy: 'operation',
  },
}

/** One movement of `amountMinor` for one merchant. */
export function movement(type: EntryType, merchantId: string, amountMinor: number, currency: string): Movement {
  const [debitAccount, creditAccount] = entryRules[type].accounts(merchantId)
  return { type, debitAccount, creditAccount, amountMinor, currency }
}

/** Every movement that an event books. A movement of nothing is none. */
export const movementsOf = (step: Step): Movement[] =>
  entriesByEvent[step.type]
    .map(type => movement(type, step.merchantId, entryRules[type].amountMinor(step), step.currency))
    .filter(({ amountMinor }) => amountMinor > 0)

/** Whether the transaction that records the operation writes this entry, so that the ledger consumer should find it. */
export const isWrittenByOperation = (type: EntryType): boolean => entryRules[type].writtenBy === 'operation'
