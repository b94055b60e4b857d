/** The table `settlement_terms`. Rows are inserted and read, never changed. */
import type { RefundFee, SettlementCycle, VatMode } from '../contracts/lists.ts'
import type { DatedTerms } from '../domain/settlement-terms.ts'
import type { Transaction } from '../payments/ports.ts'
import type { TermsReader, TermsWriter } from '../settlement/ports.ts'
import type { Database } from './database.ts'

interface Row {
  merchant_id: string
  currency: string
  valid_from: Date
  cycle: SettlementCycle
  delay_days: number
  cutoff: string
  timezone: string
  calendar: string
  vat_mode: VatMode
  refund_fee: RefundFee
  payout_min: number
  reserve_bp: number
  reserve_days: number
  invoice_after_days: number | null
  dispute_fee: number
  account_token: string | null
  held_reason: string | null
}

const COLUMNS = `merchant_id, currency, valid_from, cycle, delay_days, cutoff, timezone, calendar, vat_mode, refund_fee, payout_min,
  reserve_bp, reserve_days, invoice_after_days, dispute_fee, account_token, held_reason`

const termsOf = (row: Row): DatedTerms => ({
  merchantId: row.merchant_id,
  currency: row.currency,
  validFromMs: row.valid_from.getTime(),
  cycle: row.cycle,
  delayDays: row.delay_days,
  cutoff: row.cutoff,
  timezone: row.timezone,
  calendar: row.calendar,
  vatMode: row.vat_mode,
  refundFee: row.refund_fee,
  payoutMinMinor: row.payout_min,
  reserveBasisPoints: row.reserve_bp,
  reserveDays: row.reserve_days,
  invoiceAfterDays: row.invoice_after_days,
  disputeFeeMinor: row.dispute_fee,
  accountToken: row.account_token,
  heldReason: row.held_reason,
})

export class SettlementTermsTable implements TermsReader, TermsWriter {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async listTerms(tx: Transaction | undefined, merchantIds: readonly string[]): Promise<DatedTerms[]> {
    const rows = await this.#database.select<Row>(
      `SELECT ${COLUMNS} FROM settlement_terms WHERE merchant_id IN (?)`,
      [merchantIds],
      tx,
    )
    return rows.map(termsOf)
  }

  /** Of one merchant or of all, by merchant, currency and time, at most `limit`. */
  async listInOrder(merchantId: string | undefined, limit: number): Promise<DatedTerms[]> {
    const condition = merchantId === undefined ? '' : 'WHERE merchant_id = ?'
    const rows = await this.#database.select<Row>(
      `SELECT ${COLUMNS} FROM settlement_terms ${condition} ORDER BY merchant_id, currency, valid_from LIMIT ?`,
      [...(merchantId === undefined ? [] : [merchantId]), limit],
    )
    return rows.map(termsOf)
  }

  async lockTerms(tx: Transaction): Promise<void> {
    // A row that is always there. Those of a merchant would not do: the first terms have none before them.
    await this.#database.select('SELECT id FROM settlement_start WHERE id = 1 FOR UPDATE', [], tx)
  }

  async insertTerms(tx: Transaction, terms: DatedTerms, addedBy: string, nowMs: number): Promise<void> {
    const row = [
      ...[terms.merchantId, terms.currency, new Date(terms.validFromMs), terms.cycle, terms.delayDays, terms.cutoff],
      ...[terms.timezone, terms.calendar, terms.vatMode, terms.refundFee, terms.payoutMinMinor],
      ...[terms.reserveBasisPoints, terms.reserveDays, terms.invoiceAfterDays, terms.disputeFeeMinor],
      ...[terms.accountToken, terms.heldReason, addedBy, new Date(nowMs)],
    ]
    await this.#database.write(`INSERT INTO settlement_terms (${COLUMNS}, added_by, added_at) VALUES (?)`, [row], tx)
  }
}
