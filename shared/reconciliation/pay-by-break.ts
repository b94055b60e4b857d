/** A payout that a break explains: the money left, although no line of a statement names it. */
import type { Transaction } from '../payments/ports.ts'
import type { Payout } from '../settlement/ports.ts'
import { payoutToldEvent } from '../settlement/settlement-event.ts'
import type { PlanPorts } from './break-plans.ts'
import type { ReconBreak } from './ports.ts'

/** Whether the bank may have paid it, and no statement said so. */
export const isInTransit = ({ state }: Payout): boolean => state === 'SENT' || state === 'CONFIRMED'

/** The payout and its batch become PAID, under an event of the payout's own. The payout is locked; its entries are the break's. */
export async function payByBreak(ports: PlanPorts, tx: Transaction, payout: Payout, of: ReconBreak): Promise<void> {
  const updatedAtMs = ports.clock.virtualNowMs()
  const batch = await ports.batches.lock(tx, payout.batchId)
  if (batch === undefined) throw new Error(`payout ${payout.payoutId} has no batch`)
  await ports.payouts.change(tx, [payout.payoutId], { state: 'PAID', updatedAtMs, isTold: true })
  await ports.batches.update(tx, { ...batch, state: 'PAID' })
  const paid: Payout = { ...payout, state: 'PAID', eventCount: payout.eventCount + 1, updatedAtMs }
  // The break stands for the line of the statement.
  const told = { bankRef: of.breakId, bookedOn: of.openedOn, moved: payout.amountMinor }
  const event = payoutToldEvent(ports.ids.event(), paid, { eventType: 'payout.paid', ...told })
  await ports.outbox.insert(tx, event, ports.clock.nowMs())
}
