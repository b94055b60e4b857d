/** Waits until nothing is on its way any more, then verifies; verifies again while something still is. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { ChargeTerms } from '../../../shared/invariants/charges.ts'
import { GRACE_MS, type Judge } from '../../../shared/invariants/invariant.ts'
import type { KafkaCluster } from '../../../shared/messaging/kafka-client.ts'
import { configFrom } from '../../../shared/runtime/config.ts'
import { connectDatabase } from '../connections.ts'
import { readJournal } from './acquirer-journal.ts'
import { type KafkaLog, openKafkaLog } from './kafka-log.ts'
import { openSnapshot } from './snapshot.ts'
import { type OnProgress, type VerifyReport, verifySystem } from './verify-system.ts'

export interface VerifyOptions {
  /** How long work that is on its way may take to arrive. 0: judge at once. */
  settleMs: number
  /** Younger work is pending, older work has failed. */
  graceMs: number
  /** As the functions of the system have them; as they are without a setting when absent. */
  settlementDefaults?: ChargeTerms
  /** The clock; a test looks at the books from the future. */
  nowMs?: () => number
  onProgress?: OnProgress
}

/** Where the books are. */
export interface VerifiedSystem extends KafkaCluster {
  databaseUrl: string
  /** Null when it is not known. */
  acquirerUrl: string | null
}

export const defaultOptions: VerifyOptions = { settleMs: 0, graceMs: GRACE_MS }

/** Of merchants without terms of their own, where no setting says otherwise. */
export const STANDARD_TERMS: ChargeTerms = configFrom({}).settlementDefaults

const POLL_MS = 500

/** Verifies the system as it is, or as it is once it has come to rest. Throws when the database, Kafka or the acquirer is away. */
export async function verify(system: VerifiedSystem, options: VerifyOptions = defaultOptions): Promise<VerifyReport> {
  const endMs = performance.now() + options.settleMs
  for (;;) {
    await untilAtRest(system, endMs)
    const report = await verifyOnce(system, options)
    // When nothing is on its way, waiting cannot change a failure.
    if (report.pending === 0 || performance.now() >= endMs) return report
    await sleep(POLL_MS)
  }
}

async function verifyOnce(system: VerifiedSystem, options: VerifyOptions) {
  const { onProgress = () => {} } = options
  const journal = await readJournal(system.acquirerUrl, count => onProgress('decisions of the acquirer', count))
  const snapshot = await openSnapshot(system.databaseUrl)
  try {
    // Not before the snapshot: reading the journal may take minutes, in which answers that were young are pruned.
    const nowMs = (options.nowMs ?? Date.now)()
    const virtualNowMs = nowMs + (await snapshot.clockOffsetMs())
    const { graceMs, settlementDefaults = STANDARD_TERMS } = options
    const judge: Judge = { nowMs, virtualNowMs, graceMs, settlementDefaults }
    const kafka = await openKafkaLog(system)
    try {
      return await verifySystem(snapshot, kafka, journal, judge, onProgress)
    } finally {
      await kafka.close()
    }
  } finally {
    await snapshot.close()
  }
}

/** What is on its way, asked cheaply: no full verification while the relay is still at work. */
async function untilAtRest(system: VerifiedSystem, endMs: number): Promise<void> {
  if (performance.now() >= endMs) return
  const database = await connectDatabase(system.databaseUrl)
  try {
    const kafka = await openKafkaLog(system)
    try {
      while (performance.now() < endMs) {
        if ((await consumersAreAtTheEnd(kafka)) && (await openRows(database)) === 0) return
        await sleep(POLL_MS)
      }
    } finally {
      await kafka.close()
    }
  } finally {
    await database.end()
  }
}

/** A broker that has just restarted leads no partition for a moment. This counts as not at rest, and is not an error. */
export async function consumersAreAtTheEnd(kafka: KafkaLog): Promise<boolean> {
  try {
    const lags = await kafka.lags({ nowMs: Date.now(), graceMs: 0 })
    return lags.every(lag => lag.committed >= lag.end)
  } catch (error) {
    if ((error as { retriable?: boolean }).retriable) return false
    throw error
  }
}

async function openRows(database: Connection): Promise<number> {
  const [rows] = await database.query<RowDataPacket[]>(
    `SELECT (SELECT COUNT(*) FROM payment_operation WHERE state = 'PENDING')
      + (SELECT COUNT(*) FROM outbox_event WHERE published_at IS NULL AND parked_at IS NULL) AS total`,
  )
  return Number(rows[0]!.total)
}
