/** The SQL of the invariants about the audit log, a page at a time. */
import type { AuditRow } from './audit-hash.ts'
import type { AccountApproval, ApprovedFile } from './audit-invariants.ts'
import type { Query } from './database-reader.ts'

const PAGE_ROWS = 1_000

// biome-ignore lint/suspicious/noExplicitAny: what a column holds is said by the migrations.
type Row = Record<string, any>

/** The whole log, in the order of ids. */
export async function* readAuditRows(query: Query): AsyncGenerator<AuditRow> {
  for (let rows: Row[] = [], after = -1; ; after = rows.at(-1)!.id) {
    rows = await query('SELECT * FROM audit_log WHERE id > ? ORDER BY id LIMIT ?', [after, PAGE_ROWS])
    yield* rows.map(auditRowOf)
    if (rows.length < PAGE_ROWS) return
  }
}

/** Every payout file whose state says that somebody approved it, with what the audit log says of that. */
export async function* readApprovedFiles(query: Query): AsyncGenerator<ApprovedFile> {
  const operators = new Map((await query('SELECT * FROM operator', [])).map(row => [row.name, row]))
  for (let rows: Row[] = [], after = ''; ; after = rows.at(-1)!.file_id) {
    rows = await query(APPROVED_FILES, [after, PAGE_ROWS])
    if (rows.length > 0) yield* filesOf(rows, await query(APPROVALS, [rows.map(row => row.file_id)]), operators)
    if (rows.length < PAGE_ROWS) return
  }
}

/** Every bank account that was approved. */
export async function* readAccountApprovals(query: Query): AsyncGenerator<AccountApproval> {
  for (let rows: Row[] = [], after = ''; ; after = rows.at(-1)!.change_id) {
    rows = await query(APPROVED_ACCOUNTS, [after, PAGE_ROWS])
    if (rows.length > 0) {
      const audited = await query(ACCOUNTS_AUDITED, [rows.map(row => row.change_id)])
      yield* rows.map(row => accountOf(row, audited))
    }
    if (rows.length < PAGE_ROWS) return
  }
}

const APPROVED_ACCOUNTS = `SELECT c.*, o.role, t.account_token AS terms_token, t.valid_from FROM account_change c
  LEFT JOIN operator o ON o.name = c.approved_by
  LEFT JOIN settlement_terms t ON t.merchant_id = c.merchant_id AND t.currency = c.currency AND t.valid_from = c.effective_at
  WHERE c.change_id > ? AND c.state = 'APPROVED' ORDER BY c.change_id LIMIT ?`
const ACCOUNTS_AUDITED = "SELECT subject, action, actor FROM audit_log WHERE action LIKE 'account.%' AND subject IN (?)"

const accountOf = (row: Row, audited: Row[]): AccountApproval => ({
  changeId: row.change_id,
  accountToken: row.account_token,
  askedBy: row.asked_by,
  approvedBy: row.approved_by,
  approvedAtMs: row.approved_at.getTime(),
  effectiveAtMs: row.effective_at.getTime(),
  audited: audited.filter(({ subject }) => subject === row.change_id).map(({ action, actor }) => ({ action, actor })),
  approverRole: row.role,
  termsToken: row.valid_from === null ? undefined : row.terms_token,
})

const APPROVED_FILES = `SELECT file_id, approved_by FROM payout_file
  WHERE file_id > ? AND state IN ('APPROVED', 'SENT', 'ACCEPTED', 'REJECTED') ORDER BY file_id LIMIT ?`
const APPROVALS = "SELECT subject, actor, at FROM audit_log WHERE action = 'payout-file.approved' AND subject IN (?)"

const filesOf = (files: Row[], approvals: Row[], operators: Map<string, Row>): ApprovedFile[] =>
  files.map(({ file_id, approved_by }) => {
    const operator = operators.get(approved_by)
    return {
      fileId: file_id,
      approvedBy: approved_by,
      approvals: approvals
        .filter(({ subject }) => subject === file_id)
        .map(({ actor, at }) => ({ actor, atMs: at.getTime() })),
      approver: operator ? { role: operator.role, disabledAtMs: operator.disabled_at?.getTime() ?? null } : null,
    }
  })

const auditRowOf = (row: Row): AuditRow => ({
  id: row.id,
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  reason: row.reason,
  details: row.details,
  atMs: row.at.getTime(),
  previousHash: row.previous_hash,
  hash: row.hash,
})
