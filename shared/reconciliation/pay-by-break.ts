/** A payout that a break explains: the money left, although no line of a statement names it. */
import type { Transaction } from '../payments/ports.ts'
import type { Payout } from '../settlement/ports.ts'
import type { PlanPorts } from './break-plans.ts'
import { writePaid } from './move-paid-payouts.ts'
import type { ReconBreak } from './ports.ts'

/** Whether the bank may have paid it, and no statement said so. */
export const isInTransit = ({ state }: Payout): boolean => state === 'SENT' || state === 'CONFIRMED'

/** With its batch, in the order in which everybody locks them. */
export async function lockPayout(
  { bankPayouts }: Pick<PlanPorts, 'bankPayouts'>,
  tx: Transaction,
  payoutId: string,
): Promise<Payout | undefined> {
  const [payout] = await bankPayouts.lock(tx, [payoutId])
  return payout
}

/** The payout, which is locked, and its batch become PAID, under an event of the payout's own. What it moved is the break's to book. */
export async function payByBreak(
  ports: PlanPorts,
  tx: Transaction,
  payout: Payout,
  { breakId, openedOn }: ReconBreak,
): Promise<void> {
  // Without a reference of the bank the break stands for the line of the statement.
  const bankRef = payout.bankRef ?? breakId
  const move = { payout, bankRef, bookedOn: openedOn, movedMinor: payout.amountMinor, account: undefined }
  await writePaid(ports, tx, [move])
}
