/** Reads what reconciliation found: its breaks, and what it took lines without a reference for. */
import type { Connection, RowDataPacket } from 'mysql2/promise'

export interface FoundBreak {
  breakId: string
  class: string
  currency: string
  booked: string
  remaining: string
  closed: boolean
  /** All that the generator may call its subject. */
  subjects: string[]
  /** False: a line of the bank without a reference. */
  keyed: boolean
  differences: string
}

export interface FoundAllocation {
  /** `bank:TEXT`. */
  subject: string
  target: string
}

/** Which lines of a bank have no reference; `NOTPROVIDED` is ISO 20022's word for none. */
const UNKEYED = "('', 'NOTPROVIDED')"

export async function readBreaks(database: Connection): Promise<FoundBreak[]> {
  const [rows] = await database.query<RowDataPacket[]>(
    `SELECT b.break_id, b.subject, b.class, b.currency, CAST(b.booked AS CHAR) AS booked, CAST(b.remaining AS CHAR) AS remaining,
       b.closed_at IS NOT NULL AS closed, b.payout_id, b.batch_ref, b.differences,
       l.source_id AS line_source, l.match_key AS line_key, l.kind AS line_kind, l.remittance,
       e.match_key AS expected_key, e.kind AS expected_kind
     FROM recon_break b
     LEFT JOIN recon_line l ON l.file_id = b.file_id AND l.line_no = b.line_no
     LEFT JOIN recon_expectation e ON e.expectation_id = b.expectation_id`,
  )
  return rows.map(row => ({
    breakId: row.break_id,
    class: row.class,
    currency: row.currency,
    booked: row.booked,
    remaining: row.remaining,
    closed: Number(row.closed) === 1,
    subjects: subjectsOf(row),
    keyed: !isUnkeyed(row),
    differences: row.differences,
  }))
}

const isOfBank = (row: RowDataPacket): boolean => row.line_source?.startsWith('bank-') ?? false

const isUnkeyed = (row: RowDataPacket): boolean =>
  isOfBank(row) && row.line_kind !== 'opening' && ['', 'NOTPROVIDED'].includes(row.line_key)

function subjectsOf(row: RowDataPacket): string[] {
  if (row.line_kind === 'opening') return [`opening:${row.line_source}:${row.currency}`]
  if (row.line_kind !== null && !isOfBank(row)) return [`op:${row.line_key}:${row.line_kind}`]
  const isExpected = row.expected_key !== null
  return [
    ...(isOfBank(row) ? [`bank:${row.remittance}`] : []),
    ...(isExpected ? [`op:${row.expected_key}:${row.expected_kind}`] : []),
    ...(row.payout_id === null ? [] : [`payout:${row.payout_id}`]),
    ...(row.batch_ref === null ? [] : [`batch:${row.batch_ref}`]),
  ]
}

export async function readAllocations(database: Connection): Promise<FoundAllocation[]> {
  const [rows] = await database.query<RowDataPacket[]>(
    `SELECT l.remittance, a.subject
     FROM recon_allocation a JOIN recon_line l ON l.file_id = a.file_id AND l.line_no = a.line_no
     WHERE l.source_id LIKE 'bank-%' AND l.match_key IN ${UNKEYED}`,
  )
  return rows.map(row => ({ subject: `bank:${row.remittance}`, target: row.subject }))
}
