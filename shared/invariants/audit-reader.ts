/** The SQL of the invariants about the audit log, a page at a time. */
import type { AuditRow } from './audit-hash.ts'
import type { AccountApproval, ApprovedFile, KeyedAction, StrayOperation } from './audit-invariants.ts'
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

/** Everything that operators did in the console. */
export async function* readKeyedActions(query: Query): AsyncGenerator<KeyedAction> {
  for (let rows: Row[] = [], after = ''; ; after = rows.at(-1)!.action_key) {
    rows = await query(ACTIONS, [after, PAGE_ROWS])
    if (rows.length > 0) {
      const subjects = [...new Set(rows.map(row => row.subject))]
      const actions = await query(SAME_ACTIONS, [subjects])
      const entries = await query(SAME_ENTRIES, [subjects])
      const operations = await query(OPERATIONS_UNDER, [rows.map(row => row.action_key)])
      yield* rows.map(row => actionOf(row, actions, entries, operations))
    }
    if (rows.length < PAGE_ROWS) return
  }
}

/** As a dialog of the console makes them. Merchants may use others that begin likewise. */
const CONSOLE_KEY = /^console:[0-7][0-9A-HJKMNP-TV-Z]{25}$/

export async function* readStrayOperations(query: Query): AsyncGenerator<StrayOperation> {
  for (let rows: Row[] = [], after = ['', '']; ; after = [rows.at(-1)!.idempotency_key, rows.at(-1)!.operation_id]) {
    rows = await query(UNDER_CONSOLE_KEYS, [after[0], after[0], after[1], PAGE_ROWS])
    yield* rows
      .filter(row => row.action_key === null && CONSOLE_KEY.test(row.idempotency_key))
      .map(row => ({ operationId: row.operation_id, key: row.idempotency_key }))
    if (rows.length < PAGE_ROWS) return
  }
}

const ACTIONS =
  'SELECT action_key, operator, action, subject FROM console_action WHERE action_key > ? ORDER BY action_key LIMIT ?'
const SAME_ACTIONS =
  'SELECT subject, action, operator AS who, COUNT(*) AS count FROM console_action WHERE subject IN (?) GROUP BY subject, action, operator'
const SAME_ENTRIES =
  'SELECT subject, action, actor AS who, COUNT(*) AS count FROM audit_log WHERE subject IN (?) GROUP BY subject, action, actor'
const OPERATIONS_UNDER = 'SELECT idempotency_key, kind, payment_id FROM payment_operation WHERE idempotency_key IN (?)'
const UNDER_CONSOLE_KEYS = `SELECT o.idempotency_key, o.operation_id, a.action_key
  FROM payment_operation o FORCE INDEX (payment_operation_by_key)
  LEFT JOIN console_action a ON a.action_key = o.idempotency_key
  WHERE o.idempotency_key >= 'console:' AND o.idempotency_key < 'console;'
    AND (o.idempotency_key > ? OR (o.idempotency_key = ? AND o.operation_id > ?))
  ORDER BY o.idempotency_key, o.operation_id LIMIT ?`

function actionOf(row: Row, actions: Row[], entries: Row[], operations: Row[]): KeyedAction {
  const { action_key: key, operator, action, subject } = row
  const countIn = (counts: Row[]): number =>
    Number(counts.find(each => each.subject === subject && each.action === action && each.who === operator)?.count ?? 0)
  return {
    ...{ key, operator, action, subject, sameActions: countIn(actions), sameEntries: countIn(entries) },
    operations: operations
      .filter(each => each.idempotency_key === key)
      .map(({ kind, payment_id: paymentId }) => ({ kind, paymentId })),
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
