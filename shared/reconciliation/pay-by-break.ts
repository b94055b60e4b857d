/** A payout that a break explains: the money left, although no line of a statement names it. */
import type { Transaction } from '../payments/ports.ts'
import type { Payout } from '../settlement/ports.ts'
import type { PlanPorts } from './break-plans.ts'
import { writePaid } from './move-paid-payouts.ts'
import type { ReconBreak } from './ports.ts'

/** Whether the bank may have paid it, and no statement said so. */
export const isInTransit = ({ state }: Payout): boolean => state === 'SENT' || state === 'CONFIRMED'

/** The payout and its batch become PAID, under an event of the payout's own. The payout is locked; what it moved is the break's to book. */
export async function payByBreak(
  ports: PlanPorts,
  tx: Transaction,
  payout: Payout,
  { breakId, openedOn }: ReconBreak,
): Promise<void> {
  await ports.batches.lock(tx, payout.batchId)
  // Without a reference of the bank the break stands for the line of the statement.
  const bankRef = payout.bankRef ?? breakId
  const move = { payout, bankRef, bookedOn: openedOn, movedMinor: payout.amountMinor, account: undefined }
  await writePaid(ports, tx, [move])
}
