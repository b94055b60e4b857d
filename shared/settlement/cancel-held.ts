/** Payouts that were made before their merchant was held: those that nobody has approved are canceled, the others are shown. */
import type { Doorbell, SeparateTransactions } from '../payments/ports.ts'
import { type HeldPorts, isHeld, isHeldNow } from './payable-batches.ts'
import type { Payout, Payouts, PayoutsToHold } from './ports.ts'
import { ringFor } from './ring-for.ts'
import { lockWithFile, type WithdrawPorts, withdraw } from './withdraw-payout.ts'

export interface FindHeldPorts extends HeldPorts {
  payouts: PayoutsToHold
}

export interface CancelHeldPorts extends FindHeldPorts, WithdrawPorts {
  payouts: Payouts & PayoutsToHold
  transactions: SeparateTransactions
  doorbell: Doorbell
}

/** Of one look; there are few. */
const PAYOUTS_MAX = 1_000

const REASON = 'the merchant is held'

/** In this state, of merchants that are held at this virtual time; at most a thousand. Throws DependencyUnavailableError. */
export async function heldPayouts(
  ports: FindHeldPorts,
  state: 'CREATED' | 'APPROVED',
  virtualNowMs: number,
): Promise<Payout[]> {
  const seen = await ports.payouts.listOfHeld(state, PAYOUTS_MAX)
  if (seen.length === 0) return []
  const rows = await ports.terms.listTerms(undefined, [...new Set(seen.map(({ merchantId }) => merchantId))])
  return seen.filter(payout => isHeld(ports, rows, payout, virtualNowMs))
}

/** Each is booked back, and its file goes without it. Returns how many. Throws DependencyUnavailableError. */
export async function cancelHeld(ports: CancelHeldPorts, mayGoOn: () => boolean): Promise<number> {
  let canceled = 0
  for (const payout of await heldPayouts(ports, 'CREATED', ports.clock.virtualNowMs()))
    if (mayGoOn() && (await cancelOne(ports, payout))) canceled++
  return canceled
}

/** False when somebody has approved or canceled it, or put it into a file: the next run looks again. */
async function cancelOne(ports: CancelHeldPorts, seen: Payout): Promise<boolean> {
  const isOurs = await ports.transactions.run(seen.payoutId, async tx => {
    const locked = await lockWithFile(ports, tx, seen)
    if (locked?.payout.state !== 'CREATED' || !(await isHeldNow(ports, tx, seen))) return false
    await withdraw(ports, tx, locked, REASON)
    return true
  })
  if (isOurs) await ringFor(ports.doorbell, [seen.payoutId])
  return isOurs
}
