/** An audit log of three entries and a payout file that the last one approves. For tests only. */
import { type AuditRow, auditHashOf } from './audit-hash.ts'
import type { ApprovedFile } from './audit-invariants.ts'

/** Corruptions happen to it. */
export interface SampleAudit {
  rows: AuditRow[]
  files: { fileId: string; approvedBy: string }[]
  operators: Map<string, { role: string; disabledAtMs: number | null }>
}

const BEGAN_MS = Date.UTC(2026, 10, 29)
export const SAMPLE_FILE = 'pof_00000000000000000000000001'

/** The next entry of the log. */
export function addAuditRow(rows: AuditRow[], entry: Pick<AuditRow, 'actor' | 'action' | 'subject'>): void {
  const [id, previousHash] = [rows.length + 1, rows.at(-1)?.hash ?? '0'.repeat(64)]
  const row = { ...entry, id, reason: 'asked for', details: '{}', atMs: BEGAN_MS + id, previousHash, hash: '' }
  rows.push({ ...row, hash: auditHashOf(row) })
}

export function sampleAudit(): SampleAudit {
  const rows: AuditRow[] = []
  addAuditRow(rows, { actor: 'system login pay', action: 'operator.added', subject: 'kim' })
  addAuditRow(rows, { actor: 'kim', action: 'operator.added', subject: 'lee' })
  addAuditRow(rows, { actor: 'kim', action: 'payout-file.approved', subject: SAMPLE_FILE })
  const operators = new Map([
    ['kim', { role: 'approver', disabledAtMs: null }],
    ['lee', { role: 'operator', disabledAtMs: null }],
  ])
  return { rows, files: [{ fileId: SAMPLE_FILE, approvedBy: 'kim' }], operators }
}

/** As the database's reader finds them. */
export const approvedFilesOf = ({ rows, files, operators }: SampleAudit): ApprovedFile[] =>
  files.map(file => ({
    ...file,
    approvals: rows.filter(({ action, subject }) => action === 'payout-file.approved' && subject === file.fileId),
    approver: operators.get(file.approvedBy) ?? null,
  }))
