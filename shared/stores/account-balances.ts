/** The tables `account_snapshot` and `account_snapshot_pass`, and the sums of `ledger_entry` by account. Snapshots are inserted and read, never changed. */
import type { Transaction } from '../payments/ports.ts'
import type {
  AccountBalances,
  AccountKey,
  AccountSnapshot,
  AccountSnapshots,
  AccountSums,
  SnapshotPass,
} from '../settlement/ports.ts'
import type { Database, SqlValue } from './database.ts'

/** The columns of DECIMAL and of SUM come as text. */
interface SnapshotRow {
  account: string
  currency: string
  recorded_before: Date
  debits: string
  credits: string
  entry_count: number
}

interface SumRow {
  place: number
  side: Side
  total: string | null
  entries: number
}

interface PassRow {
  active_since: Date
  done_before: Date
  account: string
  currency: string
}

type Activity = AccountKey & { newestMs: number }

/** From `fromMs` up to, and without, `toMs`. */
interface Span extends AccountKey {
  fromMs: number
  toMs: number
}

interface Part {
  sql: string
  values: SqlValue[]
}

const sides = ['debit', 'credit'] as const
type Side = (typeof sides)[number]

/** Behind every character that a name may hold. */
const BEHIND_ALL = '\x7f'

/** Balances are also read with the statements of one connection. */
type Statements = Pick<Database, 'select' | 'write'>

export class AccountBalanceTables implements AccountBalances, AccountSnapshots {
  readonly #database: Statements

  constructor(database: Statements) {
    this.#database = database
  }

  async listAccounts(prefix: string, after: AccountKey | undefined, limit: number): Promise<AccountKey[]> {
    const found = await this.#activity(prefix, after, limit)
    return found.map(({ account, currency }) => ({ account, currency }))
  }

  listActivity(after: AccountKey | undefined, limit: number): Promise<Activity[]> {
    return this.#activity('', after, limit)
  }

  /** One look into both indexes for each: MariaDB may read all entries of the account for one statement about all currencies. */
  async listCurrencies(account: string): Promise<string[]> {
    const found: string[] = []
    for (;;) {
      const next = await this.#nextCurrency(account, found.at(-1) ?? '')
      if (next === undefined) return found
      found.push(next)
    }
  }

  async sumsAt(keys: readonly AccountKey[], atMs: number): Promise<AccountSums[]> {
    const snapshots = await this.#snapshotsUpTo(keys, atMs)
    const spans = snapshots.map(({ recordedBeforeMs, ...key }) => ({
      ...key,
      fromMs: recordedBeforeMs,
      toMs: atMs + 1,
    }))
    return (await this.#added(snapshots, spans)).map(({ recordedBeforeMs: _, ...sums }) => sums)
  }

  newestSnapshots(keys: readonly AccountKey[]): Promise<AccountSnapshot[]> {
    return this.#snapshotsUpTo(keys, Date.UTC(9999, 0))
  }

  async nextSnapshot(last: AccountSnapshot, entries: number, beforeMs: number): Promise<AccountSnapshot | undefined> {
    const span = { ...last, fromMs: last.recordedBeforeMs, toMs: beforeMs }
    const parts = sides.map(side => nth(side, span, entries))
    const times = (await this.#union<{ recorded_at: Date }>(parts)).map(row => row.recorded_at.getTime())
    if (times.length === 0) return undefined
    const recordedBeforeMs = Math.min(...times) + 1
    const [next] = await this.#added([last], [{ ...span, toMs: recordedBeforeMs }])
    return { ...next!, recordedBeforeMs }
  }

  async insert(tx: Transaction, snapshots: readonly AccountSnapshot[]): Promise<void> {
    const rows = snapshots.map(each => [
      each.account,
      each.currency,
      new Date(each.recordedBeforeMs),
      String(each.debitsMinor),
      String(each.creditsMinor),
      each.entryCount,
    ])
    await this.#database.write(`INSERT INTO account_snapshot (${COLUMNS}) VALUES ?`, [rows], tx)
  }

  async readPass(): Promise<SnapshotPass> {
    const [row] = await this.#database.select<PassRow>(
      'SELECT active_since, done_before, account, currency FROM account_snapshot_pass WHERE id = 1',
      [],
    )
    const { active_since: activeSince, done_before: doneBefore, account, currency } = row!
    const after = account === '' ? undefined : { account, currency }
    return { activeSinceMs: activeSince.getTime(), doneBeforeMs: doneBefore.getTime(), after }
  }

  async writePass({ activeSinceMs, doneBeforeMs, after }: SnapshotPass): Promise<void> {
    await this.#database.write(
      'UPDATE account_snapshot_pass SET active_since = ?, done_before = ?, account = ?, currency = ? WHERE id = 1',
      [new Date(activeSinceMs), new Date(doneBeforeMs), after?.account ?? '', after?.currency ?? ''],
    )
  }

  /** Skips from account to account in both indexes, wherever their entries are many. */
  async #activity(prefix: string, after: AccountKey | undefined, limit: number): Promise<Activity[]> {
    const end = `${prefix}${BEHIND_ALL}`
    const parts = sides.flatMap(side => {
      const rest = `AND ${side}_account < ? ${GROUPED[side]} LIMIT ?`
      if (after === undefined || after.account < prefix)
        return [{ sql: `${groups(side)} WHERE ${side}_account >= ? ${rest}`, values: [prefix, end, limit] }]
      const { account, currency } = after
      return [
        {
          sql: `${groups(side)} WHERE ${side}_account = ? AND currency > ? ${rest}`,
          values: [account, currency, end, limit],
        },
        { sql: `${groups(side)} WHERE ${side}_account > ? ${rest}`, values: [account, end, limit] },
      ]
    })
    return merged(await this.#union<ActivityRow>(parts)).slice(0, limit)
  }

  async #nextCurrency(account: string, after: string): Promise<string | undefined> {
    const parts = sides.map(side => ({
      sql: `SELECT MIN(currency) AS next FROM ledger_entry WHERE ${side}_account = ? AND currency > ?`,
      values: [account, after],
    }))
    const rows = await this.#union<{ next: string | null }>(parts)
    return rows.flatMap(({ next }) => next ?? []).sort()[0]
  }

  async #snapshotsUpTo(keys: readonly AccountKey[], atMs: number): Promise<AccountSnapshot[]> {
    const rows = await this.#union<SnapshotRow>(keys.map(key => newestUpTo(key, atMs)))
    const found = new Map(rows.map(row => [nameOf(row), snapshotOf(row)]))
    return keys.map(key => found.get(nameOf(key)) ?? ofNothing(key))
  }

  /** The snapshots, with the entries of the spans at the same places added. */
  async #added(snapshots: readonly AccountSnapshot[], spans: readonly Span[]): Promise<AccountSnapshot[]> {
    const added = snapshots.map(snapshot => ({ ...snapshot }))
    const parts = spans.flatMap((span, place) => sides.map(side => sumOf(side, span, place)))
    for (const { place, side, total, entries } of await this.#union<SumRow>(parts)) {
      const sums = added[place]!
      sums[`${side}sMinor`] += BigInt(total ?? 0)
      sums.entryCount += entries
    }
    return added
  }

  #union<Row>(parts: readonly Part[]): Promise<Row[]> {
    return this.#database.select<Row>(
      parts.map(({ sql }) => `(${sql})`).join(' UNION ALL '),
      parts.flatMap(({ values }) => values),
    )
  }
}

const COLUMNS = 'account, currency, recorded_before, debits, credits, entry_count'

interface ActivityRow {
  account: string
  currency: string
  newest: Date
}

/** With `GROUPED`: MariaDB reads one entry of each account and currency ("Using index for group-by"). */
const groups = (side: Side): string =>
  `SELECT ${side}_account AS account, currency, MAX(recorded_at) AS newest FROM ledger_entry`

const GROUPED: Record<Side, string> = {
  debit: 'GROUP BY debit_account, currency ORDER BY debit_account, currency',
  credit: 'GROUP BY credit_account, currency ORDER BY credit_account, currency',
}

/** The time of the entry with this number; no row when there are fewer. */
const nth = (side: Side, { account, currency, fromMs, toMs }: Span, number: number): Part => ({
  sql: `SELECT recorded_at FROM ledger_entry WHERE ${side}_account = ? AND currency = ? AND recorded_at >= ? AND recorded_at < ?
    ORDER BY recorded_at LIMIT 1 OFFSET ?`,
  values: [account, currency, new Date(fromMs), new Date(toMs), number - 1],
})

const sumOf = (side: Side, { account, currency, fromMs, toMs }: Span, place: number): Part => ({
  sql: `SELECT ? AS place, '${side}' AS side, SUM(amount) AS total, COUNT(*) AS entries FROM ledger_entry
    WHERE ${side}_account = ? AND currency = ? AND recorded_at >= ? AND recorded_at < ?`,
  values: [place, account, currency, new Date(fromMs), new Date(toMs)],
})

const newestUpTo = ({ account, currency }: AccountKey, atMs: number): Part => ({
  sql: `SELECT ${COLUMNS} FROM account_snapshot WHERE account = ? AND currency = ? AND recorded_before <= ?
    ORDER BY recorded_before DESC LIMIT 1`,
  values: [account, currency, new Date(atMs)],
})

const nameOf = ({ account, currency }: AccountKey): string => `${account} ${currency}`

const ofNothing = ({ account, currency }: AccountKey): AccountSnapshot => ({
  account,
  currency,
  recordedBeforeMs: 0,
  debitsMinor: 0n,
  creditsMinor: 0n,
  entryCount: 0,
})

const snapshotOf = (row: SnapshotRow): AccountSnapshot => ({
  account: row.account,
  currency: row.currency,
  recordedBeforeMs: row.recorded_before.getTime(),
  debitsMinor: BigInt(row.debits),
  creditsMinor: BigInt(row.credits),
  entryCount: row.entry_count,
})

/** Debits and credits of an account become one, with the newer of both times. */
function merged(rows: readonly ActivityRow[]): Activity[] {
  const found = new Map<string, Activity>()
  for (const { account, currency, newest } of rows) {
    const name = nameOf({ account, currency })
    const newestMs = Math.max(newest.getTime(), found.get(name)?.newestMs ?? 0)
    found.set(name, { account, currency, newestMs })
  }
  return [...found.values()].sort(inOrder)
}

/** Of bytes, as the database compares them: all characters are ASCII. */
const inOrder = (one: AccountKey, other: AccountKey): number =>
  compared(one.account, other.account) || compared(one.currency, other.currency)

const compared = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
