/** An audit log of six entries, a payout file and a bank account that it approves, and a refund that an operator asked for. For tests only. */
import { type AuditRow, auditHashOf } from './audit-hash.ts'
import type { AccountApproval, ApprovedFile, KeyedAction, StrayOperation } from './audit-invariants.ts'

/** Corruptions happen to it. */
export interface SampleAudit {
  rows: AuditRow[]
  files: { fileId: string; approvedBy: string }[]
  accounts: Omit<AccountApproval, 'audited' | 'approverRole'>[]
  operators: Map<string, { role: string; disabledAtMs: number | null }>
  actions: Omit<KeyedAction, 'sameActions' | 'sameEntries'>[]
  strays: StrayOperation[]
}

const BEGAN_MS = Date.UTC(2026, 10, 29)
export const SAMPLE_FILE = 'pof_00000000000000000000000001'

export const SAMPLE_ACTION_KEY = 'console:01M81Y03QK7V5D2W9T4R6H8XNZ'
const REFUNDED = 'pay_00000000000000000000000001'

export const SAMPLE_CHANGE = 'chg_00000000000000000000000001'

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
  addAuditRow(rows, { actor: 'han', action: 'account.asked', subject: SAMPLE_CHANGE })
  addAuditRow(rows, { actor: 'park', action: 'account.approved', subject: SAMPLE_CHANGE })
  addAuditRow(rows, { actor: 'lee', action: 'payment.refund-asked', subject: REFUNDED })
  addAuditRow(rows, { actor: 'kim', action: 'payout-file.approved', subject: SAMPLE_FILE })
  const operators = new Map([
    ['park', { role: 'approver', disabledAtMs: null }],
    ['kim', { role: 'approver', disabledAtMs: null }],
    ['lee', { role: 'operator', disabledAtMs: null }],
  ])
  const approved = { approvedBy: 'park', approvedAtMs: BEGAN_MS, effectiveAtMs: BEGAN_MS + 24 * 60 * 60_000 }
  const account = {
    changeId: SAMPLE_CHANGE,
    accountToken: 'acct_pay',
    termsToken: 'acct_pay',
    askedBy: 'han',
    ...approved,
  }
  const refund = {
    ...{ key: SAMPLE_ACTION_KEY, operator: 'lee', action: 'payment.refund-asked', subject: REFUNDED },
    operations: [{ kind: 'refund', paymentId: REFUNDED }],
  }
  const beside = { actions: [refund], strays: [] }
  return { ...beside, rows, files: [{ fileId: SAMPLE_FILE, approvedBy: 'kim' }], accounts: [account], operators }
}

/** As the database's reader finds them. */
export const approvedFilesOf = ({ rows, files, operators }: SampleAudit): ApprovedFile[] =>
  files.map(file => ({
    ...file,
    approvals: rows.filter(({ action, subject }) => action === 'payout-file.approved' && subject === file.fileId),
    approver: operators.get(file.approvedBy) ?? null,
  }))

export const accountApprovalsOf = ({ rows, accounts, operators }: SampleAudit): AccountApproval[] =>
  accounts.map(account => ({
    ...account,
    audited: rows.filter(({ subject }) => subject === account.changeId),
    approverRole: operators.get(account.approvedBy)?.role ?? null,
  }))

export const keyedActionsOf = ({ rows, actions }: SampleAudit): KeyedAction[] =>
  actions.map(done => ({
    ...done,
    sameActions: actions.filter(
      ({ action, subject, operator }) =>
        action === done.action && subject === done.subject && operator === done.operator,
    ).length,
    sameEntries: rows.filter(
      ({ action, subject, actor }) => action === done.action && subject === done.subject && actor === done.operator,
    ).length,
  }))
