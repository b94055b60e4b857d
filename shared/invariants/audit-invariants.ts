/** Invariants of the audit log: an unbroken chain, and the approval of every payout file in it. */
import { type AuditRow, auditHashOf } from './audit-hash.ts'
import { type CheckResult, type DatabaseInvariant, failed, GRACE_MS, ok } from './invariant.ts'

/** A payout file whose state says that somebody approved it. */
export interface ApprovedFile {
  fileId: string
  /** Whom the file names. */
  approvedBy: string | null
  /** What the audit log says of it. */
  approvals: readonly { actor: string; atMs: number }[]
  /** The operator of that name; null when there is none. */
  approver: { role: string; disabledAtMs: number | null } | null
}

/** What stands before the first row. */
const BEGINNING = { id: 0, hash: '0'.repeat(64) }

const nameOf = ({ id }: AuditRow): string => `audit_log ${id}`

/** Each row as a link to the one before, in the order of ids. A row that is missing, changed or put in fails at most once. */
export async function* chainResults(rows: AsyncIterable<AuditRow>): AsyncGenerator<CheckResult> {
  let before: Pick<AuditRow, 'id' | 'hash'> = BEGINNING
  for await (const row of rows) {
    const problem = brokenLink(row, before)
    yield problem === undefined ? ok : failed(nameOf(row), problem)
    before = row
  }
}

function brokenLink(row: AuditRow, before: Pick<AuditRow, 'id' | 'hash'>): string | undefined {
  if (row.id !== before.id + 1) return `follows ${before.id}: what stood between is gone`
  if (row.previousHash !== before.hash) return `does not continue ${before.id}, whose hash is ${before.hash}`
  const hash = auditHashOf(row)
  return row.hash === hash ? undefined : `was changed: its hash is ${hash}, and it says ${row.hash}`
}

const auditChain = {
  name: 'audit-chain',
  sentence:
    'The audit log counts from 1 without gaps, and each entry has the hash of all that it says and of the one before.',
  async *checkTotals({ auditRows }) {
    yield* chainResults(auditRows())
  },
} as const satisfies DatabaseInvariant

export function approvalResult({ fileId, approvedBy, approvals, approver }: ApprovedFile): CheckResult {
  const [approval] = approvals
  if (approval === undefined || approvals.length > 1)
    return failed(fileId, `has ${approvals.length} approvals in the audit log, expected 1`)
  const { actor, atMs } = approval
  if (actor !== approvedBy) return failed(fileId, `was approved by ${actor}, and says ${approvedBy}`)
  // The system prepares files, and is no operator.
  if (approver?.role !== 'approver') return failed(fileId, `was approved by ${actor}, who is no approver`)
  const isLate = approver.disabledAtMs !== null && atMs > approver.disabledAtMs + GRACE_MS
  return isLate ? failed(fileId, `was approved by ${actor}, who had been disabled`) : ok
}

const auditApprovals = {
  name: 'audit-approvals',
  sentence:
    'Every approved payout file has one approval in the audit log, by the approver whom it names, and never by who prepared it.',
  async *checkTotals({ approvedFiles }) {
    for await (const file of approvedFiles()) yield approvalResult(file)
  },
} as const satisfies DatabaseInvariant

export const auditInvariants = [auditChain, auditApprovals] as const
