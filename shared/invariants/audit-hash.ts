/** The hash of a row of the audit log, computed apart from the product's own. */
import { createHash } from 'node:crypto'

/** A row as it is stored: `details` is its JSON text. */
export interface AuditRow {
  id: number
  actor: string
  action: string
  subject: string
  reason: string
  details: string
  atMs: number
  previousHash: string
  hash: string
}

/** Of the canonical JSON (RFC 8785) of all but the hash: one number and texts, whose members stand in the order of their names. */
export function auditHashOf({ id, actor, action, subject, reason, details, atMs, previousHash }: AuditRow): string {
  const at = new Date(atMs).toISOString()
  const text = JSON.stringify({ action, actor, at, details, id, previousHash, reason, subject })
  return createHash('sha256').update(text).digest('hex')
}
