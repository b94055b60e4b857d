/** What an id of any kind is of, and on whose page the console shows it. Which index answers stands in docs/console-lists.md. */
import type { MatchKind } from '../contracts/lists.ts'
import type { IdMatch } from '../payments/ports.ts'
import type { Database } from './database.ts'
import { everyEvent } from './outbox.ts'

interface MatchRow {
  page_id: string | null
  payment_id: string | null
  operation_id: string | null
  merchant_id: string | null
  created_at: Date | null
}

interface Source {
  kind: MatchKind
  sql: string
  /** How often the id is given to the statement. */
  times: number
}

interface Columns {
  page: string
  payment?: string
  operation?: string
  merchant?: string
  at: string
}

const columnsOf = ({ page, payment = 'NULL', operation = 'NULL', merchant = 'NULL', at }: Columns): string =>
  `${page} AS page_id, ${payment} AS payment_id, ${operation} AS operation_id, ${merchant} AS merchant_id, ${at} AS created_at`

/** One row, by the primary key of its table. */
const byKey = (kind: MatchKind, table: string, key: string, columns: Columns): Source => ({
  kind,
  sql: `SELECT ${columnsOf(columns)} FROM ${table} WHERE ${key} = ?`,
  times: 1,
})

const ofPayment = { payment: 'payment_id', merchant: 'merchant_id' }
const OF_PAYMENT = columnsOf({ ...ofPayment, page: 'payment_id', at: 'created_at' })
const OF_OPERATION = columnsOf({ ...ofPayment, page: 'payment_id', operation: 'operation_id', at: 'created_at' })

/** Of a payment, or of what else has events: a batch, a file or a break, which have pages, and what is shown with another thing. */
const event: Source = {
  kind: 'event',
  sql: `SELECT ${columnsOf({
    page: `COALESCE(p.payment_id, o.batch_id, h.batch_id, d.payment_id, CONCAT('merchant_receivable:', i.merchant_id), e.message_key)`,
    payment: 'COALESCE(p.payment_id, d.payment_id)',
    merchant: 'COALESCE(p.merchant_id, o.merchant_id, h.merchant_id, d.merchant_id, i.merchant_id, b.merchant_id)',
    at: 'COALESCE(p.created_at, e.created_at)',
  })}
    FROM (${everyEvent('message_key, created_at', 'event_id = ?')}) AS e
    LEFT JOIN payment p ON p.payment_id = e.message_key
    LEFT JOIN payout o ON o.payout_id = e.message_key
    LEFT JOIN settlement_batch b ON b.batch_id = e.message_key
    LEFT JOIN reserve_hold h ON h.hold_id = e.message_key
    LEFT JOIN dispute d ON d.dispute_id = e.message_key
    LEFT JOIN merchant_invoice i ON i.invoice_id = e.message_key`,
  times: 2,
}

const entry: Source = {
  kind: 'entry',
  sql: `SELECT ${columnsOf({
    page: 'COALESCE(e.payment_id, e.entry_id)',
    payment: 'e.payment_id',
    merchant: 'p.merchant_id',
    at: 'COALESCE(p.created_at, e.recorded_at)',
  })}
    FROM ledger_entry e LEFT JOIN payment p ON p.payment_id = e.payment_id WHERE e.entry_id = ?`,
  times: 1,
}

const ofMerchant = { merchant: 'merchant_id' }

/** What has a page of its own, or is shown with what has one. */
const sourceByPrefix: Record<string, Source> = {
  pay: { kind: 'payment', sql: `SELECT ${OF_PAYMENT} FROM payment WHERE payment_id = ?`, times: 1 },
  op: { kind: 'operation', sql: `SELECT ${OF_OPERATION} FROM payment_operation WHERE operation_id = ?`, times: 1 },
  evt: event,
  led: entry,
  bat: byKey('batch', 'settlement_batch', 'batch_id', { ...ofMerchant, page: 'batch_id', at: 'opened_at' }),
  itm: byKey('item', 'settlement_item', 'item_id', {
    ...{ ...ofPayment, page: 'COALESCE(batch_id, payment_id)', at: 'recorded_at' },
  }),
  out: byKey('payout', 'payout', 'payout_id', { ...ofMerchant, page: 'batch_id', at: 'created_at' }),
  pof: byKey('payoutFile', 'payout_file', 'file_id', { page: 'file_id', at: 'prepared_at' }),
  hld: byKey('reserve', 'reserve_hold', 'hold_id', { ...ofMerchant, page: 'batch_id', at: 'held_at' }),
  inv: byKey('invoice', 'merchant_invoice', 'invoice_id', {
    ...{ ...ofMerchant, page: "CONCAT('merchant_receivable:', merchant_id)", at: 'invoiced_at' },
  }),
  dsp: byKey('dispute', 'dispute', 'dispute_id', { ...ofPayment, page: 'payment_id', at: 'opened_at' }),
  exp: byKey('expectation', 'recon_expectation', 'expectation_id', {
    ...{ payment: 'payment_id', page: 'payment_id', at: 'recorded_at' },
  }),
  rcf: byKey('reconFile', 'recon_file', 'file_id', { page: 'file_id', at: 'received_at' }),
  brk: byKey('break', 'recon_break', 'break_id', { page: 'break_id', at: 'opened_at' }),
}

/** A break by what it is about, such as a line or a payout; a file by the name of its batch or statement, of each source. */
const reconSources: readonly Source[] = [
  {
    kind: 'break',
    sql: `SELECT ${columnsOf({ page: 'break_id', at: 'opened_at' })} FROM recon_break FORCE INDEX (recon_break_once)
      WHERE subject >= ? AND subject <= ? ORDER BY subject DESC, class DESC`,
    times: 2,
  },
  {
    kind: 'reconFile',
    sql: `SELECT ${columnsOf({ page: 'f.file_id', at: 'f.received_at' })} FROM recon_source s
      STRAIGHT_JOIN recon_file f FORCE INDEX (recon_file_revision) ON f.source_id = s.source_id AND f.external_id = ?
      ORDER BY f.file_id DESC`,
    times: 1,
  },
]

/** Only what has moved money is an account. */
const account: Source = {
  kind: 'account',
  sql: (['debit', 'credit'] as const)
    .map(
      side =>
        `(SELECT ${columnsOf({ page: `${side}_account`, at: 'NULL' })}
          FROM ledger_entry FORCE INDEX (ledger_entry_by_${side}) WHERE ${side}_account = ? LIMIT 1)`,
    )
    .join(' UNION '),
  times: 2,
}

const chosenByCallers: readonly Source[] = [
  {
    kind: 'request',
    sql: `SELECT ${OF_OPERATION}
      FROM payment_operation FORCE INDEX (payment_operation_by_request)
      WHERE request_id >= ? AND request_id <= ? ORDER BY request_id DESC, operation_id DESC`,
    times: 2,
  },
  {
    kind: 'key',
    sql: `SELECT ${OF_OPERATION}
      FROM payment_operation FORCE INDEX (payment_operation_by_key)
      WHERE idempotency_key >= ? AND idempotency_key <= ? ORDER BY idempotency_key DESC, operation_id DESC`,
    times: 2,
  },
  {
    kind: 'order',
    sql: `SELECT ${OF_PAYMENT} FROM payment FORCE INDEX (payment_by_order)
      WHERE order_id >= ? AND order_id <= ? ORDER BY order_id DESC, payment_id DESC`,
    times: 2,
  },
]

const ULID_WITH_PREFIX = /^([a-z]+)_[0-7][0-9A-HJKMNP-TV-Z]{25}$/
const AN_ACCOUNT = /^[a-z][a-z_]*(?::[\x21-\x7E]{1,32})?$/

/** By an id's own form where it has one. A caller may choose an id of any form as a request id, a key or an order id. */
function sourcesOf(id: string): Source[] {
  const own = sourceByPrefix[ULID_WITH_PREFIX.exec(id)?.[1] ?? '']
  return [...(own ? [own] : []), ...(AN_ACCOUNT.test(id) ? [account] : []), ...reconSources, ...chosenByCallers]
}

/** Of each source at most `limitEach`, the newest first. Throws DependencyUnavailableError. */
export async function matchesOf(database: Pick<Database, 'select'>, id: string, limitEach: number): Promise<IdMatch[]> {
  const found = sourcesOf(id).map(async ({ kind, sql, times }) => {
    const rows = await database.select<MatchRow>(`${sql} LIMIT ?`, [...Array(times).fill(id), limitEach])
    return rows.map(row => matchOf(kind, row))
  })
  return (await Promise.all(found)).flat()
}

const matchOf = (kind: MatchKind, row: MatchRow): IdMatch => ({
  kind,
  pageId: row.page_id,
  paymentId: row.payment_id,
  merchantId: row.merchant_id,
  operationId: row.operation_id,
  createdAtMs: row.created_at?.getTime() ?? null,
})
