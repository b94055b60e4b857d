/** Copies of all that the system and the acquirer know: by SQL of the auditor's own, from offset 0, and page by page. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { journalPage } from '../../../../shared/contracts/acquirer.ts'
import { eventTypes } from '../../../../shared/contracts/lists.ts'
import { DEAD_LETTER_TOPIC } from '../../../../shared/contracts/topics.ts'
import { connectDatabase, connected, kafkaOf } from '../../../operate/connections.ts'
import { clusterOf, fetchSpans, type Span } from '../../../operate/verify/fetch-spans.ts'
import type {
  ActionFact,
  AuditFact,
  DisputeFact,
  EntryFact,
  Facts,
  OperationFact,
  OutboxFact,
  PaymentFact,
  RecordFact,
  StoredFact,
} from './facts.ts'

export interface Places {
  databaseUrl: string
  brokers: string[]
  acquirerUrl: string
}

export type GatheredFacts = Omit<Facts, keyof ToldFacts>

/** What clients of a run were told. */
export type ToldFacts = Pick<Facts, 'told' | 'inquiries' | 'reads'>

/** What is known of what operators did to payments. */
export type ConsoleFacts = Pick<Facts, 'operations' | 'auditLog' | 'actions'>

/** Nothing may move meanwhile: the system is at rest. Throws when one of the places cannot be read. */
export async function gather({ databaseUrl, brokers, acquirerUrl }: Places): Promise<GatheredFacts> {
  const database = await readDatabase(databaseUrl)
  const kafka = await readKafka(brokers)
  return { ...database, ...kafka, journal: await readJournal(acquirerUrl) }
}

async function readJournal(acquirerUrl: string): Promise<Facts['journal']> {
  const entries: Facts['journal'] = []
  for (let after: number | null = 0; after !== null; ) {
    const response: Response = await fetch(`${acquirerUrl}/journal?after=${after}`)
    const page = journalPage.parse(await response.json())
    entries.push(...page.entries)
    after = page.next
  }
  return entries
}

const BYTES_OF = (column: string): string => `CONVERT(${column} USING utf8mb4)`

const queries = {
  payments: `SELECT payment_id AS paymentId, merchant_id AS merchantId, order_id AS orderId, status, amount, currency,
    captured_amount AS captured, refunded_amount AS refunded, payment_method AS method, fee_basis_points AS feeBasisPoints,
    disputed_amount AS disputed, fee_fixed AS feeFixed, pending_operation_id AS pendingOperationId, event_count AS eventCount FROM payment`,
  operations: `SELECT operation_id AS operationId, payment_id AS paymentId, merchant_id AS merchantId, idempotency_key AS \`key\`,
    kind, amount, currency, state, decline_reason AS declineReason, sequence, final_capture AS finalCapture, combined
    FROM payment_operation`,
  disputes: `SELECT payment_id AS paymentId, amount, state, opened_at AS openedAt, closed_at AS closedAt FROM dispute`,
  entries: `SELECT payment_id AS paymentId, event_id AS eventId, entry_type AS type, debit_account AS debit,
    credit_account AS credit, amount, currency FROM ledger_entry
    WHERE payment_id IS NOT NULL`,
  outbox: `SELECT event_id AS eventId, topic, message_key AS paymentId, sequence, payload,
      published_at IS NOT NULL AS published, parked_at IS NOT NULL AS parked FROM outbox_event WHERE topic LIKE 'payment.%'
    UNION ALL SELECT event_id, topic, message_key, sequence, payload, 1, 0 FROM outbox_archive WHERE topic LIKE 'payment.%'`,
  stored: `SELECT merchant_id AS merchantId, idempotency_key AS \`key\`, operation_id AS operationId,
    status_code AS statusCode, ${BYTES_OF('body')} AS body FROM idem_response_cache`,
  auditLog: `SELECT id, actor, action, subject, reason, details, at FROM audit_log WHERE action LIKE 'payment.%'`,
  actions: `SELECT action_key AS \`key\`, operator, action, subject FROM console_action WHERE action LIKE 'payment.%'`,
} as const

async function readDatabase(databaseUrl: string): Promise<Omit<GatheredFacts, 'journal' | 'records' | 'deadLetters'>> {
  return inDatabase(databaseUrl, async database => {
    const outbox = await rowsOf<OutboxFact>(database, queries.outbox)
    return {
      payments: await rowsOf<PaymentFact>(database, queries.payments),
      operations: await readOperations(database, queries.operations),
      disputes: await rowsOf<DisputeFact>(database, queries.disputes),
      entries: await rowsOf<EntryFact>(database, queries.entries),
      stored: await rowsOf<StoredFact>(database, queries.stored),
      outbox: outbox.map(row => ({ ...row, published: Boolean(row.published), parked: Boolean(row.parked) })),
      auditLog: await rowsOf<AuditFact>(database, queries.auditLog),
      actions: await rowsOf<ActionFact>(database, queries.actions),
    }
  })
}

/** What operators did to the payments of one merchant, or under the names of one run. Others may work on the system meanwhile. */
export const gatherConsole = (
  databaseUrl: string,
  { merchantId, operators }: { merchantId: string; operators: readonly string[] },
): Promise<ConsoleFacts> =>
  inDatabase(databaseUrl, async database => {
    const isOurs = (who: string) =>
      `(${who} IN (?) OR subject IN (SELECT payment_id FROM payment WHERE merchant_id = ?))`
    const ours = [operators, merchantId]
    return {
      operations: await readOperations(database, `${queries.operations} WHERE merchant_id = ?`, [merchantId]),
      auditLog: await rowsOf<AuditFact>(database, `${queries.auditLog} AND ${isOurs('actor')}`, ours),
      actions: await rowsOf<ActionFact>(database, `${queries.actions} AND ${isOurs('operator')}`, ours),
    }
  })

async function inDatabase<T>(databaseUrl: string, read: (database: Connection) => Promise<T>): Promise<T> {
  const database = await connectDatabase(databaseUrl)
  try {
    return await read(database)
  } finally {
    await database.end()
  }
}

async function readOperations(database: Connection, sql: string, values: unknown[] = []): Promise<OperationFact[]> {
  const rows = await rowsOf<OperationFact>(database, sql, values)
  return rows.map(row => ({
    ...row,
    finalCapture: row.finalCapture === null ? null : Boolean(row.finalCapture),
    combined: Boolean(row.combined),
  }))
}

async function rowsOf<Row>(database: Connection, sql: string, values: unknown[] = []): Promise<Row[]> {
  const [rows] = await database.query<RowDataPacket[]>(sql, values)
  return rows as Row[]
}

async function readKafka(brokers: string[]): Promise<Pick<Facts, 'records' | 'deadLetters'>> {
  const where = { brokers, ssl: false }
  const { kafka, cut } = kafkaOf(where)
  try {
    const admin = await connected(kafka.admin(), where)
    const cluster = await connected(clusterOf(kafka), where)
    const spansOf = async (topic: string): Promise<Span[]> =>
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
        topic,
        partition,
        low: 0,
        high: Number(high),
      }))
    const records: RecordFact[] = []
    for (const topic of eventTypes)
      for await (const { partition, messages } of fetchSpans(cluster, await spansOf(topic), (_, fetch) => fetch()))
        for (const { offset, key, value, headers } of messages)
          records.push({
            ...{ topic, partition, offset: Number(offset), key: key?.toString() ?? null },
            value: value?.toString() ?? '',
            eventId: headers?.['event-id']?.toString() ?? null,
          })
    const letters = await spansOf(DEAD_LETTER_TOPIC)
    return { records, deadLetters: letters.reduce((sum, { high }) => sum + high, 0) }
  } finally {
    cut()
  }
}
