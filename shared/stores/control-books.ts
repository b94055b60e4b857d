/**
 * Control accounts against what else the database says that they should hold: items and batches, holds, invoices, expectations, payouts,
 * breaks. Each comparison reads one snapshot of the database and locks nothing.
 */
import { type ComparedControl, SUBLEDGER_ROWS_MAX } from '../contracts/ledger-limits.ts'
import { livePayoutStates, openBreakStates } from '../contracts/lists.ts'
import type { AccountKey, ComparedAccount, ControlBooks, RecordedMovement } from '../settlement/ports.ts'
import { AccountBalanceTables } from './account-balances.ts'
import { AccountHistoryTables } from './account-history.ts'
import type { Database, QueryRows, SqlValue } from './database.ts'

/** What the tables need of a database, on the one connection, which only reads. */
type Reading = Pick<Database, 'select' | 'write'>

const readingOf = (query: QueryRows): Reading => ({
  select: async <R>(sql: string, values: readonly SqlValue[]) => (await query(sql, [...values])) as R[],
  write: async () => Promise.reject(new Error('nothing is written while accounts are compared')),
})

/** Entries of an account that are looked at for events of a moment ago. */
const RECENT_ENTRIES = 1_000
/** Accounts of one request for which they are looked at. */
const EXPLAINED_MAX = 5
const NO_END = { recordedAtMs: Date.UTC(9999, 0), amountMinor: 0, entryId: '' }

interface Members {
  merchantIds: string[]
  currencies: string[]
}

/** A part of a subledger: rows `place, currency, amount`, of which at most so many are added up. */
interface Source {
  sql: string
  values: (members: Members) => SqlValue[]
}

interface Subledger {
  /** Debit positive: what we owe is negative. */
  sign: 1n | -1n
  /** Each merchant has an account, and `place` is the merchant. */
  isOfMerchants: boolean
  sources: readonly Source[]
  /** Which of these events the subledger does not have yet, or the ledger not whole. */
  underWay?: (query: QueryRows, account: string, recent: readonly RecordedMovement[]) => Promise<UnderWay[]>
}

interface UnderWay {
  amountMinor: number
  recordedAtMs: number
}

const ofMerchants = ({ merchantIds }: Members): SqlValue[] => [merchantIds]
const ofAccounts = ({ merchantIds, currencies }: Members): SqlValue[] => [merchantIds, currencies]

const subledgers: Record<ComparedControl, Subledger> = {
  merchant_payable: {
    sign: -1n,
    isOfMerchants: true,
    sources: [
      {
        sql: `SELECT merchant_id AS place, currency, net AS amount FROM settlement_item FORCE INDEX (settlement_item_by_batch)
          WHERE batch_id IS NULL AND merchant_id IN (?)`,
        values: ofMerchants,
      },
      {
        sql: `SELECT i.merchant_id AS place, i.currency, i.net AS amount
          FROM settlement_batch b FORCE INDEX (settlement_batch_merchant_sold)
          STRAIGHT_JOIN settlement_item i FORCE INDEX (settlement_item_by_batch) ON i.batch_id = b.batch_id
          WHERE b.merchant_id IN (?) AND b.state = 'OPEN'`,
        values: ofMerchants,
      },
      {
        sql: `SELECT b.merchant_id AS place, b.currency, b.net AS amount
          FROM settlement_batch b FORCE INDEX (settlement_batch_merchant_sold)
          LEFT JOIN payout p FORCE INDEX (payout_once) ON p.batch_id = b.batch_id AND p.state IN (?)
          WHERE b.merchant_id IN (?) AND b.state IN ('CLOSED', 'HELD') AND p.payout_id IS NULL`,
        // Of NOT EXISTS, MariaDB would make a list of all payouts that live.
        values: ({ merchantIds }) => [livePayoutStates, merchantIds],
      },
    ],
    underWay: itemsUnderWay,
  },
  merchant_reserve: {
    sign: -1n,
    isOfMerchants: true,
    sources: [
      {
        sql: `SELECT merchant_id AS place, currency, amount - released - used AS amount
          FROM reserve_hold FORCE INDEX (reserve_hold_of_account)
          WHERE merchant_id IN (?) AND currency IN (?) AND is_open = 1`,
        values: ofAccounts,
      },
    ],
  },
  merchant_receivable: {
    sign: 1n,
    isOfMerchants: true,
    sources: [
      {
        sql: `SELECT merchant_id AS place, currency, remaining AS amount
          FROM merchant_invoice FORCE INDEX (merchant_invoice_of_account)
          WHERE merchant_id IN (?) AND currency IN (?) AND state = 'OPEN'`,
        values: ofAccounts,
      },
    ],
  },
  acquirer_receivable: {
    sign: 1n,
    isOfMerchants: false,
    sources: [
      {
        sql: `SELECT '' AS place, currency, amount FROM recon_expectation FORCE INDEX (recon_expectation_due)
          WHERE state IN ('OPEN', 'OVERDUE')`,
        values: () => [],
      },
    ],
    underWay: expectationsUnderWay,
  },
  payout_in_transit: {
    sign: -1n,
    isOfMerchants: false,
    sources: [
      {
        sql: `SELECT '' AS place, currency, amount FROM payout FORCE INDEX (payout_of_state)
          WHERE state IN ('CREATED', 'APPROVED', 'SENT', 'CONFIRMED')`,
        values: () => [],
      },
    ],
  },
  recon_suspense: {
    sign: 1n,
    isOfMerchants: false,
    sources: [
      {
        sql: `SELECT '' AS place, currency, remaining AS amount FROM recon_break FORCE INDEX (recon_break_of_state)
          WHERE state IN (?)`,
        values: () => [openBreakStates],
      },
    ],
  },
}

export class ControlBooksTables implements ControlBooks {
  readonly #database: Pick<Database, 'onOneConnection'>
  readonly #rowsMax: number

  constructor(database: Pick<Database, 'onOneConnection'>, rowsMax = SUBLEDGER_ROWS_MAX) {
    this.#database = database
    this.#rowsMax = rowsMax
  }

  compare(control: ComparedControl, after: AccountKey | undefined, limit: number) {
    return this.#database.onOneConnection(async query => {
      await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', [])
      await query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY', [])
      const reading = readingOf(query)
      const { keys, hasMore } = await keysOf(reading, control, after, limit)
      const accounts = keys.length === 0 ? [] : await this.#compared(query, reading, control, keys)
      const [start] = await query('SELECT settled_from FROM settlement_start WHERE id = 1', [])
      return {
        accounts,
        hasMore: hasMore || accounts.length < keys.length,
        settledFromMs: (start?.settled_from as Date | undefined)?.getTime() ?? 0,
      }
    })
  }

  async #compared(query: QueryRows, reading: Reading, control: ComparedControl, keys: AccountKey[]) {
    const subledger = subledgers[control]
    const sums = await new AccountBalanceTables(reading).sumsAt(keys, NO_END.recordedAtMs)
    const wanted = await this.#addUp(query, subledger, {
      merchantIds: [...new Set(keys.map(({ account }) => merchantOf(account)))],
      currencies: [...new Set(keys.map(({ currency }) => currency))],
    })
    const compared: ComparedAccount[] = []
    let explained = 0
    for (const { account, currency, debitsMinor, creditsMinor } of sums) {
      const ledgerMinor = debitsMinor - creditsMinor
      const place = subledger.isOfMerchants ? merchantOf(account) : ''
      const subledgerMinor = wanted && subledger.sign * (wanted.get(`${place} ${currency}`) ?? 0n)
      const isClear = subledgerMinor === undefined || subledgerMinor === ledgerMinor
      // The next request goes on with this one.
      if (!isClear && subledger.isOfMerchants && explained++ === EXPLAINED_MAX) break
      const underWay = isClear ? [] : await underWayOn(query, reading, subledger, { account, currency })
      compared.push({ account, currency, ledgerMinor, subledgerMinor, underWay: summed(underWay) })
    }
    return compared
  }

  /** By place and currency; undefined when there are more rows than may be added up. */
  async #addUp(query: QueryRows, { sources }: Subledger, members: Members): Promise<Map<string, bigint> | undefined> {
    const totals = new Map<string, bigint>()
    let left = this.#rowsMax
    for (const { sql, values } of sources) {
      const rows = await query(
        `SELECT place, currency, SUM(amount) AS total, COUNT(*) AS row_count FROM (${sql} LIMIT ?) AS counted GROUP BY place, currency`,
        [...values(members), left + 1],
      )
      for (const { place, currency, total, row_count: count } of rows) {
        const name = `${place} ${currency}`
        totals.set(name, (totals.get(name) ?? 0n) + BigInt(total))
        left -= Number(count)
      }
      if (left < 0) return undefined
    }
    return totals
  }
}

const merchantOf = (account: string): string => account.slice(account.indexOf(':') + 1)

async function keysOf(reading: Reading, control: ComparedControl, after: AccountKey | undefined, limit: number) {
  const balances = new AccountBalanceTables(reading)
  if (!subledgers[control].isOfMerchants) {
    const currencies = await balances.listCurrencies(control)
    return { keys: currencies.map(currency => ({ account: control as string, currency })), hasMore: false }
  }
  const found = await balances.listAccounts(`${control}:`, after, limit + 1)
  return { keys: found.slice(0, limit), hasMore: found.length > limit }
}

async function underWayOn(
  query: QueryRows,
  reading: Reading,
  { underWay }: Subledger,
  key: AccountKey,
): Promise<UnderWay[]> {
  if (underWay === undefined) return []
  const recent = await new AccountHistoryTables(reading).entriesBefore(key, NO_END, RECENT_ENTRIES)
  const ofPayments = recent.filter(({ paymentId }) => paymentId !== null)
  return ofPayments.length === 0 ? [] : underWay(query, key.account, ofPayments)
}

const summed = (underWay: readonly UnderWay[]): ComparedAccount['underWay'] => ({
  amountMinor: underWay.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n),
  events: underWay.length,
  sinceMs: underWay.length === 0 ? undefined : Math.min(...underWay.map(({ recordedAtMs }) => recordedAtMs)),
})

/** Debits less credits of an event on the account, and when its first entry was recorded. */
function movedByEvent(account: string, recent: readonly RecordedMovement[]): Map<string, UnderWay> {
  const moved = new Map<string, UnderWay>()
  for (const { eventId, debitAccount, amountMinor, recordedAtMs } of recent) {
    const known = moved.get(eventId) ?? { amountMinor: 0, recordedAtMs }
    known.amountMinor += debitAccount === account ? amountMinor : -amountMinor
    known.recordedAtMs = Math.min(known.recordedAtMs, recordedAtMs)
    moved.set(eventId, known)
  }
  return moved
}

/** Events that are not expected of the acquirer yet. */
async function expectationsUnderWay(query: QueryRows, account: string, recent: readonly RecordedMovement[]) {
  const moved = movedByEvent(account, recent)
  const rows = await query('SELECT event_id FROM recon_expectation WHERE event_id IN (?)', [[...moved.keys()]])
  for (const { event_id: eventId } of rows) moved.delete(eventId)
  return [...moved.values()]
}

/** Which entries book the fee of an item, and its VAT. */
const FEES = ['fee', 'refund_fee']
const VATS = ['fee_vat', 'refund_fee_vat']

/** Events without their item, and those whose fee or its VAT is not booked yet. */
async function itemsUnderWay(query: QueryRows, account: string, recent: readonly RecordedMovement[]) {
  const eventIds = [...new Set(recent.map(({ eventId }) => eventId))]
  // The oldest of them may have entries before the recent ones.
  const booked = await query(
    'SELECT event_id, entry_type, debit_account, credit_account, amount, recorded_at FROM ledger_entry WHERE event_id IN (?)',
    [eventIds],
  )
  const items = await query('SELECT event_id, fee, vat, net FROM settlement_item WHERE event_id IN (?)', [eventIds])
  const itemOf = new Map(items.map(item => [item.event_id as string, item]))
  const underWay: UnderWay[] = []
  for (const [eventId, entries] of Map.groupBy(booked, row => row.event_id as string)) {
    const own = entries.filter(row => row.debit_account === account || row.credit_account === account)
    const moved = own.reduce((sum, row) => sum + (row.debit_account === account ? row.amount : -row.amount), 0)
    const item = itemOf.get(eventId)
    const lacks = (amount: number, types: string[]) =>
      amount !== 0 && !entries.some(row => types.includes(row.entry_type))
    if (item !== undefined && !lacks(item.fee, FEES) && !lacks(item.vat, VATS)) continue
    const recordedAtMs = Math.min(...own.map(row => row.recorded_at.getTime()))
    underWay.push({ amountMinor: moved + (item?.net ?? 0), recordedAtMs })
  }
  return underWay
}
