/** The table `booked_defaults`, one row: the defaults that the first event was booked by. Written once, never changed. */
import type { Transaction } from '../payments/ports.ts'
import { type BookedDefaults, type BookedTerms, DefaultsChangedError } from '../settlement/ports.ts'
import type { Database } from './database.ts'

interface Row {
  vat_mode: BookedTerms['vatMode']
  refund_fee: BookedTerms['refundFee']
}

export class BookedDefaultsTable implements BookedDefaults {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async read(tx?: Transaction): Promise<BookedTerms | undefined> {
    const [row] = await this.#database.select<Row>(
      'SELECT vat_mode, refund_fee FROM booked_defaults WHERE id = 1',
      [],
      tx,
    )
    return row && { vatMode: row.vat_mode, refundFee: row.refund_fee }
  }

  async keep(tx: Transaction, configured: BookedTerms, nowMs: number): Promise<void> {
    const booked = (await this.read(tx)) ?? (await this.#begin(tx, configured, nowMs))
    if (isOther(booked, configured)) throw new DefaultsChangedError(booked, configured)
  }

  /** One at a time: whoever locks a row that is always there may write the first one. */
  async #begin(tx: Transaction, { vatMode, refundFee }: BookedTerms, nowMs: number): Promise<BookedTerms> {
    await this.#database.select('SELECT id FROM settlement_start WHERE id = 1 FOR UPDATE', [], tx)
    const first = await this.read(tx)
    if (first !== undefined) return first
    const row = [1, vatMode, refundFee, new Date(nowMs)]
    await this.#database.write('INSERT INTO booked_defaults (id, vat_mode, refund_fee, added_at) VALUES (?)', [row], tx)
    return { vatMode, refundFee }
  }
}

const isOther = (one: BookedTerms, other: BookedTerms): boolean =>
  one.vatMode !== other.vatMode || one.refundFee !== other.refundFee
