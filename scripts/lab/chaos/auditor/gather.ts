/** Copies of all that the system and the acquirer know: by SQL of the auditor's own, from offset 0, and page by page. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { journalPage } from '../../../../shared/contracts/acquirer.ts'
import { eventTypes } from '../../../../shared/contracts/lists.ts'
import { DEAD_LETTER_TOPIC } from '../../../../shared/contracts/topics.ts'
import { connectDatabase, connected, kafkaOf } from '../../../operate/connections.ts'
import { clusterOf, fetchSpans, type Span } from '../../../operate/verify/fetch-spans.ts'
import type {
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

export type GatheredFacts = Omit<Facts, 'told' | 'reads'>

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
} as const

async function readDatabase(
  databaseUrl: string,
): Promise<Pick<Facts, 'payments' | 'operations' | 'disputes' | 'entries' | 'outbox' | 'stored'>> {
  const database = await connectDatabase(databaseUrl)
  try {
    const operations = await rowsOf<OperationFact>(database, queries.operations)
    const outbox = await rowsOf<OutboxFact>(database, queries.outbox)
    return {
      payments: await rowsOf<PaymentFact>(database, queries.payments),
      disputes: await rowsOf<DisputeFact>(database, queries.disputes),
      entries: await rowsOf<EntryFact>(database, queries.entries),
      stored: await rowsOf<StoredFact>(database, queries.stored),
      operations: operations.map(row => ({
        ...row,
        finalCapture: row.finalCapture === null ? null : Boolean(row.finalCapture),
        combined: Boolean(row.combined),
      })),
      outbox: outbox.map(row => ({ ...row, published: Boolean(row.published), parked: Boolean(row.parked) })),
    }
  } finally {
    await database.end()
  }
}

async function rowsOf<Row>(database: Connection, sql: string): Promise<Row[]> {
  const [rows] = await database.query<RowDataPacket[]>(sql)
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
