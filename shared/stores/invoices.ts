/** The tables `merchant_invoice` and `negative_balance`: what merchants owe us. */
import type { InvoiceState } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Account, Invoice, Invoices, NegativeBalances } from '../settlement/ports.ts'
import type { Database } from './database.ts'
import { dayIn } from './days.ts'

interface InvoiceRow {
  invoice_id: string
  merchant_id: string
  currency: string
  amount: number
  deducted: number
  collected: number
  lost: number
  remaining: number
  state: InvoiceState
  negative_since: Date
  event_count: number
  invoiced_at: Date
}

const COLUMNS = `invoice_id, merchant_id, currency, amount, deducted, collected, lost, remaining, state, negative_since, event_count,
  invoiced_at`

const invoiceOf = (row: InvoiceRow): Invoice => ({
  invoiceId: row.invoice_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  amountMinor: row.amount,
  deductedMinor: row.deducted,
  collectedMinor: row.collected,
  lostMinor: row.lost,
  remainingMinor: row.remaining,
  state: row.state,
  negativeSince: dayIn(row.negative_since),
  eventCount: row.event_count,
  invoicedAtMs: row.invoiced_at.getTime(),
})

export class InvoiceTable implements Invoices {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, invoice: Invoice): Promise<void> {
    const row = [
      ...[invoice.invoiceId, invoice.merchantId, invoice.currency, invoice.amountMinor, invoice.deductedMinor],
      ...[invoice.collectedMinor, invoice.lostMinor, invoice.remainingMinor, invoice.state, invoice.negativeSince],
      ...[invoice.eventCount, new Date(invoice.invoicedAtMs)],
    ]
    this.#database.insertLater(`INSERT INTO merchant_invoice (${COLUMNS}) VALUES`, row, tx)
  }

  async lock(tx: Transaction, invoiceId: string): Promise<Invoice | undefined> {
    const rows = await this.#select('invoice_id = ? FOR UPDATE', [invoiceId], tx)
    return rows[0]
  }

  lockOpen(tx: Transaction, { merchantId, currency }: Account, limit: number): Promise<Invoice[]> {
    const open = "merchant_id = ? AND currency = ? AND state = 'OPEN' ORDER BY invoice_id LIMIT ? FOR UPDATE"
    return this.#select(open, [merchantId, currency, limit], tx)
  }

  async update(tx: Transaction, invoice: Invoice): Promise<void> {
    const { deductedMinor, collectedMinor, lostMinor, remainingMinor, state, eventCount, invoiceId } = invoice
    this.#database.writeLater(
      `UPDATE merchant_invoice SET deducted = ?, collected = ?, lost = ?, remaining = ?, state = ?, event_count = ?
       WHERE invoice_id = ?`,
      [deductedMinor, collectedMinor, lostMinor, remainingMinor, state, eventCount, invoiceId],
      tx,
    )
  }

  /** Of a merchant, or of all. */
  listNewest(merchantId: string | undefined, limit: number): Promise<Invoice[]> {
    const newest = 'ORDER BY invoice_id DESC LIMIT ?'
    return merchantId === undefined
      ? this.#select(`TRUE ${newest}`, [limit])
      : this.#select(`merchant_id = ? ${newest}`, [merchantId, limit])
  }

  async #select(condition: string, values: Parameters<Database['select']>[1], tx?: Transaction): Promise<Invoice[]> {
    const sql = `SELECT ${COLUMNS} FROM merchant_invoice WHERE ${condition}`
    return (await this.#database.select<InvoiceRow>(sql, values, tx)).map(invoiceOf)
  }
}

interface NegativeRow {
  merchant_id: string
  currency: string
  since: Date
}

/** An account has one row, from the first time that it is negative on. */
export class NegativeBalanceTable implements NegativeBalances {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async lock(tx: Transaction, { merchantId, currency }: Account): Promise<{ since: string | null } | undefined> {
    const [row] = await this.#database.select<{ since: Date | null }>(
      'SELECT since FROM negative_balance WHERE merchant_id = ? AND currency = ? FOR UPDATE',
      [merchantId, currency],
      tx,
    )
    return row && { since: row.since && dayIn(row.since) }
  }

  async insert(tx: Transaction, { merchantId, currency }: Account, since: string): Promise<void> {
    const row = [merchantId, currency, since]
    this.#database.insertLater('INSERT INTO negative_balance (merchant_id, currency, since) VALUES', row, tx)
  }

  async update(tx: Transaction, { merchantId, currency }: Account, since: string | null): Promise<void> {
    this.#database.writeLater(
      'UPDATE negative_balance SET since = ? WHERE merchant_id = ? AND currency = ?',
      [since, merchantId, currency],
      tx,
    )
  }

  async listNegative(
    limit: number,
    after: Account = { merchantId: '', currency: '' },
  ): Promise<(Account & { since: string })[]> {
    const rows = await this.#database.select<NegativeRow>(
      `SELECT merchant_id, currency, since FROM negative_balance
       WHERE since IS NOT NULL AND (merchant_id > ? OR (merchant_id = ? AND currency > ?))
       ORDER BY merchant_id, currency LIMIT ?`,
      [after.merchantId, after.merchantId, after.currency, limit],
    )
    return rows.map(row => ({ merchantId: row.merchant_id, currency: row.currency, since: dayIn(row.since) }))
  }
}
