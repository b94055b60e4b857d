/** The table `audit_log`: a chain in which each row has the hash of the one before. Nothing here changes or deletes a row. */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { AuditAction } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { AuditEntry, AuditHead, AuditLog, AuditReader, AuditRecord } from '../settlement/ports.ts'
import type { Database } from './database.ts'

interface AuditRow {
  id: number
  actor: string
  action: AuditAction
  subject: string
  reason: string
  details: string
  at: Date
  previous_hash: string
  hash: string
}

const COLUMNS = 'id, actor, action, subject, reason, details, at, previous_hash, hash'
/** Stands before the first row. */
const NOTHING: AuditHead = { id: 0, hash: '0'.repeat(64) }

const recordOf = (row: AuditRow): AuditRecord => ({
  id: row.id,
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  reason: row.reason,
  details: JSON.parse(row.details),
  atMs: row.at.getTime(),
  hash: row.hash,
})

export class AuditLogTable implements AuditLog, AuditReader {
  readonly #database: Database
  readonly #nowMs: () => number

  constructor(database: Database, nowMs: () => number) {
    this.#database = database
    this.#nowMs = nowMs
  }

  async append(tx: Transaction, entry: AuditEntry): Promise<void> {
    await lockChain(this.#database, tx)
    const before = (await this.head(tx)) ?? NOTHING
    this.#database.insertLater(`INSERT INTO audit_log (${COLUMNS}) VALUES`, rowAfter(before, entry, this.#nowMs()), tx)
  }

  async head(tx?: Transaction): Promise<AuditHead | undefined> {
    const [row] = await this.#database.select<AuditHead>(
      'SELECT id, hash FROM audit_log ORDER BY id DESC LIMIT 1',
      [],
      tx,
    )
    return row
  }

  async newest(subject: string | undefined, limit: number): Promise<AuditRecord[]> {
    const condition = subject === undefined ? '' : 'WHERE subject = ?'
    const sql = `SELECT ${COLUMNS} FROM audit_log ${condition} ORDER BY id DESC LIMIT ?`
    const rows = await this.#database.select<AuditRow>(sql, [...(subject === undefined ? [] : [subject]), limit])
    return rows.map(recordOf)
  }
}

/**
 * Lets one at a time append, and read what decides about it. The row is that of the database's identity, for it is always there: an
 * empty log has none, and the newest one would not do, which may be the newest but one when the waiting for it is over.
 */
export async function lockChain(database: Database, tx: Transaction): Promise<void> {
  await database.select('SELECT id FROM incarnation WHERE id = 1 FOR UPDATE', [], tx)
}

/** The values of the columns. Half a character has no UTF-8, so that its row could not be hashed again: `canonicalize` throws. */
function rowAfter(before: AuditHead, { actor, action, subject, reason, details }: AuditEntry, nowMs: number) {
  const id = before.id + 1
  const text = canonicalize(details)!
  const at = new Date(nowMs)
  const hashed = { id, actor, action, subject, reason, details: text, at: at.toISOString(), previousHash: before.hash }
  const hash = createHash('sha256').update(canonicalize(hashed)!).digest('hex')
  return [id, actor, action, subject, reason, text, at, before.hash, hash]
}
