/** The rows of reconciliation as the invariants read them: a file with the sums of its lines, a line, a batch of an acquirer, a break. */
import type { Balances } from './database-totals.ts'
import type { EntryRow, ExpectationRow } from './payment-history.ts'
import { RECEIVABLE, type SubjectEvent } from './settlement-history.ts'

export const CASH_IN_TRANSIT = 'cash_in_transit'
export const SUSPENSE = 'recon_suspense'

/** An entry without a payment. */
export interface SubjectEntry extends EntryRow {
  subjectId: string | null
}

export interface FileTotalRow {
  currency: string
  lineCount: number
  net: number
  /** Of a statement, as `closing`. */
  opening: number | null
  closing: number | null
}

/** Lines of one currency and state, added up. */
export interface LineSums {
  currency: string
  state: string
  count: number
  net: number
  /** How many of them stand at or before `matchedTo`. */
  passed: number
  lastLine: number
}

/** Everything the database says about one file, its lines as sums. */
export interface ReconFileHistory {
  fileId: string
  sourceId: string
  /** `acquirer` or `bank`; empty: there is no such source. */
  sourceKind: string
  /** Of a bank: the account of the ledger. */
  account: string | null
  day: string | null
  lineCount: number
  matchedTo: number
  state: string
  eventCount: number
  isDone: boolean
  totals: FileTotalRow[]
  lines: LineSums[]
  /** By currency: what lines say that settled an expectation when they were matched, and what was expected of fee and VAT. */
  settled: { currency: string; net: number; fee: number; vat: number }[]
  /** By currency: what was allocated to batches and transfers of ours when the lines were matched; of a bank. */
  allocated: { currency: string; amount: number }[]
  /** By currency: what the last statement of an earlier day closed with. */
  previousClosing: ReadonlyMap<string, number>
  entries: SubjectEntry[]
  events: SubjectEvent[]
}

export interface AllocationRow {
  kind: string
  subject: string
  currency: string
  amount: number
}

export interface BreakOfLine {
  breakId: string
  class: string
  booked: number
}

/** One line with what it settled, what it was allocated to, and its breaks. */
export interface LineHistory {
  fileId: string
  lineNo: number
  sourceId: string
  sourceKind: string
  state: string
  kind: string
  matchKey: string
  contentHash: string
  amount: number
  fee: number
  vat: number
  net: number
  currency: string
  expectationId: string | null
  expectation: SettledExpectation | null
  allocations: AllocationRow[]
  breaks: BreakOfLine[]
  /**
   * What files that were matched before said of the same line, newest first; a later revision may have been before its earlier one. Read
   * for lines that are REPEATED or AMENDED only.
   */
  earlier: { contentHash: string; net: number; isLater: boolean }[]
}

export interface SettledExpectation {
  sourceId: string
  matchKey: string
  kind: string
  amount: number
  fee: number
  vat: number
  currency: string
  state: string
}

/** What an acquirer pays with one reference, and what lines, allocations and breaks say of it. */
export interface AcquirerBatchHistory {
  sourceId: string
  batchRef: string
  currency: string
  /** Null: lines name the batch, and it has no row. */
  row: { net: number; allocated: number; moved: number } | null
  /** What its lines booked, or carried into it. */
  linesNet: bigint
  allocated: bigint
}

export interface BreakRow {
  breakId: string
  subject: string
  class: string
  sourceId: string
  fileId: string | null
  lineNo: number | null
  batchRef: string | null
  booked: number
  remaining: number
  currency: string
  isClosed: boolean
  state: string
  version: number
  eventCount: number
}

export interface BreakActionRow {
  sequence: number
  actor: string
  action: string
  account: string | null
  target: string | null
  amount: number | null
  reason: string
  eventId: string | null
}

/** Everything the database says about one break. */
export interface BreakHistory {
  break: BreakRow
  /** In the order of their sequence. */
  actions: BreakActionRow[]
  /** Under its own events, or those of its actions, and with it as their subject. */
  entries: SubjectEntry[]
  events: SubjectEvent[]
  /** Of the acquirer, that follow from its actions. */
  corrections: ExpectationRow[]
  /** Of the acquirer, by their ids: what its actions settled on acquirer_receivable, as far as it is there. */
  corrected: ReadonlyMap<string, ExpectationRow>
  /** Of merchants, that follow from its actions. */
  items: { itemId: string; eventId: string; type: string; merchantId: string; currency: string; net: number }[]
  /** What the audit log says was done with it, in its order. */
  audited: { actor: string; role: string | null }[]
  /** Whether the line, expectation, batch or payout that it is about exists. */
  hasSubject: boolean
}

export interface OpenTransfer {
  reference: string
  currency: string
  lines: number
  /** Signed as the lines. */
  amount: bigint
}

/** What reconciliation holds, besides single rows. */
export interface ReconSums {
  /** Fee and VAT of settled expectations without those that were given up, under their accounts. */
  settledCharges: Balances
  /** Transfers of ours whose lines do not add up to 0: one of the two has not come. */
  openTransfers: OpenTransfer[]
  /** How many entries move recon_suspense. */
  suspenseEntryCount: number
}

/** What an entry moved on an account: debit positive. */
export const movedBy = (account: string, { debitAccount, creditAccount, amount }: EntryRow): number =>
  (debitAccount === account ? amount : 0) - (creditAccount === account ? amount : 0)

/** The side of an entry that is not this account. */
export const otherSide = (account: string, { debitAccount, creditAccount }: EntryRow): string =>
  debitAccount === account ? creditAccount : debitAccount

export { RECEIVABLE }
