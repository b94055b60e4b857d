/** The table `settlement_funds`, and what the books and the bank's statements say about the end of a day. */
import type {
  DayOfFunds,
  Funds,
  FundsAtClose,
  FundsBooks,
  FundsDays,
  OwedFunds,
  SafeguardedFunds,
} from '../books/ports.ts'
import type { Transaction } from '../payments/ports.ts'
import type { AccountKey } from '../settlement/ports.ts'
import { AccountBalanceTables } from './account-balances.ts'
import type { Database, QueryRows, SqlValue } from './database.ts'
import { dayIn } from './days.ts'
import { JournalTable } from './journal.ts'

/** Sums come as text. */
interface FundsRow {
  day: Date
  currency: string
  required: string
  safeguarded: string
  statement_day: Date | null
  calculated_at: Date
}

interface ClosedRow {
  merchant_id: string
  currency: string
  net: string
}

interface StatementRow {
  day: Date
  currency: string
  closing: number
}

const COLUMNS = 'day, currency, required, safeguarded, statement_day, calculated_at'

export class FundsTable implements FundsDays {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async lastDay(): Promise<string | undefined> {
    const [row] = await this.#database.select<{ last: Date | null }>(
      'SELECT MAX(day) AS last FROM settlement_funds',
      [],
    )
    return row!.last === null ? undefined : dayIn(row!.last)
  }

  async insert(tx: Transaction, rows: readonly DayOfFunds[]): Promise<void> {
    const values = rows.map(row => [
      ...[row.day, row.currency, String(row.requiredMinor), String(row.safeguardedMinor), row.statementDay],
      new Date(row.calculatedAtMs),
    ])
    await this.#database.write(`INSERT INTO settlement_funds (${COLUMNS}) VALUES ?`, [values], tx)
  }

  listNewest(limit: number): Promise<DayOfFunds[]> {
    return this.#select('TRUE ORDER BY day DESC, currency LIMIT ?', [limit])
  }

  listWithoutStatement(fromDay: string): Promise<DayOfFunds[]> {
    return this.#select('day >= ? AND (statement_day IS NULL OR statement_day < day) ORDER BY day, currency', [fromDay])
  }

  async correct({ day, currency, safeguardedMinor, statementDay }: DayOfFunds): Promise<void> {
    await this.#database.write(
      'UPDATE settlement_funds SET safeguarded = ?, statement_day = ? WHERE day = ? AND currency = ?',
      [String(safeguardedMinor), statementDay, day, currency],
    )
  }

  async #select(condition: string, values: readonly SqlValue[]): Promise<DayOfFunds[]> {
    const rows = await this.#database.select<FundsRow>(
      `SELECT ${COLUMNS} FROM settlement_funds WHERE ${condition}`,
      values,
    )
    return rows.map(fundsOf)
  }
}

const fundsOf = (row: FundsRow): DayOfFunds => ({
  day: dayIn(row.day),
  currency: row.currency,
  requiredMinor: BigInt(row.required),
  safeguardedMinor: BigInt(row.safeguarded),
  statementDay: row.statement_day && dayIn(row.statement_day),
  calculatedAtMs: row.calculated_at.getTime(),
})

/** Behind every day. */
const NO_END_MS = Date.UTC(9999, 0)
const PAGE_ACCOUNTS = 200
const PAGE_ENTRIES = 2_000

const PAYABLE = 'merchant_payable:'
const RESERVE = 'merchant_reserve:'
const IN_TRANSIT = 'payout_in_transit'

/** In closed batches that no payout paid at a moment: by those that stand so now, and by those that were paid by a payout made later. */
const UNPAID = `b.closed_at < ? AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.batch_id = b.batch_id AND p.created_at < ?
  AND (p.state NOT IN ('FAILED', 'CANCELED') OR p.updated_at >= ?))`
const CLOSED_FUNDS = `SELECT b.merchant_id, b.currency, SUM(b.net) AS net FROM settlement_batch b
    WHERE b.state IN ('CLOSED', 'HELD') AND ${UNPAID} GROUP BY b.merchant_id, b.currency
  UNION ALL
  SELECT b.merchant_id, b.currency, SUM(b.net) AS net FROM payout made JOIN settlement_batch b ON b.batch_id = made.batch_id
    WHERE made.created_at >= ? AND made.state IN ('PAID', 'RETURNED') AND b.state = 'PAID' AND ${UNPAID}
    GROUP BY b.merchant_id, b.currency`

export class FundsBooksTables implements FundsBooks {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** What the accounts hold now, less what moved since: entries of a day that has just ended are few. */
  readAt(closeMs: number): Promise<FundsAtClose> {
    return this.#database.onOneConnection(async query => {
      await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', [])
      await query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY', [])
      const reading = readingOf(query)
      const balances = new AccountBalanceTables(reading)
      const later = await movedSince(new JournalTable(reading), closeMs)
      const payable = new Map<string, Owed>()
      for await (const { account, currency, minor } of creditsOn(PAYABLE, balances, later))
        payable.set(nameOf(account, currency), { account, currency, payableMinor: minor, closedMinor: 0n })
      await addClosed(query, payable, new Date(closeMs))
      return {
        owed: [...payable.values()].map(owedOf),
        reserved: await summed(creditsOn(RESERVE, balances, later)),
        inTransit: await summed(creditsOn(IN_TRANSIT, balances, later)),
      }
    })
  }

  async statementUpTo(day: string): Promise<SafeguardedFunds | undefined> {
    const [newest] = await this.#database.select<{ file_id: string; day: Date }>(
      `SELECT f.file_id, f.day FROM recon_file f JOIN recon_source s ON s.source_id = f.source_id
       WHERE s.account = 'cash_safeguarded' AND f.state IN ('PARSED', 'MATCHING', 'DONE') AND f.day <= ?
       ORDER BY f.day DESC, f.revision DESC LIMIT 1`,
      [day],
    )
    if (newest === undefined) return undefined
    const rows = await this.#database.select<StatementRow>(
      'SELECT currency, closing FROM recon_file_total WHERE file_id = ? AND closing IS NOT NULL',
      [newest.file_id],
    )
    const balances = rows.map(({ currency, closing }) => ({ currency, amountMinor: BigInt(closing) }))
    return { day: dayIn(newest.day), balances }
  }
}

type Owed = Omit<OwedFunds, 'merchantId'> & { account: string }

const owedOf = ({ account, ...owed }: Owed): OwedFunds => ({ ...owed, merchantId: account.slice(PAYABLE.length) })

const nameOf = (account: string, currency: string): string => `${account} ${currency}`

/** What the tables need of a database, on the one connection, which only reads. */
const readingOf = (query: QueryRows): Pick<Database, 'select' | 'write'> => ({
  select: async <R>(sql: string, values: readonly SqlValue[]) => (await query(sql, [...values])) as R[],
  write: async () => Promise.reject(new Error('nothing is written while funds are read')),
})

/** What was credited to these accounts, less what was debited, from that moment on. */
async function movedSince(journal: JournalTable, fromMs: number): Promise<Map<string, bigint>> {
  const moved = new Map<string, bigint>()
  const add = (account: string, currency: string, minor: number) => {
    if (![PAYABLE, RESERVE, IN_TRANSIT].some(prefix => account.startsWith(prefix))) return
    const name = nameOf(account, currency)
    moved.set(name, (moved.get(name) ?? 0n) + BigInt(minor))
  }
  let page = await journal.listEntries({ fromMs, toMs: NO_END_MS }, PAGE_ENTRIES)
  while (page.length > 0) {
    for (const { debitAccount, creditAccount, currency, amountMinor } of page) {
      add(creditAccount, currency, amountMinor)
      add(debitAccount, currency, -amountMinor)
    }
    page = await journal.listEntries({ fromMs, toMs: NO_END_MS }, PAGE_ENTRIES, page.at(-1))
  }
  return moved
}

/** Of each account that begins so: all that was ever recorded, but what moved since. */
async function* creditsOn(prefix: string, balances: AccountBalanceTables, later: ReadonlyMap<string, bigint>) {
  let after: AccountKey | undefined
  do {
    const page = await balances.listAccounts(prefix, after, PAGE_ACCOUNTS)
    const sums = page.length === 0 ? [] : await balances.sumsAt(page, NO_END_MS)
    for (const { account, currency, creditsMinor, debitsMinor } of sums)
      yield { account, currency, minor: creditsMinor - debitsMinor - (later.get(nameOf(account, currency)) ?? 0n) }
    after = page.at(PAGE_ACCOUNTS - 1)
  } while (after !== undefined)
}

async function summed(credits: AsyncIterable<{ currency: string; minor: bigint }>): Promise<Funds[]> {
  const sums = new Map<string, bigint>()
  for await (const { currency, minor } of credits) sums.set(currency, (sums.get(currency) ?? 0n) + minor)
  return [...sums].map(([currency, amountMinor]) => ({ currency, amountMinor }))
}

async function addClosed(query: QueryRows, payable: Map<string, Owed>, close: Date): Promise<void> {
  const unpaid = [close, close, close]
  for (const row of (await query(CLOSED_FUNDS, [...unpaid, close, ...unpaid])) as ClosedRow[]) {
    const account = `${PAYABLE}${row.merchant_id}`
    const name = nameOf(account, row.currency)
    const owed = payable.get(name) ?? { account, currency: row.currency, payableMinor: 0n, closedMinor: 0n }
    payable.set(name, { ...owed, closedMinor: owed.closedMinor + BigInt(row.net) })
  }
}
