/** New terms of a merchant from a moment on: the ones in force then, with what changes. */
import { dayEndsAtMs, soldOn } from '../domain/business-days.ts'
import { type DatedTerms, type SettlementTerms, termsAt } from '../domain/settlement-terms.ts'
import { type Clock, DuplicateKeyError, type SeparateTransactions } from '../payments/ports.ts'
import type { AuditEntry, AuditLog, TermsReader, TermsWriter } from './ports.ts'

export interface SetTermsPorts {
  transactions: SeparateTransactions
  terms: TermsReader & TermsWriter
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
  changes: Partial<SettlementTerms>
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
      const rows = (await ports.terms.listTerms(tx, [merchantId])).filter(row => row.currency === currency)
      const at = (atMs: number) => termsAt(rows, ports.settlementDefaults, merchantId, currency, atMs)
      fromMs = beginningOf(change, at(earliestMs), earliestMs)
      const terms: DatedTerms = { ...at(fromMs), ...change.changes, merchantId, currency, validFromMs: fromMs }
      await ports.terms.insertTerms(tx, terms, by.actor, ports.clock.nowMs())
      await ports.auditLog.append(tx, { ...by, action: 'terms.set', subject: merchantId, details: termsDetails(terms) })
      return { kind: 'set', terms, later: rows.filter(row => row.validFromMs > fromMs) } as const
    })
  } catch (error) {
    if (error instanceof DuplicateKeyError) return { kind: 'taken', fromMs }
    throw error
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
