/** What goes with an account to which an amount of a break may go. Imports no zod: a browser may load it. */
import type { CounterAccount } from './lists.ts'

/** Whether a target is named with it: a batch of the acquirer, a payout, an invoice, a correction, or another break. */
export const takesTarget: Record<CounterAccount, 'always' | 'never' | 'maybe'> = {
  ...{ acquirer_receivable: 'maybe', cash_in_transit: 'always', payout_in_transit: 'always' },
  ...{ merchant_payable: 'never', merchant_receivable: 'always', own_funds: 'never', acquirer_fee: 'never' },
  ...{ vat_receivable: 'never', recon_gain: 'never', recon_loss: 'never', recon_suspense: 'always' },
}

/** Each merchant has one of its own, named behind a colon. */
export const ofMerchant = ['merchant_payable', 'merchant_receivable'] as const satisfies readonly CounterAccount[]
