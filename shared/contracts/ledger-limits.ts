/** The bounds of the console's reads of the ledger, and what can be compared. Needs no zod: a browser may load it. */
import type { accounts } from './lists.ts'

/** Accounts of one group on a page. */
export const GROUP_ACCOUNTS_DEFAULT = 25
/** Accounts that are compared by one request. */
export const COMPARED_ACCOUNTS = 25
/** Rows of a subledger that are added up for one request; of more there is no sum. */
export const SUBLEDGER_ROWS_MAX = 50_000
/** Entries of one part of an export. */
export const EXPORT_PART_ENTRIES = 2_000
/** Entries of a whole export. */
export const EXPORT_ENTRIES_MAX = 100_000

/** Accounts whose balance something else in the database says, too, and that can be compared with it at once. */
export const comparedControls = [
  'merchant_payable',
  'merchant_reserve',
  'merchant_receivable',
  'acquirer_receivable',
  'payout_in_transit',
  'recon_suspense',
] as const satisfies readonly (keyof typeof accounts)[]
export type ComparedControl = (typeof comparedControls)[number]

/**
 * `under_way`: events of a moment ago explain all of it. `unequal`: nothing does. `too_many`: the subledger has more rows than are added up.
 * `not_told`: there are payments from before settlement began, whose entries have no subledger.
 */
export const comparisonResults = ['equal', 'under_way', 'unequal', 'too_many', 'not_told'] as const
export type ComparisonResult = (typeof comparisonResults)[number]
