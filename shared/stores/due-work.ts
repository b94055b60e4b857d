/** What the jobs have to do, looked up across the tables in which it waits. */
import { openStates } from '../contracts/lists.ts'
import { heldStatuses } from '../domain/payment.ts'
import type { DueWork, LeaseTimes, WorkLeft } from '../payments/ports.ts'
import type { Database } from './database.ts'
import { declinedAfter, NOT_JUST_DECLINED } from './payments.ts'

const [PENDING]: readonly ['PENDING'] = openStates

/** One query a status: then the first row of an index is all that is read. */
const FIRST_HELD = heldStatuses
  .map(
    () => `(SELECT capture_before FROM payment
      WHERE status = ? AND capture_before IS NOT NULL AND pending_operation_id IS NULL AND ${NOT_JUST_DECLINED}
      ORDER BY capture_before LIMIT 1)`,
  )
  .join(' UNION ALL ')

const NEXT_DUE = `SELECT
  (SELECT MIN(held.capture_before) FROM (${FIRST_HELD}) AS held) AS capture_before,
  (SELECT MIN(next_attempt_at_ms) FROM payment_operation
    WHERE state = '${PENDING}' AND (lease_until_ms <= ? OR lease_until_ms > ?)) AS next_attempt_at_ms,
  (SELECT MIN(finished_at) FROM idem_response_cache) AS finished_at`

/** Expiries are claimed by jobs, and an attempt after the first is an inquiry. */
const LEFT = `SELECT
  (SELECT COUNT(*) FROM payment WHERE status IN (?) AND capture_before <= ? AND pending_operation_id IS NULL
    AND ${NOT_JUST_DECLINED}) AS expiries,
  (SELECT COUNT(*) FROM payment_operation WHERE state = '${PENDING}' AND (next_attempt_at_ms <= ?
    OR ((kind = 'expire' OR attempt > 1) AND lease_until_ms > ? AND lease_until_ms <= ?))) AS inquiries,
  (SELECT COUNT(*) FROM idem_response_cache WHERE finished_at <= ?) AS answers`

interface NextDueRow {
  capture_before: Date | null
  next_attempt_at_ms: number | null
  finished_at: Date | null
}

export class DueWorkTables implements DueWork {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async left(now: LeaseTimes, answersKeptMs: number): Promise<WorkLeft> {
    const [row] = await this.#database.select<WorkLeft>(LEFT, [
      heldStatuses,
      new Date(now.virtualNowMs),
      declinedAfter(now.virtualNowMs),
      now.virtualNowMs,
      now.nowMs,
      now.leaseUntilMsMax,
      new Date(now.virtualNowMs - answersKeptMs),
    ])
    return row!
  }

  async nextDueMs(
    { nowMs, leaseUntilMsMax, virtualNowMs }: LeaseTimes,
    answersKeptMs: number,
  ): Promise<number | undefined> {
    const held = heldStatuses.flatMap(status => [status, declinedAfter(virtualNowMs)])
    const [row] = await this.#database.select<NextDueRow>(NEXT_DUE, [...held, nowMs, leaseUntilMsMax])
    const { capture_before, next_attempt_at_ms, finished_at } = row!
    const answerDueMs = finished_at === null ? null : finished_at.getTime() + answersKeptMs
    const times = [capture_before?.getTime() ?? null, next_attempt_at_ms, answerDueMs].filter(time => time !== null)
    return times.length === 0 ? undefined : Math.min(...times)
  }
}
