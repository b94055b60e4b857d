/** Another bank account of a merchant: one person asks for it, another approves it, and it is paid to a day later. Each step is audited. */
import type { AccountChangeState, AuditAction } from '../contracts/lists.ts'
import { type DatedTerms, freeFrom, type SettlementTerms, termsAt } from '../domain/settlement-terms.ts'
import { type Clock, DuplicateKeyError, type SeparateTransactions, type Transaction } from '../payments/ports.ts'
import type {
  Account,
  AccountChange,
  AccountChanges,
  AuditEntry,
  AuditLog,
  SettlementIds,
  TermsReader,
  TermsWriter,
} from './ports.ts'
import { rowsOf } from './set-terms.ts'

export interface AccountPorts {
  transactions: SeparateTransactions
  terms: TermsReader & TermsWriter
  settlementDefaults: SettlementTerms
  accountChanges: AccountChanges
  auditLog: AuditLog
  clock: Clock
  ids: Pick<SettlementIds, 'accountChange'>
}

export type By = Pick<AuditEntry, 'actor' | 'reason'>

/** Virtual time. Whoever was deceived has a day to notice. */
export const WAIT_MS = 24 * 60 * 60_000

export type AccountOutcome =
  | { kind: 'approved' | 'canceled'; change: AccountChange }
  | { kind: 'not_found' }
  /** It was approved or canceled. Nothing was changed. */
  | { kind: 'too_late'; state: AccountChangeState }
  /** Who asked for it does not approve it. */
  | { kind: 'own' }
  /** The merchant has terms from that very moment on: once more. */
  | { kind: 'taken' }

/** Writes down what is wanted; nothing is paid to it so far. The first account of a merchant is one, too. Throws DependencyUnavailableError. */
export async function askAccount(
  ports: AccountPorts,
  { merchantId, currency, accountToken }: Account & { accountToken: string },
  by: By,
): Promise<AccountChange> {
  await ports.clock.catchUp()
  const change: AccountChange = {
    ...{ changeId: ports.ids.accountChange(), merchantId, currency, accountToken, state: 'ASKED' },
    ...{ askedBy: by.actor, askedAtMs: ports.clock.virtualNowMs() },
    ...{ approvedBy: null, approvedAtMs: null, effectiveAtMs: null },
  }
  await ports.transactions.run(change.changeId, async tx => {
    await ports.accountChanges.insert(tx, change)
    await audit(ports, tx, 'account.asked', change, by)
  })
  return change
}

/** ASKED → APPROVED, by another person; the terms have it from a day later on. Throws DependencyUnavailableError. */
export async function approveAccount(ports: AccountPorts, changeId: string, by: By): Promise<AccountOutcome> {
  await ports.clock.catchUp()
  try {
    return await ports.transactions.run<AccountOutcome>(changeId, async tx => {
      await ports.terms.lockTerms(tx)
      const found = await lockAsked(ports, tx, changeId)
      if ('kind' in found) return found
      if (found.askedBy === by.actor) return { kind: 'own' }
      const approvedAtMs = ports.clock.virtualNowMs()
      const approved = { ...found, state: 'APPROVED', approvedBy: by.actor, approvedAtMs } as const
      const change: AccountChange = { ...approved, effectiveAtMs: approvedAtMs + WAIT_MS }
      await ports.accountChanges.update(tx, change)
      await writeTerms(ports, tx, change, by.actor)
      await audit(ports, tx, 'account.approved', change, by)
      return { kind: 'approved', change }
    })
  } catch (error) {
    if (error instanceof DuplicateKeyError) return { kind: 'taken' }
    throw error
  }
}

/** ASKED → CANCELED, by anybody who may ask. Throws DependencyUnavailableError. */
export async function cancelAccount(ports: AccountPorts, changeId: string, by: By): Promise<AccountOutcome> {
  await ports.clock.catchUp()
  return ports.transactions.run<AccountOutcome>(changeId, async tx => {
    const found = await lockAsked(ports, tx, changeId)
    if ('kind' in found) return found
    const change: AccountChange = { ...found, state: 'CANCELED' }
    await ports.accountChanges.update(tx, change)
    await audit(ports, tx, 'account.canceled', change, by)
    return { kind: 'canceled', change }
  })
}

/** The change while it may be decided, or why it may not. */
async function lockAsked(ports: AccountPorts, tx: Transaction, changeId: string) {
  const change = await ports.accountChanges.lock(tx, changeId)
  if (change === undefined) return { kind: 'not_found' } as const
  if (change.state !== 'ASKED') return { kind: 'too_late', state: change.state } as const
  return change
}

/** The terms that are in force then, and those that were written before and begin later, a moment after each: all with the account. */
async function writeTerms(
  ports: AccountPorts,
  tx: Transaction,
  { merchantId, currency, accountToken, effectiveAtMs }: AccountChange,
  actor: string,
): Promise<void> {
  const rows = await rowsOf(ports, tx, { merchantId, currency })
  const fromMs = effectiveAtMs!
  const inForce = termsAt(rows, ports.settlementDefaults, merchantId, currency, fromMs)
  const first: DatedTerms = { ...inForce, merchantId, currency, validFromMs: fromMs }
  const later = rows.filter(row => row.validFromMs > fromMs && freeFrom(rows, row.validFromMs) === row.validFromMs + 1)
  for (const row of [first, ...later.map(each => ({ ...each, validFromMs: each.validFromMs + 1 }))])
    await ports.terms.insertTerms(tx, { ...row, accountToken }, actor, ports.clock.nowMs())
}

function audit(
  { auditLog }: AccountPorts,
  tx: Transaction,
  action: AuditAction,
  { changeId, merchantId, currency, accountToken, effectiveAtMs }: AccountChange,
  by: By,
): Promise<void> {
  const effectiveAt = effectiveAtMs === null ? null : new Date(effectiveAtMs).toISOString()
  const details = { merchantId, currency, accountToken, effectiveAt }
  return auditLog.append(tx, { ...by, action, subject: changeId, details })
}
