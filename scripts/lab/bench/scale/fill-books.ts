/** Fills a system with generated books: the database, the topics, the consumer groups' offsets and the acquirer's journal. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { Journal } from '../../../../sandbox/acquirer/journal.ts'
import { consumerGroups } from '../../../../shared/contracts/topics.ts'
import { KafkaEventPublisher } from '../../../../shared/messaging/event-publisher.ts'
import { type KafkaCluster, LazyAdmin, LazyProducer, openKafka } from '../../../../shared/messaging/kafka-client.ts'
import { TopicStates } from '../../../../shared/messaging/topic-states.ts'
import type { OperationPolicy } from '../../../../shared/payments/operation.ts'
import type { OutboxRow } from '../../../../shared/payments/ports.ts'
import { configFrom } from '../../../../shared/runtime/config.ts'
import { createRandom, type Random } from '../../random.ts'
import { type BookMaker, createBookMaker, type EventRecord, type PaymentBook, type UndoneWork } from './book-rows.ts'
import { drawLife, type LifeKind } from './lives.ts'
import { loadBatch, type NumberedEvent } from './table-loader.ts'

/** Where the books go. Nobody else may write there meanwhile: its API is stopped. */
export interface FillTarget {
  databaseUrl: string
  /** Null: the events are in the database alone. */
  kafka: KafkaCluster | null
  /** The folder of the acquirer's journal, whose acquirer is stopped; null: no decisions are written. */
  journalFolder: string | null
  /** Nothing in generated books happened later than this, and nothing that the product did happened earlier: settlement begins then. */
  endMs: number
}

export interface FillPlan {
  seed: number
  payments: number
  /** The payments begin in this time, evenly spread. */
  fromMs: number
  toMs: number
  undone: readonly UndoneWork[]
  /** Which lives are drawn; all kinds when it is absent. */
  lives?: LifeKind
  /** The number of the first event; without it they follow those that are there. */
  firstEventId?: number
  /** Of the payments, the last ones: their authorization or their capture is pending, under a lease until then. */
  pending?: { payments: number; leaseUntilMs: number }
}

export interface Filled {
  payments: number
  rows: number
  events: number
  records: number
  seconds: number
  /** Some payment of each hundred, in the order in which they began, for lookups. */
  sample: { paymentId: string; merchantId: string; orderId: string | null }[]
}

const BATCH_PAYMENTS = 2_000
const SAMPLED_EACH = 100
/** A window of time whose events are numbered together; events come in the order of time. */
const BUCKET_MS = 10 * 60_000
const RECORDS_PER_SEND = 2_000
const SEND_TRIES_MAX = 3
const SEND_AGAIN_MS = 5_000
const PROGRESS_MS = 10_000

/** Throws when a row, a record or a decision is not taken; what was committed before stays. */
export async function fillBooks(target: FillTarget, plan: FillPlan, say: (line: string) => void): Promise<Filled> {
  const database = await mysql.createConnection({ uri: target.databaseUrl, timezone: 'Z' })
  const sinks = [new DatabaseSink(database), ...(target.kafka ? [new KafkaSink(target.kafka)] : [])]
  const journal = target.journalFolder === null ? undefined : new Journal(target.journalFolder)
  try {
    await beginSettlementAfter(database, target.endMs)
    await forgetSnapshots(database)
    const filling = new Filling(
      target.endMs,
      plan,
      plan.firstEventId ?? (await nextEventId(database)),
      sinks,
      journal,
      say,
    )
    const filled = await filling.run()
    if (target.kafka && !plan.undone.includes('fees')) await moveGroupsToTheEnd(target.kafka)
    return filled
  } finally {
    journal?.close()
    await Promise.all(sinks.map(sink => sink.close()))
    await database.end()
  }
}

/** These books are from before settlement: nobody expects items of them, and nobody is paid for them. */
async function beginSettlementAfter(database: Connection, endMs: number): Promise<void> {
  await database.query('UPDATE settlement_start SET settled_from = ? WHERE id = 1', [new Date(endMs)])
}

/** What was stored of accounts so far is no balance any more once entries of earlier times are written. */
async function forgetSnapshots(database: Connection): Promise<void> {
  await database.query('DELETE FROM account_snapshot')
  await database.query(
    "UPDATE account_snapshot_pass SET active_since = '1970-01-01', done_before = '1970-01-01', account = '', currency = ''",
  )
}

/** More than the lives of a payment have on average. */
const EVENTS_PER_PAYMENT = 3

/**
 * Leaves numbers free for the events of so many payments, which will be older than what is written until then: the job that archives
 * reads in the order of numbers, and stops at the first young event.
 */
export async function reserveEventIds(databaseUrl: string, payments: number): Promise<void> {
  const database = await mysql.createConnection({ uri: databaseUrl })
  try {
    await database.query('ALTER TABLE outbox_event AUTO_INCREMENT = ?', [payments * EVENTS_PER_PAYMENT + 1])
  } finally {
    await database.end()
  }
}

/** Of the archive, too: its ids were the table's. */
async function nextEventId(database: Connection): Promise<number> {
  const [rows] = await database.query<RowDataPacket[]>(
    'SELECT MAX(id) AS id FROM (SELECT MAX(id) AS id FROM outbox_event UNION ALL SELECT MAX(id) FROM outbox_archive) e',
  )
  return Number(rows[0]!.id ?? 0) + 1
}

/** The journal of the system of this data folder. */
export const journalFolderOf = (dataFolderRoot: string): string => join(dataFolderRoot, 'acquirer')

interface Chunk {
  books: PaymentBook[]
  events: NumberedEvent[]
  archived: NumberedEvent[]
}

interface Sink {
  /** Returns how many rows or records it wrote. */
  write(chunk: Chunk): Promise<number>
  close(): Promise<void>
}

class DatabaseSink implements Sink {
  readonly #database: Connection

  constructor(database: Connection) {
    this.#database = database
  }

  write(chunk: Chunk): Promise<number> {
    return loadBatch(this.#database, chunk)
  }

  async close(): Promise<void> {}
}

/** By the product's own publisher, so that keys, headers, payloads and partitions are what they would have been. */
class KafkaSink implements Sink {
  readonly #producer: LazyProducer
  readonly #publisher: KafkaEventPublisher

  constructor(cluster: KafkaCluster) {
    this.#producer = new LazyProducer(() => openKafka({ ...cluster, clientId: 'scale' }))
    const states = new TopicStates({ nowMs: Date.now, onFailed: () => {}, onRecovered: () => {} })
    this.#publisher = new KafkaEventPublisher(this.#producer, states)
  }

  async write({ events, archived }: Chunk): Promise<number> {
    const published = [...archived, ...events].filter(({ publishedAtMs }) => publishedAtMs !== null)
    for (let from = 0; from < published.length; from += RECORDS_PER_SEND)
      await this.#publish(published.slice(from, from + RECORDS_PER_SEND).map(event => ({ ...event, attempts: 0 })))
    return published.length
  }

  /** Once more when Kafka did not say in time that it has them, as the relay would: a record may come twice. */
  async #publish(rows: readonly OutboxRow[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      const confirmed = await this.#publisher.publish(rows).catch(error => {
        if (tries === SEND_TRIES_MAX) throw error
        return []
      })
      if (confirmed.length === rows.length) return
      if (tries === SEND_TRIES_MAX) throw new Error(`Kafka took ${confirmed.length} of ${rows.length} records`)
      await sleep(SEND_AGAIN_MS)
    }
  }

  async close(): Promise<void> {
    this.#producer.close()
  }
}

class Filling {
  readonly #endMs: number
  readonly #plan: FillPlan
  readonly #policy: OperationPolicy & { archivedAfterMs: number }
  readonly #random: Random
  readonly #maker: BookMaker
  readonly #sinks: readonly Sink[]
  readonly #journal: Journal | undefined
  readonly #say: (line: string) => void
  /** Events that are later than the payments of their batch, by the window of time in which they happened. */
  readonly #later = new Map<number, EventRecord[]>()
  #nextEventId: number
  #written: Promise<void> = Promise.resolve()
  readonly #filled: Filled = { payments: 0, rows: 0, events: 0, records: 0, seconds: 0, sample: [] }
  readonly #startedMs = performance.now()
  #saidMs = performance.now()

  constructor(
    endMs: number,
    plan: FillPlan,
    nextEventId: number,
    sinks: readonly Sink[],
    journal: Journal | undefined,
    say: (line: string) => void,
  ) {
    this.#endMs = endMs
    this.#plan = plan
    this.#policy = policyOfDefaults()
    this.#random = createRandom(plan.seed)
    const undone = new Set(plan.undone)
    this.#maker = createBookMaker({ random: this.#random, policy: this.#policy, nowMs: endMs, undone })
    this.#nextEventId = nextEventId
    this.#sinks = sinks
    this.#journal = journal
    this.#say = say
  }

  async run(): Promise<Filled> {
    const { payments } = this.#plan
    for (let from = 0; from < payments; from += BATCH_PAYMENTS) {
      const books = this.#writeBooks(from, Math.min(from + BATCH_PAYMENTS, payments))
      const isLast = from + BATCH_PAYMENTS >= payments
      await this.#store(books, isLast ? Number.POSITIVE_INFINITY : this.#beganAtMs(from + BATCH_PAYMENTS))
    }
    await this.#written
    this.#filled.seconds = (performance.now() - this.#startedMs) / 1_000
    return this.#filled
  }

  #beganAtMs(index: number): number {
    const { fromMs, toMs, payments } = this.#plan
    return Math.floor(fromMs + ((toMs - fromMs) * index) / payments)
  }

  #writeBooks(from: number, to: number): PaymentBook[] {
    const { pending, payments } = this.#plan
    const firstPending = payments - (pending?.payments ?? 0)
    return Array.from({ length: to - from }, (_, offset) => {
      const index = from + offset
      const [life, beganAtMs] = [drawLife(this.#random, this.#plan.lives), this.#beganAtMs(index)]
      if (index < firstPending) return this.#maker.write(life, beganAtMs)
      return this.#maker.writePending(life, beganAtMs, index % 2 === 0 ? 'authorize' : 'capture', pending!.leaseUntilMs)
    })
  }

  /** The next batch is written while this one is stored. */
  async #store(books: PaymentBook[], untilMs: number): Promise<void> {
    const events = this.#eventsBefore(books, untilMs)
    const isOld = ({ publishedAtMs }: EventRecord) =>
      publishedAtMs !== null && publishedAtMs < this.#endMs - this.#policy.archivedAfterMs
    const mayArchive = !this.#plan.undone.includes('archiving')
    const chunk: Chunk = {
      books,
      events: events.filter(event => !(mayArchive && isOld(event))),
      archived: events.filter(event => mayArchive && isOld(event)),
    }
    this.#journal?.transaction(() => {
      for (const decision of books.flatMap(({ decisions }) => decisions)) this.#journal!.appendDecision(decision)
    })
    await this.#written
    this.#written = this.#write(chunk)
    // An error is met by whoever waits for it.
    this.#written.catch(() => {})
  }

  async #write(chunk: Chunk): Promise<void> {
    const [rows = 0, records = 0] = await Promise.all(this.#sinks.map(sink => sink.write(chunk)))
    this.#filled.payments += chunk.books.length
    this.#filled.rows += rows
    this.#filled.records += records
    this.#filled.events += chunk.events.length + chunk.archived.length
    for (const [index, { payment }] of chunk.books.entries())
      if (index % SAMPLED_EACH === 0)
        this.#filled.sample.push({
          paymentId: payment.paymentId,
          merchantId: payment.merchantId,
          orderId: payment.orderId,
        })
    this.#sayProgress()
  }

  /** All events before this time that have no number yet, in the order of time. The rest waits. */
  #eventsBefore(books: readonly PaymentBook[], untilMs: number): NumberedEvent[] {
    for (const event of books.flatMap(({ events }) => events)) {
      const bucket = Math.floor(event.createdAtMs / BUCKET_MS)
      const waiting = this.#later.get(bucket)
      if (waiting === undefined) this.#later.set(bucket, [event])
      else waiting.push(event)
    }
    const due = [...this.#later.keys()].filter(bucket => (bucket + 1) * BUCKET_MS <= untilMs).sort((a, b) => a - b)
    const found = due.flatMap(bucket => {
      const events = this.#later.get(bucket)!.sort((a, b) => a.createdAtMs - b.createdAtMs)
      this.#later.delete(bucket)
      return events
    })
    return found.map(event => ({ ...event, id: this.#nextEventId++ }))
  }

  #sayProgress(): void {
    const nowMs = performance.now()
    if (nowMs - this.#saidMs < PROGRESS_MS) return
    this.#saidMs = nowMs
    const { payments, rows } = this.#filled
    const seconds = (nowMs - this.#startedMs) / 1_000
    const left = ((this.#plan.payments - payments) / payments) * seconds
    this.#say(
      `filled ${payments.toLocaleString('en')} of ${this.#plan.payments.toLocaleString('en')} payments, ` +
        `${(rows / seconds).toFixed(0)} rows/s, ${left.toFixed(0)} s left`,
    )
  }
}

/** What the functions would go by when nobody sets a variable: the system runs with the same. */
export function policyOfDefaults(): OperationPolicy & { archivedAfterMs: number } {
  const config = configFrom({})
  const { leaseMs, captureWindowMs, captureWindowMsByMethod, inquiryBackoffMs, answersKeptMs } = config
  return {
    leaseMs,
    captureWindowMs,
    captureWindowMsByMethod,
    inquiryBackoffMs,
    answersKeptMs,
    fees: { basisPoints: config.feeBasisPoints, fixedMinor: config.feeFixedMinor },
    archivedAfterMs: config.outboxArchiveAfterMs,
  }
}

/** The events were booked when they were written. The groups have no members now. */
async function moveGroupsToTheEnd(cluster: KafkaCluster): Promise<void> {
  const admin = new LazyAdmin(() => openKafka({ ...cluster, clientId: 'scale' }))
  try {
    for (const { groupId, topic } of consumerGroups) await admin.ask(client => moveToTheEnd(client, groupId, topic))
  } finally {
    admin.close()
  }
}

async function moveToTheEnd(admin: Admin, groupId: string, topic: string): Promise<void> {
  const ends = await admin.fetchTopicOffsets(topic)
  const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }))
  await admin.setOffsets({ groupId, topic, partitions })
}
