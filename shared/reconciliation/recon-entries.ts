/** Entries of one event of reconciliation, and what of them is on recon_suspense. */
import { type ReconMovement, SUSPENSE } from '../domain/recon-ledger.ts'
import type { Ids } from '../payments/ports.ts'
import type { ReconEntry } from './ports.ts'

export const entriesUnder = (
  ids: Pick<Ids, 'entry'>,
  under: Pick<ReconEntry, 'subjectId' | 'eventId' | 'occurredAtMs'>,
  movements: readonly ReconMovement[],
): ReconEntry[] => movements.map(movement => ({ ...movement, entryId: ids.entry(), ...under }))

/** Debit positive. */
export const movedOnSuspense = (entries: readonly ReconEntry[]): number =>
  entries.reduce(
    (sum, { debitAccount, creditAccount, amountMinor }) =>
      sum + (debitAccount === SUSPENSE ? amountMinor : 0) - (creditAccount === SUSPENSE ? amountMinor : 0),
    0,
  )
