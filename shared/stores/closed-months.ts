/** The tables `closed_month` and `closed_month_account`. Rows are inserted and read, never changed. */
import type { AccountTotal, ClosedMonth, ClosedMonths } from '../books/ports.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Database } from './database.ts'

interface MonthRow {
  month: string
  known_until: Date
  entry_count: number
  open_breaks: number
  closed_by: string
  reason: string
  closed_at: Date
}

/** Sums come as text. */
interface FigureRow {
  account: string
  currency: string
  debits: string
  credits: string
}

const COLUMNS = 'month, known_until, entry_count, open_breaks, closed_by, reason, closed_at'
/** Rows of one statement. */
const CHUNK_ROWS = 1_000

export class ClosedMonthTables implements ClosedMonths {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(): Promise<ClosedMonth[]> {
    return (await this.#database.select<MonthRow>(`SELECT ${COLUMNS} FROM closed_month ORDER BY month`, [])).map(
      monthOf,
    )
  }

  async figures(month: string): Promise<AccountTotal[]> {
    const rows = await this.#database.select<FigureRow>(
      'SELECT account, currency, debits, credits FROM closed_month_account WHERE month = ? ORDER BY currency, account',
      [month],
    )
    return rows.map(figureOf)
  }

  /** The month's row first: its key decides who writes figures. */
  async insert(tx: Transaction, closed: ClosedMonth, figures: readonly AccountTotal[]): Promise<void> {
    const { month, knownUntilMs, entryCount, openBreaks, closedBy, reason, closedAtMs } = closed
    const row = [month, new Date(knownUntilMs), entryCount, openBreaks, closedBy, reason, new Date(closedAtMs)]
    await this.#database.write(`INSERT INTO closed_month (${COLUMNS}) VALUES (?)`, [row], tx)
    for (let from = 0; from < figures.length; from += CHUNK_ROWS) {
      const rows = figures.slice(from, from + CHUNK_ROWS).map(figure => rowOf(month, figure))
      const insert = 'INSERT INTO closed_month_account (month, account, currency, debits, credits) VALUES ?'
      await this.#database.write(insert, [rows], tx)
    }
  }
}

const rowOf = (month: string, { account, currency, debitsMinor, creditsMinor }: AccountTotal): string[] => [
  ...[month, account, currency],
  ...[String(debitsMinor), String(creditsMinor)],
]

const monthOf = (row: MonthRow): ClosedMonth => ({
  month: row.month,
  knownUntilMs: row.known_until.getTime(),
  entryCount: row.entry_count,
  openBreaks: row.open_breaks,
  closedBy: row.closed_by,
  reason: row.reason,
  closedAtMs: row.closed_at.getTime(),
})

const figureOf = (row: FigureRow): AccountTotal => ({
  account: row.account,
  currency: row.currency,
  debitsMinor: BigInt(row.debits),
  creditsMinor: BigInt(row.credits),
})
