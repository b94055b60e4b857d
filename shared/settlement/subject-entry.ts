/** A ledger entry of a reserve or an invoice. */
import type { SettlementEntryType } from '../contracts/lists.ts'
import { settlementMovement } from '../domain/settlement-ledger.ts'
import type { Ids } from '../payments/ports.ts'
import type { Account, SettlementEntry } from './ports.ts'

/** `atMs` is virtual time. */
export const entryOfSubject = (
  ids: Pick<Ids, 'entry'>,
  type: SettlementEntryType,
  {
    subjectId,
    eventId,
    atMs,
    ...moved
  }: Account & { amountMinor: number; subjectId: string; eventId: string; atMs: number },
): SettlementEntry => ({
  ...settlementMovement(type, moved),
  ...{ entryId: ids.entry(), subjectId, eventId, occurredAtMs: atMs },
})
