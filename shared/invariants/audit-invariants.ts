/** Invariants of the audit log: an unbroken chain, and the approvals of payout files and bank accounts in it. */
import { type AuditRow, auditHashOf } from './audit-hash.ts'
import { type CheckResult, type DatabaseInvariant, failed, GRACE_MS, holds, ok, same } from './invariant.ts'

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

/** A bank account of a merchant that was approved. Times are virtual. */
export interface AccountApproval {
  changeId: string
  accountToken: string
  askedBy: string
  approvedBy: string
  approvedAtMs: number
  effectiveAtMs: number
  /** Who asked and approved by the audit log. */
  audited: readonly { action: string; actor: string }[]
  approverRole: string | null
  /** Of the terms that begin at that moment; undefined: none do. */
  termsToken: string | null | undefined
}

/** What an operator did under a key of the console. */
export interface KeyedAction {
  key: string
  operator: string
  action: string
  subject: string
  /** How many of this operator, action and subject there are, and how many entries of the audit log. */
  sameActions: number
  sameEntries: number
  /** Under the key. */
  operations: readonly { kind: string; paymentId: string }[]
}

/** An operation under a key of the console's form that no operator used. Merchants cannot use one. */
export interface StrayOperation {
  operationId: string
  key: string
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

const DAY_MS = 24 * 60 * 60_000

export function* accountResults(change: AccountApproval): Iterable<CheckResult> {
  const { changeId, accountToken, askedBy, approvedBy, approvedAtMs, effectiveAtMs, audited } = change
  const found = audited.map(({ action, actor }) => `${action} by ${actor}`).sort()
  const wanted = [`account.approved by ${approvedBy}`, `account.asked by ${askedBy}`]
  yield same(changeId, 'what the audit log has of it', found.join(), wanted.join())
  yield holds(approvedBy !== askedBy, changeId, `was asked for and approved by ${askedBy}`)
  yield same(changeId, 'the role of who approved it', change.approverRole, 'approver')
  yield holds(effectiveAtMs >= approvedAtMs + DAY_MS, changeId, 'is paid to within a day of its approval')
  yield same(changeId, 'the account of the terms that begin with it', change.termsToken, accountToken)
}

const accountApprovals = {
  name: 'account-approvals',
  sentence:
    'A changed bank account was approved by an approver who had not asked for it, both in the audit log, and is in the terms from a day later on.',
  async *checkTotals({ accountApprovals }) {
    for await (const change of accountApprovals()) yield* accountResults(change)
  },
} as const satisfies DatabaseInvariant

export function* actionResults(done: KeyedAction): Iterable<CheckResult> {
  const { key, operator, action, subject, sameActions, sameEntries, operations } = done
  const what = `${action} of ${subject} by ${operator}`
  yield holds(
    sameEntries >= sameActions,
    key,
    `${what}: ${sameEntries} entries of the audit log, expected ${sameActions}`,
  )
  for (const { kind, paymentId } of operations) {
    const isMeant = paymentId === subject && action === `payment.${kind}-asked`
    yield holds(isMeant, key, `${what}, and the key is of a ${kind} of ${paymentId}`)
  }
}

const consoleActions = {
  name: 'console-actions',
  sentence:
    'What an operator did under a key of the console is in the audit log, and every operation under such a key is the one that the operator asked for.',
  async *checkTotals({ keyedActions, strayOperations }) {
    for await (const done of keyedActions()) yield* actionResults(done)
    for await (const { operationId, key } of strayOperations())
      yield failed(operationId, `has the key ${key} of the console, under which no operator did anything`)
  },
} as const satisfies DatabaseInvariant

export const auditInvariants = [auditChain, auditApprovals, accountApprovals, consoleActions] as const
