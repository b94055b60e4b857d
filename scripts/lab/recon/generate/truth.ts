/** What the generator gives: rows for the books, files, what is to be done when, and what must be found. Amounts are minor units. */
import type { Currency } from './money.ts'

export const foundClasses = [
  'DUPLICATE',
  'MISSING_HERE',
  'STATUS',
  'CURRENCY',
  'AMOUNT_OVER',
  'AMOUNT_UNDER',
  'FEE',
  'DATE',
  'MISSING_THERE',
  'AMENDED',
  'OVER_DISPUTED',
] as const
export type FoundClass = (typeof foundClasses)[number]

/**
 * What must be found. A subject is `op:ID:KIND` of the acquirer's lines and of expectations, `batch:REFERENCE` of the acquirer's batches,
 * `payout:ID`, `bank:TEXT` of a line of the bank by its remittance, `opening:SOURCE:CURRENCY`, `file:NAME`.
 */
export interface TruthRow {
  subject: string
  /** The same by other names, where a break may be about the line or about what it is for. */
  orSubject?: string
  /** MATCHED: no break, and the line of the bank is for `target`. REJECTED: the file is refused whole. */
  class: FoundClass | 'MATCHED' | 'REJECTED'
  currency: string
  /** What the break holds on the suspense account at the end, debit positive, as text. */
  amount: string
  /** What it put there first. */
  booked: string
  /** Whether the system has closed it by itself. */
  closed: boolean
  mutation: string
  /** False: a line of the bank without a reference. */
  keyed: boolean
  /** Of a line without a reference: what it is for; several, when nobody can tell. */
  targets?: string[]
}

export interface ExpectationRow {
  expectationId: string
  operationId: string
  kind: 'capture' | 'refund'
  eventId: string
  paymentId: string
  amount: number
  fee: number
  vat: number
  currency: Currency
  dueOn: string
}

/** A payment of which something is charged back. */
export interface PaymentRow {
  paymentId: string
  merchantId: string
  currency: Currency
  amount: number
  captured: number
  refunded: number
  /** A refund that is under way. */
  pendingOperationId: string | null
  atMs: number
}

/** From when on a dispute costs a merchant so much. */
export interface MerchantTermsRow {
  merchantId: string
  currency: Currency
  validFromMs: number
  disputeFee: number
}

/** From when on the acquirer takes so much for a dispute. */
export interface AcquirerTermsRow {
  validFromMs: number
  disputeFee: number
}

/** A dispute that must be there at the end. */
export interface DisputeTruth {
  /** By what the acquirer may call it: of two captures of which either may be disputed, both. */
  externalRefs: string[]
  paymentId: string
  merchantId: string
  currency: Currency
  amount: number
  /** What the merchant is charged for it. */
  fee: number
  state: 'OPEN' | 'WON' | 'LOST'
  mutation: string
}

export interface EntryRow {
  entryId: string
  paymentId: string | null
  subjectId: string | null
  eventId: string
  type: 'capture' | 'refund' | 'payout' | 'payout_failed'
  debit: string
  credit: string
  amount: number
  currency: Currency
  atMs: number
}

export interface OperationRow {
  operationId: string
  paymentId: string
  merchantId: string
  kind: 'capture' | 'refund'
  amount: number
  currency: Currency
  state: 'PENDING' | 'SUCCEEDED' | 'DECLINED'
  atMs: number
}

export interface PayoutRow {
  payoutId: string
  batchId: string
  fileId: string | null
  merchantId: string
  amount: number
  currency: Currency
  state: 'SENT' | 'CONFIRMED' | 'FAILED' | 'CANCELED'
  /** The day on which its batch is due and the bank pays it. */
  dueOn: string
  atMs: number
}

export interface PayoutFileRow {
  fileId: string
  currency: Currency
  executeOn: string
  count: number
  total: number
  atMs: number
}

export interface BookRows {
  merchantTerms: MerchantTermsRow[]
  acquirerTerms: AcquirerTermsRow[]
  payments: PaymentRow[]
  expectations: ExpectationRow[]
  entries: EntryRow[]
  operations: OperationRow[]
  payouts: PayoutRow[]
  payoutFiles: PayoutFileRow[]
}

export const noRows = (): BookRows => ({
  merchantTerms: [],
  acquirerTerms: [],
  payments: [],
  expectations: [],
  entries: [],
  operations: [],
  payouts: [],
  payoutFiles: [],
})

/** A name that stands for the accounts of all merchants has no colon. */
export const accounts = [
  'acquirer_receivable',
  'cash_in_transit',
  'recon_suspense',
  'payout_in_transit',
  'cash',
  'cash_safeguarded',
  'acquirer_fee',
  'vat_receivable',
  'merchant_payable',
  'dispute_fee',
] as const
export type Account = (typeof accounts)[number]

/** Debits less credits, by currency and account. */
export type Balances = Record<Currency, Record<Account, number>>

export type SourceId = 'acquirer' | 'bank-operating' | 'bank-safeguarded'

/** In the order in which they are done. `day` is over when its step is done. */
export type Step =
  /** What is captured before is not settled. */
  | { kind: 'begin'; settledFromMs: number }
  | { kind: 'books'; day: string; rows: BookRows }
  | {
      kind: 'file'
      day: string
      sourceId: SourceId
      name: string
      bytes: Buffer
      /** KNOWN: the same bytes again, which change nothing. */
      becomes: 'DONE' | 'REJECTED' | 'KNOWN'
      /** It was refused before, and is to begin anew. */
      again?: true
    }
  | { kind: 'match' | 'age'; day: string }
  /** Somebody gives the dispute of this capture up. */
  | { kind: 'lose'; day: string; externalRef: string }
  | { kind: 'truth'; row: TruthRow }
  | { kind: 'dispute'; row: DisputeTruth }
  | { kind: 'balances'; balances: Balances; planted: Record<string, number>; unplanted: string[]; lines: number }
