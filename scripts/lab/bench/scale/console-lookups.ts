/** The console's reads: lists by each kind of filter, with many rows, few and none, counts, lookups by every id, and timelines. */
import { createHash, randomBytes } from 'node:crypto'
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { createIds } from '../../../../shared/runtime/ids.ts'
import { signIn } from '../../console/sign-in.ts'
import type { Filled } from './fill-books.ts'
import { MERCHANTS, merchantName } from './lives.ts'

/** A payment with the ids by which it is looked up. */
export interface Known {
  paymentId: string
  merchantId: string
  orderId: string | null
  createdAt: string
  operationId: string
  requestId: string | null
  key: string | null
  eventId: string | null
  entryId: string | null
}

export interface ConsoleLookup {
  name: string
  path: (known: Known) => string
}

const LARGE = merchantName(0)
const SMALL = merchantName(MERCHANTS - 1)

const list = (name: string, query: (known: Known) => string): ConsoleLookup => ({
  name: `console: ${name}`,
  path: known => `/operator/payments?${query(known)}`,
})

const counts = (name: string, query: string): ConsoleLookup => ({
  name: `console counts: ${name}`,
  path: () => `/operator/payments/counts?${query}`,
})

/** By an id of this kind; a payment that has none is looked up by its own. */
const lookup = (name: string, idOf: (known: Known) => string | null): ConsoleLookup => ({
  name: `console lookup: ${name}`,
  path: known => `/operator/lookup?id=${encodeURIComponent(idOf(known) ?? known.paymentId)}`,
})

/** Those that few fit walk as far as a page may. */
export const consoleLookups: readonly ConsoleLookup[] = [
  list('7 days', () => 'limit=20'),
  list('7 days, 100', () => 'limit=100'),
  list('before some payment', ({ createdAt }) => `to=${createdAt}`),
  list('COMPLETED', () => 'status=COMPLETED'),
  list('DECLINED or FAILED', ({ createdAt }) => `status=DECLINED,FAILED&to=${createdAt}`),
  list('REQUESTED (none): 20,000 looked at', ({ createdAt }) => `status=REQUESTED&to=${createdAt}`),
  list('an amount that few have', ({ createdAt }) => `currency=KRW&amountMin=7777&amountMax=7780&to=${createdAt}`),
  list('a method that none has', ({ createdAt }) => `method=tok_garbage&to=${createdAt}`),
  list('large merchant', ({ createdAt }) => `merchantId=${LARGE}&to=${createdAt}`),
  list('large merchant, REQUESTED (none)', ({ createdAt }) => `merchantId=${LARGE}&status=REQUESTED&to=${createdAt}`),
  list('small merchant, FAILED', ({ createdAt }) => `merchantId=${SMALL}&status=FAILED&to=${createdAt}`),
  list('no such merchant', () => 'merchantId=nobody'),
  list('an order', ({ orderId }) => `from=2020-01-01T00:00:00Z&orderId=${orderId ?? 'order-0'}`),
  counts('7 days', ''),
  counts('large merchant', `merchantId=${LARGE}`),
  counts('small merchant, KRW', `merchantId=${SMALL}&currency=KRW`),
  lookup('payment', ({ paymentId }) => paymentId),
  lookup('operation', ({ operationId }) => operationId),
  lookup('request', ({ requestId }) => requestId),
  lookup('key', ({ key }) => key),
  lookup('event', ({ eventId }) => eventId),
  lookup('entry', ({ entryId }) => entryId),
  lookup('nothing', () => 'nobody-knows-this'),
  { name: 'console timeline', path: ({ paymentId }) => `/operator/payments/${paymentId}/timeline` },
  { name: 'console operation', path: ({ operationId }) => `/operator/operations/${operationId}` },
  { name: 'console overview', path: () => '/operator/overview' },
]

const KNOWN_MAX = 1_000
const LINK_MS = 60_000

/** What the lookups ask with: the ids of some payments, and the headers of a viewer who has signed in. */
export async function prepareConsole(
  { databaseUrl, apiUrl }: { databaseUrl: string; apiUrl: string },
  sample: Filled['sample'],
): Promise<{ known: Known[]; headers: Record<string, string> }> {
  const database = await mysql.createConnection({ uri: databaseUrl, timezone: 'Z' })
  try {
    const every = Math.ceil(sample.length / KNOWN_MAX)
    const known = await knownOf(
      database,
      sample.filter((_, index) => index % every === 0).map(({ paymentId }) => paymentId),
    )
    return { known, headers: await signIn(apiUrl, await linkIn(database)) }
  } finally {
    await database.end()
  }
}

async function knownOf(database: Connection, paymentIds: string[]): Promise<Known[]> {
  const [rows] = await database.query<RowDataPacket[]>(
    `SELECT p.payment_id, p.merchant_id, p.order_id, p.created_at, o.operation_id, o.request_id, o.idempotency_key,
       (SELECT MIN(event_id) FROM outbox_archive WHERE message_key = p.payment_id) AS archived_id,
       (SELECT MIN(event_id) FROM outbox_event WHERE message_key = p.payment_id) AS event_id,
       (SELECT MIN(entry_id) FROM ledger_entry WHERE payment_id = p.payment_id) AS entry_id
     FROM payment p JOIN payment_operation o ON o.payment_id = p.payment_id AND o.sequence = 1
     WHERE p.payment_id IN (?)`,
    [paymentIds],
  )
  return rows.map(row => ({
    paymentId: row.payment_id,
    merchantId: row.merchant_id,
    orderId: row.order_id,
    createdAt: row.created_at.toISOString(),
    operationId: row.operation_id,
    requestId: row.request_id,
    key: row.idempotency_key,
    eventId: row.event_id ?? row.archived_id,
    entryId: row.entry_id,
  }))
}

/** A viewer of this run, with a link. Returns the link's secret. */
async function linkIn(database: Connection): Promise<string> {
  const nowMs = Date.now()
  const operatorId = createIds(() => nowMs).operator()
  const secret = `opl_${randomBytes(32).toString('base64url')}`
  const hash = createHash('sha256').update(secret).digest('hex')
  await database.query('INSERT INTO operator (operator_id, name, role, token_hash, created_at) VALUES (?)', [
    [operatorId, `bench-${operatorId.slice(-8)}`, 'viewer', hash, new Date(nowMs)],
  ])
  await database.query('INSERT INTO console_link (link_hash, operator_id, created_at, expires_at) VALUES (?)', [
    [hash, operatorId, new Date(nowMs), new Date(nowMs + LINK_MS)],
  ])
  return secret
}
