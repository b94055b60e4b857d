/** Which accounts a movement of money touches. One movement is one debit and one credit of the same amount. */

export type EntryType = 'capture' | 'fee' | 'refund'

export interface Movement {
  type: EntryType
  debitAccount: string
  creditAccount: string
  /** Minor units, positive. */
  amountMinor: number
  currency: string
}

const ACQUIRER_RECEIVABLE = 'acquirer_receivable'
const FEE_REVENUE = 'fee_revenue'
const merchantPayable = (merchantId: string): string => `merchant_payable:${merchantId}`

/** The movement of a capture, a fee or a refund of `amountMinor` for one merchant. */
export function movement(type: EntryType, merchantId: string, amountMinor: number, currency: string): Movement {
  const [debitAccount, creditAccount] = accounts(type, merchantId)
  return { type, debitAccount, creditAccount, amountMinor, currency }
}

function accounts(type: EntryType, merchantId: string): [debit: string, credit: string] {
  switch (type) {
    case 'capture':
      return [ACQUIRER_RECEIVABLE, merchantPayable(merchantId)]
    case 'fee':
      return [merchantPayable(merchantId), FEE_REVENUE]
    case 'refund':
      return [merchantPayable(merchantId), ACQUIRER_RECEIVABLE]
  }
}
