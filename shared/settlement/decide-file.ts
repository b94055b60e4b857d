/** What people decide about payout files: an approval, or that a file or one of its payouts is not sent. Each is audited. */

import type { PayoutFileState, PayoutState } from '../contracts/lists.ts'
import type { Doorbell, SeparateTransactions, Transaction } from '../payments/ports.ts'
import { idsOf, type MovePorts, writeFailed } from './move-payouts.ts'
import { type HeldPorts, whyNotPaid } from './payable-batches.ts'
import type { AuditEntry, AuditLog, Payout, PayoutFile, PayoutFiles } from './ports.ts'
import { ringFor } from './ring-for.ts'
import { isCancelable, lockWithFile, withdraw, writeLeft } from './withdraw-payout.ts'

export interface DecidePorts extends MovePorts {
  /** Separate: a file locks thousands of rows. */
  transactions: SeparateTransactions
  payoutFiles: PayoutFiles
  auditLog: AuditLog
  doorbell: Doorbell
}

export interface ApprovePorts extends DecidePorts, HeldPorts {}

/** These ports alone, some of them other ones. */
export function approvePortsOf(ports: ApprovePorts, own: Partial<DecidePorts> = {}): ApprovePorts {
  const { transactions, payouts, payoutFiles, settlementLedger, outbox, auditLog, clock, ids, doorbell } = ports
  const { terms, settlementDefaults } = ports
  const written = { transactions, payouts, payoutFiles, settlementLedger, outbox, auditLog }
  return { ...written, clock, ids, doorbell, terms, settlementDefaults, ...own }
}

/** Who decides, and why. */
export interface Decision {
  actor: string
  reason: string
}

export type FileDecision =
  | { kind: 'decided'; file: PayoutFile }
  | { kind: 'not_found' }
  /** It is past the state in which this can be decided. Nothing was changed. */
  | { kind: 'too_late'; state: PayoutFileState }
  /** So many of its payouts are of merchants that are held, or have another account by now. `create-payouts` takes them out. */
  | { kind: 'held'; count: number }

/** PREPARED → APPROVED, with its payouts; none of them is of a merchant that is held, or has another account by now. Throws DependencyUnavailableError. */
export async function approveFile(ports: ApprovePorts, fileId: string, decision: Decision): Promise<FileDecision> {
  await ports.clock.catchUp()
  return ports.transactions.run(fileId, async tx => {
    const found = await lockedIn(ports, tx, fileId, ['PREPARED'])
    if (found.kind !== 'decided') return found
    const approvedAtMs = ports.clock.virtualNowMs()
    const file: PayoutFile = { ...found.file, state: 'APPROVED', approvedBy: decision.actor, approvedAtMs }
    const payouts = (await ports.payouts.lockByFile(tx, fileId)).filter(isCancelable)
    const held = await heldOf(ports, tx, payouts)
    if (held.length > 0) return { kind: 'held', count: held.length }
    await ports.payouts.change(tx, idsOf(payouts), { state: 'APPROVED', updatedAtMs: approvedAtMs, isTold: false })
    await ports.payoutFiles.update(tx, file)
    await ports.auditLog.append(tx, entryOf('payout-file.approved', fileId, decision, contentIn(file)))
    return { kind: 'decided', file }
  })
}

async function heldOf(ports: ApprovePorts, tx: Transaction, payouts: readonly Payout[]): Promise<Payout[]> {
  if (payouts.length === 0) return []
  const rows = await ports.terms.listTerms(tx, [...new Set(payouts.map(({ merchantId }) => merchantId))])
  return payouts.filter(payout => whyNotPaid(ports, rows, payout, ports.clock.virtualNowMs()) !== undefined)
}

/** The file and all its payouts are CANCELED, as long as it was not sent. Throws DependencyUnavailableError. */
export async function cancelFile(ports: DecidePorts, fileId: string, decision: Decision): Promise<FileDecision> {
  await ports.clock.catchUp()
  let canceled: Payout[] = []
  const result = await ports.transactions.run<FileDecision>(fileId, async tx => {
    const found = await lockedIn(ports, tx, fileId, ['PREPARED', 'APPROVED'])
    if (found.kind !== 'decided') return found
    canceled = (await ports.payouts.lockByFile(tx, fileId)).filter(isCancelable)
    await writeFailed(ports, tx, canceled, { state: 'CANCELED', reason: decision.reason })
    const file = await writeLeft(ports, tx, found.file, [])
    await ports.auditLog.append(tx, entryOf('payout-file.canceled', fileId, decision, contentIn(found.file)))
    return { kind: 'decided', file }
  })
  if (result.kind === 'decided') await ringFor(ports.doorbell, idsOf(canceled))
  return result
}

export type PayoutDecision =
  | { kind: 'decided'; payout: Payout }
  | { kind: 'not_found' }
  | { kind: 'too_late'; state: PayoutState }
  /** Somebody is putting it into a file at this moment: once more. */
  | { kind: 'changing' }

/** CREATED, APPROVED → CANCELED; its file goes without it. Throws DependencyUnavailableError. */
export async function cancelPayout(ports: DecidePorts, payoutId: string, decision: Decision): Promise<PayoutDecision> {
  await ports.clock.catchUp()
  const seen = await ports.payouts.find(payoutId)
  if (seen === undefined) return { kind: 'not_found' }
  const result = await ports.transactions.run<PayoutDecision>(payoutId, async tx => {
    const locked = await lockWithFile(ports, tx, seen)
    if (locked === undefined) return { kind: 'changing' }
    const { amountMinor, currency, state } = locked.payout
    if (!isCancelable(locked.payout)) return { kind: 'too_late', state }
    const payout = await withdraw(ports, tx, locked, decision.reason)
    await ports.auditLog.append(tx, entryOf('payout.canceled', payoutId, decision, { amountMinor, currency }))
    return { kind: 'decided', payout }
  })
  if (result.kind === 'decided') await ringFor(ports.doorbell, [payoutId])
  return result
}

async function lockedIn(
  ports: DecidePorts,
  tx: Transaction,
  fileId: string,
  states: readonly PayoutFileState[],
): Promise<FileDecision> {
  const file = await ports.payoutFiles.lock(tx, fileId)
  if (file === undefined) return { kind: 'not_found' }
  return states.includes(file.state) ? { kind: 'decided', file } : { kind: 'too_late', state: file.state }
}

const entryOf = (
  action: AuditEntry['action'],
  subject: string,
  { actor, reason }: Decision,
  details: AuditEntry['details'],
): AuditEntry => ({ actor, action, subject, reason, details })

/** What was decided about. */
const contentIn = ({ payoutCount, totalMinor, currency, executeOn }: PayoutFile): AuditEntry['details'] => ({
  ...{ payoutCount, totalMinor, currency, executeOn },
})
