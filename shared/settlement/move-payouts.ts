/** The steps of payouts: what each writes together, in a transaction in which the rows are locked. */

import { type LivePayoutState, livePayoutStates, type SettlementEntryType } from '../contracts/lists.ts'
import { settlementMovement } from '../domain/settlement-ledger.ts'
import type { Clock, Ids, OutboxWriter, Transaction } from '../payments/ports.ts'
import type { Payout, Payouts, SettlementEntry, SettlementIds, SettlementLedger } from './ports.ts'
import { payoutToldEvent } from './settlement-event.ts'

export interface MovePorts {
  payouts: Payouts
  settlementLedger: SettlementLedger
  outbox: OutboxWriter
  clock: Clock
  ids: Pick<Ids, 'event' | 'entry'> & Pick<SettlementIds, 'payout' | 'payoutFile'>
}

/** A batch has at most so many payouts. Then a person has to look at it, and may allow one more at a time (`retryBatch`). */
export const ATTEMPTS_MAX = 5

export type LivingPayout = Payout & { state: LivePayoutState }

export const isLiving = (payout: Payout): payout is LivingPayout => livePayoutStates.some(live => live === payout.state)

/** Reasons come from the bank and from people; the column holds no more. */
const REASON_CHARACTERS_MAX = 200

/** Writes a new payout, its ledger entry and its event. */
export async function writeCreated(ports: MovePorts, tx: Transaction, payout: Payout): Promise<void> {
  const eventId = ports.ids.event()
  const nowMs = ports.clock.nowMs()
  await ports.payouts.insert(tx, payout)
  await ports.settlementLedger.insertOfSubjects(tx, [entryOf(ports, 'payout', eventId, payout)], nowMs)
  await ports.outbox.insert(tx, payoutToldEvent(eventId, payout, { eventType: 'payout.created' }), nowMs)
}

/** They are in a file that the bank may have from now on. */
export async function writeSent(ports: MovePorts, tx: Transaction, payouts: readonly Payout[]): Promise<void> {
  const updatedAtMs = ports.clock.virtualNowMs()
  const change = { state: 'SENT', updatedAtMs, askAtMs: updatedAtMs, isTold: true } as const
  await ports.payouts.change(tx, idsOf(payouts), change)
  for (const payout of payouts) {
    const sent: Payout = { ...payout, state: 'SENT', eventCount: payout.eventCount + 1, updatedAtMs }
    await tell(ports, tx, ports.ids.event(), sent, { eventType: 'payout.sent' })
  }
}

/** The money of these did not move: each is booked back. The batch may be paid by another payout. */
export async function writeFailed(
  ports: MovePorts,
  tx: Transaction,
  payouts: readonly Payout[],
  { state, reason }: { state: 'FAILED' | 'CANCELED'; reason: string },
): Promise<void> {
  if (payouts.length === 0) return
  const updatedAtMs = ports.clock.virtualNowMs()
  const failure = reason.slice(0, REASON_CHARACTERS_MAX)
  await ports.payouts.change(tx, idsOf(payouts), { state, failure, updatedAtMs, isTold: true })
  for (const payout of payouts) {
    const eventId = ports.ids.event()
    const failed: Payout = { ...payout, state, failure, eventCount: payout.eventCount + 1, updatedAtMs }
    const entry = entryOf(ports, 'payout_failed', eventId, failed)
    await ports.settlementLedger.insertOfSubjects(tx, [entry], ports.clock.nowMs())
    await tell(ports, tx, eventId, failed, { eventType: 'payout.failed', reason: failure })
  }
}

const PAUSE_MS_MIN = 30_000
const PAUSE_MS_MAX = 60 * 60_000

/** When the bank is asked again about what it has had since then: the longer, the later. Virtual time. */
export const nextAskMs = (sinceMs: number, nowMs: number): number =>
  nowMs + Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, Math.floor((nowMs - sinceMs) / 4)))

export const idsOf = (payouts: readonly Payout[]): string[] => payouts.map(({ payoutId }) => payoutId)

const tell = (
  { outbox, clock }: MovePorts,
  tx: Transaction,
  eventId: string,
  payout: Payout,
  step: Parameters<typeof payoutToldEvent>[2],
): Promise<void> => outbox.insert(tx, payoutToldEvent(eventId, payout, step), clock.nowMs())

const entryOf = ({ ids }: MovePorts, type: SettlementEntryType, eventId: string, payout: Payout): SettlementEntry => ({
  ...settlementMovement(type, payout),
  ...{ entryId: ids.entry(), subjectId: payout.payoutId, eventId, occurredAtMs: payout.updatedAtMs },
})
