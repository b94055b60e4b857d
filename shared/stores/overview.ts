/** What the console's overview reads: payments by time and status, how long the acquirer took, and what it has not told. */
import type { OperationKind } from '../contracts/lists.ts'
import { ulidTimeOf } from '../domain/ulid-time.ts'
import {
  type AnswerTime,
  type LeaseTimes,
  LOOKED_AT_MAX,
  type OverviewReader,
  type SlotCount,
  type UnknownOperation,
} from '../payments/ports.ts'
import type { Database } from './database.ts'

interface AnswerRow {
  slot: number
  operation_id: string
  payment_id: string
  kind: OperationKind
  asked_at: Date | null
  answered_at: Date | null
}

interface UnknownRow {
  operation_id: string
  payment_id: string
  kind: OperationKind
  amount: number
  currency: string
  created_at: Date
}

const FROM_TIME = 'FROM payment p FORCE INDEX (payment_by_time) WHERE p.created_at >= ? AND p.created_at < ?'

/** Ids grow with real time, so that the primary key leads to the operations of a time. */
const firstIdOf = (timeMs: number): string => `op_${ulidTimeOf(timeMs)}`

const ANSWERS_OF_SLOT = `(SELECT ? AS slot, operation_id, payment_id, kind, asked_at, answered_at
  FROM payment_operation FORCE INDEX (PRIMARY) WHERE operation_id >= ? AND operation_id < ?
  ORDER BY operation_id DESC LIMIT ?)`

export class OverviewTables implements OverviewReader {
  readonly #database: Pick<Database, 'select'>
  readonly #lookedAtMax: number

  constructor(database: Pick<Database, 'select'>, lookedAtMax = LOOKED_AT_MAX) {
    this.#database = database
    this.#lookedAtMax = lookedAtMax
  }

  /** Reads the index alone: once to find where the newest end, once to count them. */
  async outcomes({ fromMs, toMs, slotMs }: { fromMs: number; toMs: number; slotMs: number }) {
    const [end] = await this.#database.select<{ created_at: Date }>(
      `SELECT p.created_at ${FROM_TIME} ORDER BY p.created_at DESC, p.payment_id DESC LIMIT 1 OFFSET ?`,
      [new Date(fromMs), new Date(toMs), this.#lookedAtMax - 1],
    )
    const lookedAtFromMs = end?.created_at.getTime() ?? fromMs
    const counts = await this.#database.select<SlotCount>(
      `SELECT TIMESTAMPDIFF(SECOND, ?, p.created_at) DIV ? AS slot, p.status, COUNT(*) AS count ${FROM_TIME} GROUP BY slot, p.status`,
      [new Date(fromMs), slotMs / 1_000, new Date(lookedAtFromMs), new Date(toMs)],
    )
    return { counts: counts.map(({ slot, status, count }) => ({ slot, status, count })), fromMs: lookedAtFromMs }
  }

  /** An operation without an answer is read, too: where the acquirer is away, a search for those with one would not end. */
  async answerTimes(slots: ReadonlyArray<{ fromMs: number; toMs: number }>, limitEach: number): Promise<AnswerTime[]> {
    const rows = await this.#database.select<AnswerRow>(
      slots.map(() => ANSWERS_OF_SLOT).join(' UNION ALL '),
      slots.flatMap(({ fromMs, toMs }, slot) => [slot, firstIdOf(fromMs), firstIdOf(toMs), limitEach]),
    )
    return rows.flatMap(row => answerTimeOf(row) ?? [])
  }

  async oldestUnknown({ nowMs, leaseUntilMsMax }: LeaseTimes, limit: number): Promise<UnknownOperation[]> {
    const rows = await this.#database.select<UnknownRow>(
      `SELECT operation_id, payment_id, kind, amount, currency, created_at
       FROM payment_operation FORCE INDEX (payment_operation_due)
       WHERE state = 'PENDING' AND (attempt > 1 OR lease_until_ms <= ? OR lease_until_ms > ?)
       ORDER BY created_at, operation_id LIMIT ?`,
      [nowMs, leaseUntilMsMax, limit],
    )
    return rows.map(row => ({
      operationId: row.operation_id,
      paymentId: row.payment_id,
      kind: row.kind,
      amountMinor: row.amount,
      currency: row.currency,
      createdAtMs: row.created_at.getTime(),
    }))
  }
}

function answerTimeOf(row: AnswerRow): AnswerTime | undefined {
  if (row.asked_at === null || row.answered_at === null) return undefined
  return {
    slot: row.slot,
    operationId: row.operation_id,
    paymentId: row.payment_id,
    kind: row.kind,
    askedAtMs: row.asked_at.getTime(),
    answeredAtMs: row.answered_at.getTime(),
  }
}
