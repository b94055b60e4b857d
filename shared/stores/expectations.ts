/** The tables `recon_expectation` and `acquirer_terms`: what is expected of an acquirer, and by which terms. */
import type { ExpectationState, RefundFee, VatMode } from '../contracts/lists.ts'
import type { AcquirerTerms } from '../domain/settlement-terms.ts'
import type { Transaction } from '../payments/ports.ts'
import type { AcquirerTermsReader, Expectation, Expectations } from '../settlement/ports.ts'
import type { Database } from './database.ts'

const COLUMNS = `expectation_id, source_id, match_key, kind, event_id, payment_id, amount, fee, vat, currency, due_on, state,
  recorded_at`

/** Of an expectation that no line has met. */
const BEGINS_AS: ExpectationState = 'OPEN'

interface TermsRow {
  valid_from: Date
  fee_bp: number
  vat_mode: VatMode
  refund_fee: RefundFee
  delay_days: number
  timezone: string
  calendar: string
  dispute_fee: number
}

export class ExpectationTable implements Expectations, AcquirerTermsReader {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, expectations: readonly Expectation[], nowMs: number): Promise<void> {
    for (const expectation of expectations) {
      const row = [
        expectation.expectationId,
        expectation.sourceId,
        expectation.matchKey,
        expectation.kind,
        expectation.eventId,
        expectation.paymentId,
        expectation.amountMinor,
        expectation.feeMinor,
        expectation.vatMinor,
        expectation.currency,
        expectation.dueOn,
        BEGINS_AS,
        new Date(nowMs),
      ]
      this.#database.insertLater(`INSERT INTO recon_expectation (${COLUMNS}) VALUES`, row, tx)
    }
  }

  async listAcquirerTerms(tx: Transaction, sourceId: string): Promise<AcquirerTerms[]> {
    const rows = await this.#database.select<TermsRow>(
      `SELECT valid_from, fee_bp, vat_mode, refund_fee, delay_days, timezone, calendar, dispute_fee FROM acquirer_terms
       WHERE source_id = ?`,
      [sourceId],
      tx,
    )
    return rows.map(row => ({
      validFromMs: row.valid_from.getTime(),
      feeBasisPoints: row.fee_bp,
      vatMode: row.vat_mode,
      refundFee: row.refund_fee,
      delayDays: row.delay_days,
      timezone: row.timezone,
      calendar: row.calendar,
      disputeFeeMinor: row.dispute_fee,
    }))
  }
}
