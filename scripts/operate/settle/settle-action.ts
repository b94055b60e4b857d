/** What an action of `npm run settle` is given, and what it says of itself. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { RefundFee, SettlementCycle, VatMode } from '../../../shared/contracts/lists.ts'
import type { JsonTarget } from '../../terminal/json.ts'
import type { Action } from '../choose-action.ts'
import type { ActionInput as InputOf } from '../run-action.ts'

export interface SettleFlags {
  currency?: string
  cycle?: SettlementCycle
  delay?: number
  cutoff?: string
  timezone?: string
  vat?: VatMode
  refundFee?: RefundFee
  payoutMin?: number
  reserveBp?: number
  reserveDays?: number
  invoiceAfter?: number | 'never'
  /** Minor units. */
  disputeFee?: number
  account?: string
  hold?: string
  release?: true
  /** In milliseconds since 1970, virtual time. */
  from?: number | 'soon'
  calendar?: string
  name?: string
  open?: true
  batch?: string
  /** Minor units. */
  amount?: number
  back?: true
  out?: string
  lang?: Language
  reason?: string
  yes?: true
  json?: JsonTarget
}

export type SettleFlag = keyof SettleFlags

export type ActionInput = InputOf<SettleFlags>

export type SettleAction = Action<SettleFlag, ActionInput>
