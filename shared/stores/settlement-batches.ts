/** The table `settlement_batch`, and what of `settlement_item` is in no batch yet. */
import { type BatchState, livePayoutStates } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type {
  Account,
  Batches,
  BatchPosition,
  SettlementBatch,
  Unbatched,
  UnbatchedItems,
} from '../settlement/ports.ts'
import type { Database, SqlValue } from './database.ts'
import { dateOrNull, dayIn } from './days.ts'

export interface BatchRow {
  batch_id: string
  merchant_id: string
  currency: string
  period_end: Date
  sequence: number
  due_on: Date
  state: BatchState
  item_count: number
  net: number
  opened_at: Date
  closed_at: Date | null
  attempts_max: number
}

export const BATCH_COLUMNS =
  'batch_id, merchant_id, currency, period_end, sequence, due_on, state, item_count, net, opened_at, closed_at, attempts_max'

export const batchOf = (row: BatchRow): SettlementBatch => ({
  batchId: row.batch_id,
  merchantId: row.merchant_id,
  currency: row.currency,
  periodEnd: dayIn(row.period_end),
  sequence: row.sequence,
  dueOn: dayIn(row.due_on),
  state: row.state,
  itemCount: row.item_count,
  netMinor: row.net,
  openedAtMs: row.opened_at.getTime(),
  closedAtMs: row.closed_at?.getTime() ?? null,
  attemptsMax: row.attempts_max,
})

/** No batch may have fewer payouts: the check of the column. */
const ATTEMPTS_MAX_MIN = 5

/**
 * CLOSED batches that have no living payout and no attempt left. Begins with the few payouts of a late attempt, each of which is the last
 * one of its batch where it is as many as the batch may have.
 */
export const USED_UP = {
  from: `(SELECT batch_id AS used_id, attempt AS used_attempt FROM payout FORCE INDEX (payout_by_attempt)
           WHERE attempt >= ${ATTEMPTS_MAX_MIN}) used
         STRAIGHT_JOIN settlement_batch ON batch_id = used_id`,
  // Counted, since NOT EXISTS may be made a list of all living payouts.
  condition: `state = 'CLOSED' AND used_attempt = attempts_max
    AND (SELECT COUNT(*) FROM payout p WHERE p.batch_id = settlement_batch.batch_id AND p.state IN (?)) = 0`,
  values: [livePayoutStates] as const,
}

export class BatchTable implements Batches {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Transaction, batch: SettlementBatch): Promise<void> {
    const { batchId, merchantId, currency, periodEnd, sequence, dueOn, state, itemCount, netMinor } = batch
    const row = [
      ...[batchId, merchantId, currency, periodEnd, sequence, dueOn, state, itemCount, netMinor],
      ...[new Date(batch.openedAtMs), dateOrNull(batch.closedAtMs), batch.attemptsMax],
    ]
    this.#database.insertLater(`INSERT INTO settlement_batch (${BATCH_COLUMNS}) VALUES`, row, tx)
  }

  async lock(tx: Transaction, batchId: string): Promise<SettlementBatch | undefined> {
    const rows = await this.#select('batch_id = ? FOR UPDATE', [batchId], { tx })
    return rows[0]
  }

  async update(tx: Transaction, batch: SettlementBatch): Promise<void> {
    const { batchId, state, itemCount, netMinor, closedAtMs, attemptsMax } = batch
    this.#database.writeLater(
      'UPDATE settlement_batch SET state = ?, item_count = ?, net = ?, closed_at = ?, attempts_max = ? WHERE batch_id = ?',
      [state, itemCount, netMinor, dateOrNull(closedAtMs), attemptsMax, batchId],
      tx,
    )
  }

  async find(period: Account & Pick<SettlementBatch, 'periodEnd' | 'sequence'>): Promise<SettlementBatch | undefined> {
    const { merchantId, currency, periodEnd, sequence } = period
    const rows = await this.#select('merchant_id = ? AND currency = ? AND period_end = ? AND sequence = ?', [
      merchantId,
      currency,
      periodEnd,
      sequence,
    ])
    return rows[0]
  }

  async last(accounts: readonly Account[]): Promise<(SettlementBatch | undefined)[]> {
    const rows = await ofEach<BatchRow>(this.#database, accounts, LAST)
    return rows.map(row => row && batchOf(row))
  }

  async listByState(state: BatchState, limit: number, after = ''): Promise<SettlementBatch[]> {
    return this.#select('state = ? AND batch_id > ? ORDER BY batch_id LIMIT ?', [state, after, limit])
  }

  /** Of a merchant, or of all. */
  async listNewest(merchantId: string | undefined, limit: number): Promise<SettlementBatch[]> {
    const newest = 'ORDER BY batch_id DESC LIMIT ?'
    return merchantId === undefined
      ? this.#select(`TRUE ${newest}`, [limit])
      : this.#select(`merchant_id = ? ${newest}`, [merchantId, limit])
  }

  async listPayable(
    { dueOnMax, limit }: { dueOnMax: string; limit: number },
    after: BatchPosition = { dueOn: '1970-01-01', batchId: '' },
  ): Promise<SettlementBatch[]> {
    return this.#select(
      `state = 'CLOSED' AND due_on <= ? AND (due_on > ? OR (due_on = ? AND batch_id > ?))
       AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.batch_id = settlement_batch.batch_id
                         AND (p.state IN (?) OR p.attempt >= settlement_batch.attempts_max))
       ORDER BY due_on, batch_id LIMIT ?`,
      [dueOnMax, after.dueOn, after.dueOn, after.batchId, livePayoutStates, limit],
    )
  }

  listUsedUp(limit: number): Promise<SettlementBatch[]> {
    return this.#select(`${USED_UP.condition} ORDER BY due_on, batch_id LIMIT ?`, [...USED_UP.values, limit], {
      from: USED_UP.from,
    })
  }

  async #select(
    condition: string,
    values: Parameters<Database['select']>[1],
    { tx, from = 'settlement_batch' }: { tx?: Transaction; from?: string } = {},
  ): Promise<SettlementBatch[]> {
    const rows = await this.#database.select<BatchRow>(
      `SELECT ${BATCH_COLUMNS} FROM ${from} WHERE ${condition}`,
      values,
      tx,
    )
    return rows.map(batchOf)
  }
}

const LAST = `SELECT ${BATCH_COLUMNS} FROM settlement_batch WHERE merchant_id = ? AND currency = ?
  ORDER BY period_end DESC, sequence DESC LIMIT 1`

/** The one row of each of these accounts, in one statement; `one` asks for that of an account. Undefined: it has none. */
async function ofEach<Row extends object>(
  database: Database,
  accounts: readonly Account[],
  one: string,
): Promise<(Row | undefined)[]> {
  if (accounts.length === 0) return []
  const placed = one.replace('SELECT ', 'SELECT ? AS place, ')
  const values = accounts.flatMap(({ merchantId, currency }, place): SqlValue[] => [place, merchantId, currency])
  const rows = await database.select<Row & { place: number }>(
    accounts.map(() => `(${placed})`).join(' UNION ALL '),
    values,
  )
  const found = new Map(rows.map(row => [row.place, row]))
  return accounts.map((_, place) => found.get(place))
}

/** With this index nothing is read that is in a batch, and an account's items stand together, the first period first. */
const BY_BATCH = 'FORCE INDEX (settlement_item_by_batch)'
const OF_ACCOUNT = 'batch_id IS NULL AND merchant_id = ? AND currency = ?'

const FIRST_SALE = `SELECT period_end FROM settlement_item ${BY_BATCH} WHERE ${OF_ACCOUNT} AND type <> 'carry_in'
  ORDER BY period_end, item_id LIMIT 1`
const CARRIED = `SELECT SUM(net) AS net FROM settlement_item ${BY_BATCH} WHERE ${OF_ACCOUNT}`

/** The account behind this one that has items in no batch. */
const FOLLOWING = `SELECT merchant_id, currency FROM settlement_item ${BY_BATCH}
  WHERE batch_id IS NULL AND (merchant_id > ? OR (merchant_id = ? AND currency > ?)) ORDER BY merchant_id, currency LIMIT 1`
/** Of one statement. */
const PLACES_MAX = 100
const BEFORE_ALL: Account = { merchantId: '', currency: '' }
const SETTLED_LATELY = `SELECT DISTINCT merchant_id, currency FROM
  (SELECT merchant_id, currency FROM settlement_batch ORDER BY batch_id DESC LIMIT 5000) AS newest`

interface AccountRow {
  merchant_id: string
  currency: string
}

const accountOf = (row: AccountRow): Account => ({ merchantId: row.merchant_id, currency: row.currency })
const nameOf = ({ merchantId, currency }: Account): string => `${merchantId} ${currency}`

/** In one statement, so that a batch that is being closed is seen before or after it. */
const OPEN_SUM = `SELECT COALESCE(SUM(found.net), 0) AS net FROM (
  SELECT net FROM settlement_item ${BY_BATCH} WHERE ${OF_ACCOUNT}
  UNION ALL
  SELECT i.net FROM settlement_batch b JOIN settlement_item i ON i.batch_id = b.batch_id
    WHERE b.merchant_id = ? AND b.currency = ? AND b.state = 'OPEN'
) AS found`

export class UnbatchedItemTable implements UnbatchedItems {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Skips from account to account in the index, from many places at once: from the accounts that were settled lately, and from each that
   * is found behind them. Which places it begins from makes it faster, and changes nothing that it finds.
   */
  async listAccounts(): Promise<Account[]> {
    const settled = (await this.#database.select<AccountRow>(SETTLED_LATELY, [])).map(accountOf)
    const known = new Set(settled.map(nameOf))
    const found = new Map<string, Account>()
    for (let places = [BEFORE_ALL, ...settled]; places.length > 0; ) {
      const accounts = new Map((await this.#following(places)).map(account => [nameOf(account), account]))
      for (const [name, account] of accounts) found.set(name, account)
      places = [...accounts].flatMap(([name, account]) => (known.has(name) ? [] : [account]))
      for (const place of places) known.add(nameOf(place))
    }
    return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, account]) => account)
  }

  async #following(places: readonly Account[]): Promise<Account[]> {
    const accounts: Account[] = []
    for (let first = 0; first < places.length; first += PLACES_MAX) {
      const asked = places.slice(first, first + PLACES_MAX)
      const values = asked.flatMap(({ merchantId, currency }) => [merchantId, merchantId, currency])
      const sql = asked.map(() => `(${FOLLOWING})`).join(' UNION ALL ')
      accounts.push(...(await this.#database.select<AccountRow>(sql, values)).map(accountOf))
    }
    return accounts
  }

  /** An account has few carried items, so that the first that is none is soon found. */
  async unbatched(accounts: readonly Account[]): Promise<Unbatched[]> {
    const sales = await ofEach<{ period_end: Date }>(this.#database, accounts, FIRST_SALE)
    const idle = accounts.filter((_, place) => sales[place] === undefined)
    const sums = await ofEach<{ net: string | null }>(this.#database, idle, CARRIED)
    const carried = new Map(idle.map((account, place) => [account, safe(sums[place]!.net)]))
    return accounts.map((account, place) => {
      const sale = sales[place]
      return { firstPeriodEnd: sale ? dayIn(sale.period_end) : null, carriedMinor: carried.get(account) ?? 0 }
    })
  }

  /**
   * By their ids, and not by a second look at the same condition: an item that is written in between would be in one of the two only.
   * Whoever else takes items of the account waits for the batch, not for these rows.
   */
  async take(tx: Transaction, batch: SettlementBatch, limit: number): Promise<{ count: number; netMinor: number }> {
    const { batchId, merchantId, currency, periodEnd } = batch
    const rows = await this.#database.select<{ item_id: string; net: number }>(
      `SELECT item_id, net FROM settlement_item ${BY_BATCH} WHERE ${OF_ACCOUNT} AND period_end <= ?
       ORDER BY period_end, item_id LIMIT ? FOR UPDATE`,
      [merchantId, currency, periodEnd, limit],
      tx,
    )
    if (rows.length > 0) {
      const ids = rows.map(row => row.item_id)
      this.#database.writeLater('UPDATE settlement_item SET batch_id = ? WHERE item_id IN (?)', [batchId, ids], tx)
    }
    return { count: rows.length, netMinor: safe(rows.reduce((sum, { net }) => sum + BigInt(net), 0n)) }
  }

  async openSum(tx: Transaction | undefined, { merchantId, currency }: Account): Promise<number> {
    const [row] = await this.#database.select<{ net: string }>(
      OPEN_SUM,
      [merchantId, currency, merchantId, currency],
      tx,
    )
    return safe(row!.net)
  }

  async assign(tx: Transaction, itemId: string, batchId: string): Promise<void> {
    this.#database.writeLater('UPDATE settlement_item SET batch_id = ? WHERE item_id = ?', [batchId, itemId], tx)
  }
}

/** A sum of amounts. Throws when a number cannot hold it. */
function safe(sumMinor: bigint | string | null): number {
  const sum = Number(sumMinor ?? 0)
  if (!Number.isSafeInteger(sum)) throw new Error(`a sum of ${sumMinor} minor units is too large`)
  return sum
}
