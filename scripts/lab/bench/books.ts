/** What a case left behind in MariaDB and Kafka: rows, records, and how late they were. */
import { setTimeout as sleep } from 'node:timers/promises'
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { DOORBELL_TOPIC } from '../../../shared/contracts/topics.ts'
import { type KafkaLog, openKafkaLog, type PartitionSpan } from '../../operate/verify/kafka-log.ts'
import { type Percentiles, percentilesOf } from './percentiles.ts'

export interface RowCounts {
  payments: number
  operations: number
  events: number
}

/** How far everything was before a case. */
export interface Mark extends RowCounts {
  outboxId: number
  records: number
  doorbells: number
}

export interface EventFigures {
  /** Records of payment.* per event: 1 unless something was sent twice. */
  recordsPerEvent: number
  doorbellsPerEvent: number
  /** Milliseconds from an event's row to its publication, of events after the warm-up. */
  outboxLagMs: Percentiles | undefined
  /** The most rows that waited for Kafka at one time. */
  backlogMax: number
  /** Milliseconds from a captured event to its fee in the ledger. */
  ledgerLagMs: Percentiles | undefined
  /** From the end of the load until the last event was published and the last fee written. */
  drainSeconds: number
}

export interface Books {
  database: Connection
  mark(): Promise<Mark>
  /** Waits until nothing is on its way. Throws when it takes longer than two minutes. */
  drained(): Promise<void>
  /** `beginsMs` and `endsMs` (epoch) bound the measured time. */
  since(mark: Mark, beginsMs: number, endsMs: number): Promise<EventFigures>
  close(): Promise<void>
}

const DRAIN_DEADLINE_MS = 120_000
const POLL_MS = 100

export async function openBooks(databaseUrl: string, brokers: string[]): Promise<Books> {
  const database = await mysql.createConnection({ uri: databaseUrl, timezone: 'Z' })
  const kafka = await openKafkaLog({ brokers })
  return {
    database,
    mark: () => markOf(database, kafka),
    drained: () => untilDrained(database, kafka),
    since: (mark, beginsMs, endsMs) => figuresSince(database, kafka, mark, beginsMs, endsMs),
    close: async () => {
      await database.end()
      await kafka.close()
    },
  }
}

async function rowsOf<T>(database: Connection, sql: string, values: unknown[] = []): Promise<T[]> {
  const [rows] = await database.query<RowDataPacket[]>(sql, values)
  return rows as T[]
}

export async function countRows(database: Connection): Promise<RowCounts> {
  const [counts] = await rowsOf<RowCounts>(
    database,
    `SELECT (SELECT COUNT(*) FROM payment) AS payments, (SELECT COUNT(*) FROM payment_operation) AS operations,
       (SELECT COUNT(*) FROM outbox_event) AS events`,
  )
  return counts!
}

const recordsIn = (spans: PartitionSpan[]): number => spans.reduce((sum, span) => sum + span.high, 0)

async function markOf(database: Connection, kafka: KafkaLog): Promise<Mark> {
  const counts = await countRows(database)
  const [newest] = await rowsOf<{ id: number }>(database, 'SELECT COALESCE(MAX(id), 0) AS id FROM outbox_event')
  const [events, doorbells] = await Promise.all([kafka.eventSpans(), kafka.spansOf(DOORBELL_TOPIC)])
  return { ...counts, outboxId: newest!.id, records: recordsIn(events), doorbells: recordsIn(doorbells) }
}

async function untilDrained(database: Connection, kafka: KafkaLog): Promise<void> {
  const endMs = performance.now() + DRAIN_DEADLINE_MS
  for (;;) {
    const [waiting] = await rowsOf<{ count: number }>(
      database,
      `SELECT (SELECT COUNT(*) FROM outbox_event WHERE published_at IS NULL)
         + (SELECT COUNT(*) FROM payment_operation WHERE state = 'PENDING') AS count`,
    )
    if (waiting!.count === 0 && (await consumersAreAtTheEnd(kafka))) return
    if (performance.now() > endMs) throw new Error(`${waiting!.count} events or operations are still on their way`)
    await sleep(POLL_MS)
  }
}

async function consumersAreAtTheEnd(kafka: KafkaLog): Promise<boolean> {
  const lags = await kafka.lags({ nowMs: Date.now(), graceMs: 0 })
  return lags.every(lag => lag.committed >= lag.end)
}

interface EventTimes {
  created: number
  published: number
  captured: number
  /** When its fee was written. */
  recorded: number | null
}

async function eventTimes(database: Connection, mark: Mark): Promise<EventTimes[]> {
  const rows = await rowsOf<{ created_at: Date; published_at: Date; captured: number; recorded_at: Date | null }>(
    database,
    `SELECT o.created_at, o.published_at, o.topic = 'payment.captured' AS captured, l.recorded_at
     FROM outbox_event o LEFT JOIN ledger_entry l ON l.event_id = o.event_id AND l.entry_type = 'fee' WHERE o.id > ?`,
    [mark.outboxId],
  )
  return rows.map(row => ({
    created: row.created_at.getTime(),
    published: row.published_at.getTime(),
    captured: row.captured,
    recorded: row.recorded_at?.getTime() ?? null,
  }))
}

async function figuresSince(
  database: Connection,
  kafka: KafkaLog,
  mark: Mark,
  beginsMs: number,
  endsMs: number,
): Promise<EventFigures> {
  const now = await markOf(database, kafka)
  const times = await eventTimes(database, mark)
  const measured = times.filter(({ created }) => created >= beginsMs)
  const ledger = measured.filter(({ recorded }) => recorded !== null)
  const last = times.reduce((latest, { published, recorded }) => Math.max(latest, published, recorded ?? 0), 0)
  return {
    recordsPerEvent: (now.records - mark.records) / times.length,
    doorbellsPerEvent: (now.doorbells - mark.doorbells) / times.length,
    outboxLagMs: percentilesOf(measured.map(({ created, published }) => published - created)),
    backlogMax: backlogMaxOf(times),
    ledgerLagMs: percentilesOf(ledger.map(({ created, recorded }) => recorded! - created)),
    drainSeconds: Math.max(last - endsMs, 0) / 1_000,
  }
}

/** The most events that were created and not yet published at one time. */
export function backlogMaxOf(times: readonly Pick<EventTimes, 'created' | 'published'>[]): number {
  const created = times.map(time => time.created).sort((a, b) => a - b)
  const published = times.map(time => time.published).sort((a, b) => a - b)
  let gone = 0
  let max = 0
  for (const [index, atMs] of created.entries()) {
    while (published[gone]! < atMs) gone++
    max = Math.max(max, index + 1 - gone)
  }
  return max
}
