/** Operations whose outcome is unknown, and settlements by hand that the acquirer has not confirmed: what is read of them, and their lines. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { LeaseTimes } from '../../../shared/payments/ports.ts'
import { formatDuration } from '../../terminal/output.ts'

export const ROWS_SHOWN = 100

export interface OperationRow {
  operationId: string
  paymentId: string
  kind: string
  state: string
  /** In minor units. */
  amount: number
  currency: string
  createdAt: Date
  attempt: number
  leaseUntilMs: number
  nextAttemptAtMs: number
}

export interface SettlementRow {
  operationId: string
  paymentId: string
  outcome: string
  who: string
  reason: string
  settledAt: Date
  /** Null until it has said what it decided. */
  acquirerSaid: string | null
}

const SELECT_OPERATIONS = `SELECT operation_id AS operationId, payment_id AS paymentId, kind, state, amount, currency,
  created_at AS createdAt, attempt, lease_until_ms AS leaseUntilMs, next_attempt_at_ms AS nextAttemptAtMs FROM payment_operation`

/** Every one, the oldest first. */
export async function readUnknown(
  database: Connection,
  { nowMs, leaseUntilMsMax }: LeaseTimes,
): Promise<OperationRow[]> {
  const [rows] = await database.query<RowDataPacket[]>(
    `${SELECT_OPERATIONS} WHERE state = 'PENDING' AND (attempt > 1 OR lease_until_ms <= ? OR lease_until_ms > ?)
     ORDER BY created_at, operation_id`,
    [nowMs, leaseUntilMsMax],
  )
  return rows as OperationRow[]
}

/** Those of these operations that there are, whatever their state. */
export async function readOperations(database: Connection, operationIds: readonly string[]): Promise<OperationRow[]> {
  const [rows] = await database.query<RowDataPacket[]>(`${SELECT_OPERATIONS} WHERE operation_id IN (?)`, [operationIds])
  return rows as OperationRow[]
}

/** Those that the acquirer has not confirmed or has contradicted, the oldest first. */
export async function readOpenSettlements(database: Connection): Promise<SettlementRow[]> {
  const [rows] = await database.query<RowDataPacket[]>(
    `SELECT operation_id AS operationId, payment_id AS paymentId, outcome, who, reason, settled_at AS settledAt,
       acquirer_said AS acquirerSaid
     FROM manual_settlement
     WHERE acquirer_said IS NULL OR (outcome = 'SUCCEEDED') <> (acquirer_said = 'approved') ORDER BY settled_at`,
  )
  return rows as SettlementRow[]
}

export const nameOf = ({ operationId, kind, amount, currency, paymentId }: OperationRow): string =>
  `${operationId}  ${kind} ${amount} ${currency} (minor units) of ${paymentId}`

/** Times as of `nowMs` (virtual); the lease as of `realNowMs`. */
export function operationLine(row: OperationRow, nowMs: number, realNowMs: number): string {
  const age = formatDuration(nowMs - row.createdAt.getTime())
  const inMs = row.nextAttemptAtMs - nowMs
  const next = inMs > 0 ? `next inquiry in ${formatDuration(inMs)}` : 'next inquiry is due'
  const when = row.leaseUntilMs > realNowMs ? 'somebody asks just now' : next
  return `${nameOf(row)}  ${age} old, attempt ${row.attempt}, ${when}`
}

export function settlementLine({ operationId, outcome, who, settledAt, reason, acquirerSaid }: SettlementRow): string {
  const said = acquirerSaid === null ? 'the acquirer has not answered yet' : `THE ACQUIRER SAYS ${acquirerSaid}`
  return `${operationId}  settled by hand as ${outcome} by ${who} at ${settledAt.toISOString()} (${reason}): ${said}`
}
