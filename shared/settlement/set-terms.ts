/** New terms of a merchant from a moment on: the ones in force then, with what changes. The bank account is changed by others. */
import { dayEndsAtMs, soldOn } from '../domain/business-days.ts'
import {
  type ChangedTerms,
  type DatedTerms,
  freeFrom,
  type SettlementTerms,
  termsAt,
} from '../domain/settlement-terms.ts'
import { type Clock, DuplicateKeyError, type SeparateTransactions, type Transaction } from '../payments/ports.ts'
import type { Account, AccountChanges, AuditEntry, AuditLog, TermsReader, TermsWriter } from './ports.ts'

export interface SetTermsPorts {
  transactions: SeparateTransactions
  terms: TermsReader & TermsWriter
  accountChanges: Pick<AccountChanges, 'listLater'>
  settlementDefaults: SettlementTerms
  auditLog: AuditLog
  clock: Clock
}

/** Whose terms change, from when on (virtual time) and how. */
export interface TermsChange {
  merchantId: string
  currency: string
  /** `soon`: as soon as may be. Undefined: from the next midnight in their time zone. */
  from: number | 'soon' | undefined
  changes: ChangedTerms
}

/** An event may be judged by a process whose clock is a little behind, and must be judged by the same terms everywhere. */
export const AHEAD_MS_MIN = 60_000

export type SetTermsOutcome =
  | {
      kind: 'set'
      terms: DatedTerms
      /** Those that were written before and apply later: they stay as they are. */
      later: DatedTerms[]
    }
  /** Terms never apply to what has happened. */
  | { kind: 'too_early'; earliestMs: number }
  /** There are terms from this very moment on. */
  | { kind: 'taken'; fromMs: number }

/** Adds a row, and one of the audit log; none is changed. Throws DependencyUnavailableError, or RowRefusedError for values that cannot be. */
export async function setTerms(
  ports: SetTermsPorts,
  change: TermsChange,
  by: Pick<AuditEntry, 'actor' | 'reason'>,
): Promise<SetTermsOutcome> {
  await ports.clock.catchUp()
  const earliestMs = ports.clock.virtualNowMs() + AHEAD_MS_MIN
  if (typeof change.from === 'number' && change.from < earliestMs) return { kind: 'too_early', earliestMs }
  let fromMs = earliestMs
  try {
    return await ports.transactions.run('terms', async tx => {
      await ports.terms.lockTerms(tx)
      const { merchantId, currency } = change
      const rows = await rowsOf(ports, tx, change)
      const at = (atMs: number) => termsAt(rows, ports.settlementDefaults, merchantId, currency, atMs)
      fromMs = beginningOf(change, at(earliestMs), earliestMs)
      const terms: DatedTerms = { ...at(fromMs), ...change.changes, merchantId, currency, validFromMs: fromMs }
      await ports.terms.insertTerms(tx, terms, by.actor, ports.clock.nowMs())
      await keepWithLaterAccounts(ports, tx, { ...change, fromMs, rows }, by.actor)
      await ports.auditLog.append(tx, { ...by, action: 'terms.set', subject: merchantId, details: termsDetails(terms) })
      return { kind: 'set', terms, later: rows.filter(row => row.validFromMs > fromMs) } as const
    })
  } catch (error) {
    if (error instanceof DuplicateKeyError) return { kind: 'taken', fromMs }
    throw error
  }
}

/** The terms of this account. */
export const rowsOf = async (
  { terms }: Pick<SetTermsPorts, 'terms'>,
  tx: Transaction,
  { merchantId, currency }: Account,
): Promise<DatedTerms[]> => (await terms.listTerms(tx, [merchantId])).filter(row => row.currency === currency)

/** An account that was approved and begins later begins with the terms of its approval: from a moment after it on they have this change, too. */
async function keepWithLaterAccounts(
  { terms, accountChanges, clock }: SetTermsPorts,
  tx: Transaction,
  { merchantId, currency, changes, fromMs, rows }: TermsChange & { fromMs: number; rows: readonly DatedTerms[] },
  actor: string,
): Promise<void> {
  for (const { effectiveAtMs } of await accountChanges.listLater(tx, { merchantId, currency }, fromMs)) {
    const validFromMs = freeFrom(rows, effectiveAtMs!)
    const last = rows.find(row => row.validFromMs === validFromMs - 1)
    if (last === undefined) continue
    await terms.insertTerms(tx, { ...last, ...changes, validFromMs }, actor, clock.nowMs())
  }
}

/** What the audit log keeps of them. */
export const termsDetails = ({ merchantId: _, validFromMs, ...terms }: DatedTerms) => ({
  ...terms,
  validFrom: new Date(validFromMs).toISOString(),
})

function beginningOf({ from, changes }: TermsChange, before: SettlementTerms, earliestMs: number): number {
  if (from === 'soon') return earliestMs
  if (from !== undefined) return from
  const midnight = { timezone: changes.timezone ?? before.timezone, cutoff: '24:00' }
  return dayEndsAtMs(soldOn(earliestMs - 1, midnight), midnight)
}
