/** The entries of one account in `ledger_entry`, by their places in its two indexes, and the balance at a place. */
import type { AccountHistory, AccountKey, EntryPlace, RecordedMovement } from '../settlement/ports.ts'
import { AccountBalanceTables } from './account-balances.ts'
import type { Database, SqlValue } from './database.ts'

type Side = 'debit' | 'credit'
const sides = ['debit', 'credit'] as const

interface Part {
  sql: string
  values: SqlValue[]
}

interface MovementRow {
  entry_id: string
  entry_type: string
  debit_account: string
  credit_account: string
  amount: number
  currency: string
  occurred_at: Date
  recorded_at: Date
  event_id: string
  payment_id: string | null
  subject_id: string | null
  batch_id: string | null
}

const COLUMNS = `l.entry_id, l.entry_type, l.debit_account, l.credit_account, l.amount, l.currency, l.occurred_at, l.recorded_at,
  l.event_id, l.payment_id, l.subject_id, p.batch_id`
/** The batch of a payout leads to it. */
const JOIN_PAYOUT = 'LEFT JOIN payout p ON p.payout_id = l.subject_id'

/** As ranges, because with `column = ?` the walk would begin at the end of the account instead of at the place. */
const OF_ACCOUNT = (side: Side): string =>
  `e.${side}_account >= ? AND e.${side}_account <= ? AND e.currency >= ? AND e.currency <= ?`

const valuesOf = ({ account, currency }: AccountKey): SqlValue[] => [account, account, currency, currency]

const BEFORE = 'e.recorded_at <= ? AND (e.recorded_at < ? OR e.amount < ? OR (e.amount = ? AND e.entry_id < ?))'
const AFTER = 'e.recorded_at >= ? AND (e.recorded_at > ? OR e.amount > ? OR (e.amount = ? AND e.entry_id > ?))'

const placeValues = ({ recordedAtMs, amountMinor, entryId }: EntryPlace): SqlValue[] => {
  const at = new Date(recordedAtMs)
  return [at, at, amountMinor, amountMinor, entryId]
}

const orderOf = (side: Side, way: '' | ' DESC'): string =>
  [`e.${side}_account`, 'e.currency', 'e.recorded_at', 'e.amount', 'e.entry_id']
    .map(column => `${column}${way}`)
    .join(', ')

export class AccountHistoryTables implements AccountHistory {
  readonly #database: Pick<Database, 'select'>
  readonly #balances: AccountBalanceTables

  constructor(database: Pick<Database, 'select'>) {
    this.#database = database
    this.#balances = new AccountBalanceTables({
      select: (sql, values, tx) => database.select(sql, values, tx),
      write: () => Promise.reject(new Error('the history of an account is only read')),
    })
  }

  async entriesBefore(key: AccountKey, place: EntryPlace, limit: number): Promise<RecordedMovement[]> {
    const found = await this.#walk(key, BEFORE, ' DESC', place, limit)
    return found.sort((one, other) => inOrder(other, one)).slice(0, limit)
  }

  async entriesAfter(key: AccountKey, place: EntryPlace, limit: number): Promise<RecordedMovement[]> {
    const found = await this.#walk(key, AFTER, '', place, limit)
    return found.sort(inOrder).slice(0, limit)
  }

  async balanceBefore(key: AccountKey, place: EntryPlace): Promise<bigint> {
    const [earlier, sameTime] = await Promise.all([
      this.#balances.sumsAt([key], place.recordedAtMs - 1),
      this.#sumsOfTime(key, place),
    ])
    const { debitsMinor, creditsMinor } = earlier[0]!
    return debitsMinor - creditsMinor + sameTime
  }

  async entry(entryId: string): Promise<RecordedMovement | undefined> {
    const sql = `SELECT ${COLUMNS} FROM ledger_entry l ${JOIN_PAYOUT} WHERE l.entry_id = ?`
    const [row] = await this.#database.select<MovementRow>(sql, [entryId])
    return row && movementOf(row)
  }

  /** The rows of both sides, each found by its own index: more than `limit` are never needed of either. */
  async #walk(key: AccountKey, condition: string, way: '' | ' DESC', place: EntryPlace, limit: number) {
    const parts = sides.map(side => ({
      sql: `SELECT e.entry_id FROM ledger_entry e FORCE INDEX (ledger_entry_by_${side})
        WHERE ${OF_ACCOUNT(side)} AND ${condition} ORDER BY ${orderOf(side, way)} LIMIT ?`,
      values: [...valuesOf(key), ...placeValues(place), limit],
    }))
    const rows = await this.#database.select<MovementRow>(
      `SELECT ${COLUMNS} FROM (${united(parts)}) AS found STRAIGHT_JOIN ledger_entry l ON l.entry_id = found.entry_id
       ${JOIN_PAYOUT}`,
      parts.flatMap(({ values }) => values),
    )
    return rows.map(movementOf)
  }

  /** Debits less credits of the same millisecond that stand before the place. */
  async #sumsOfTime(key: AccountKey, { recordedAtMs, amountMinor, entryId }: EntryPlace): Promise<bigint> {
    const at = new Date(recordedAtMs)
    const parts = sides.map(side => ({
      sql: `SELECT '${side}' AS side, SUM(e.amount) AS total FROM ledger_entry e FORCE INDEX (ledger_entry_by_${side})
        WHERE e.${side}_account = ? AND e.currency = ? AND e.recorded_at = ? AND (e.amount < ? OR (e.amount = ? AND e.entry_id < ?))`,
      values: [key.account, key.currency, at, amountMinor, amountMinor, entryId],
    }))
    const rows = await this.#database.select<{ side: Side; total: string | null }>(
      united(parts),
      parts.flatMap(({ values }) => values),
    )
    const sumOf = (wanted: Side) => BigInt(rows.find(({ side }) => side === wanted)?.total ?? 0)
    return sumOf('debit') - sumOf('credit')
  }
}

const united = (parts: readonly Part[]): string => parts.map(({ sql }) => `(${sql})`).join(' UNION ALL ')

const movementOf = (row: MovementRow): RecordedMovement => ({
  entryId: row.entry_id,
  type: row.entry_type,
  debitAccount: row.debit_account,
  creditAccount: row.credit_account,
  amountMinor: row.amount,
  currency: row.currency,
  occurredAtMs: row.occurred_at.getTime(),
  recordedAtMs: row.recorded_at.getTime(),
  eventId: row.event_id,
  paymentId: row.payment_id,
  subjectId: row.subject_id,
  batchId: row.batch_id,
})

/** As the indexes have them: all characters of an id are ASCII. */
const inOrder = (one: EntryPlace, other: EntryPlace): number =>
  one.recordedAtMs - other.recordedAtMs ||
  one.amountMinor - other.amountMinor ||
  (one.entryId < other.entryId ? -1 : one.entryId > other.entryId ? 1 : 0)
