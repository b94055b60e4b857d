/** Every planted corruption, by the invariant that it breaks. For tests only. */
import { acquirerCorruptions } from './acquirer-invariants.corruption.ts'
import { auditCorruptions } from './audit-invariants.corruption.ts'
import { balanceCorruptions } from './balance-invariants.corruption.ts'
import type { InvariantName } from './catalogue.ts'
import { disputeCorruptions } from './dispute-invariants.corruption.ts'
import { eventCorruptions } from './event-invariants.corruption.ts'
import { kafkaCorruptions } from './kafka-invariants.corruption.ts'
import { ledgerCorruptions } from './ledger-invariants.corruption.ts'
import { monthCorruptions } from './month-invariants.corruption.ts'
import { operationCorruptions } from './operation-invariants.corruption.ts'
import { paymentCorruptions } from './payment-invariants.corruption.ts'
import type { Planted, PlantedFor } from './planted.corruption.ts'
import { reconCorruptions } from './recon-invariants.corruption.ts'
import { reserveCorruptions } from './reserve-invariants.corruption.ts'
import { settlementCorruptions } from './settlement-invariants.corruption.ts'

const corruptions: PlantedFor<InvariantName> = {
  ...paymentCorruptions,
  ...operationCorruptions,
  ...eventCorruptions,
  ...ledgerCorruptions,
  ...settlementCorruptions,
  ...reserveCorruptions,
  ...disputeCorruptions,
  ...reconCorruptions,
  ...auditCorruptions,
  ...balanceCorruptions,
  ...monthCorruptions,
  ...kafkaCorruptions,
  ...acquirerCorruptions,
}

type Broken<Corruption> = Corruption & { invariant: InvariantName; breaks: InvariantName[] }

function listed<Corruption extends { alsoBreaks?: readonly InvariantName[] }>(
  corruptionsIn: (planted: Planted) => readonly Corruption[],
): Broken<Corruption>[] {
  const entries = Object.entries(corruptions) as [InvariantName, Planted][]
  return entries.flatMap(([invariant, planted]) =>
    corruptionsIn(planted).map(each => ({
      ...each,
      invariant,
      breaks: [invariant, ...(each.alsoBreaks ?? [])].sort(),
    })),
  )
}

/** Every corruption of sample payments, with the names of all invariants that it breaks, sorted. */
export const sampleCorruptions = listed(planted => planted.samples)

/** Every corruption of a running system, likewise. */
export const systemCorruptions = listed(planted => planted.system)
