/** Payouts whose money came back: RETURNED, owed to the merchant again by an item, and the merchant is held. */
import type { Transaction } from '../payments/ports.ts'
import { type ItemPorts, writeItems } from '../settlement/write-items.ts'
import { type HoldPorts, holdAccounts } from './hold-accounts.ts'
import { type PayoutMove, type PayoutMovePorts, writeReturned } from './move-paid-payouts.ts'

export interface ReturnPorts extends PayoutMovePorts, HoldPorts, Omit<ItemPorts, 'ids' | 'terms'> {
  ids: PayoutMovePorts['ids'] & ItemPorts['ids']
}

/** The item is of the whole payout, whatever its line says: the difference stands in its break. Locks the terms and the audit log. */
export async function takeBack(ports: ReturnPorts, tx: Transaction, moves: readonly PayoutMove[]): Promise<void> {
  if (moves.length === 0) return
  const eventIds = await writeReturned(ports, tx, moves)
  const atMs = ports.clock.virtualNowMs()
  const owed = moves.map(({ payout: { merchantId, currency, amountMinor } }, index) => ({
    ...({ merchantId, currency, eventId: eventIds[index]!, type: 'payout_returned' } as const),
    ...{ netMinor: amountMinor, atMs },
  }))
  await writeItems(ports, tx, owed)
  await holdAccounts(
    ports,
    tx,
    moves.map(({ payout }) => payout),
  )
}
