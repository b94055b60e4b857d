/** Payouts that were made before their merchant was held, or had another account: those that nobody has approved are canceled, the others are shown. */

import type { Doorbell, SeparateTransactions } from '../payments/ports.ts'
import { ATTEMPTS_MAX } from './move-payouts.ts'
import { pagesOf } from './pages-of.ts'
import { type HeldPorts, whyNotPaid } from './payable-batches.ts'
import type { Payout, PayoutAlarms, Payouts, PayoutsToHold } from './ports.ts'
import { ringFor } from './ring-for.ts'
import { lockWithFile, type WithdrawPorts, withdraw } from './withdraw-payout.ts'

export interface FindHeldPorts extends HeldPorts {
  payouts: PayoutsToHold
}

export interface CancelHeldPorts extends FindHeldPorts, WithdrawPorts {
  payouts: Payouts & PayoutsToHold
  transactions: SeparateTransactions
  doorbell: Doorbell
  payoutAlarms: Pick<PayoutAlarms, 'attemptsUsedUp'>
}

/** Of one look. */
const PAGE_PAYOUTS = 1_000

/** In this state, of merchants that are held at this virtual time, or have another account by then. Throws DependencyUnavailableError. */
export async function heldPayouts(
  ports: FindHeldPorts,
  state: 'CREATED' | 'APPROVED',
  virtualNowMs: number,
  pagePayouts = PAGE_PAYOUTS,
): Promise<Payout[]> {
  const held: Payout[] = []
  const list = (after?: Payout) => ports.payouts.listOfHeld(state, pagePayouts, after?.payoutId)
  for await (const page of pagesOf(pagePayouts, list)) held.push(...(await heldIn(ports, page, virtualNowMs)))
  return held
}

async function heldIn(ports: FindHeldPorts, page: readonly Payout[], virtualNowMs: number): Promise<Payout[]> {
  const rows = await ports.terms.listTerms(undefined, [...new Set(page.map(({ merchantId }) => merchantId))])
  return page.filter(payout => whyNotPaid(ports, rows, payout, virtualNowMs) !== undefined)
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
    if (locked?.payout.state !== 'CREATED') return false
    const rows = await ports.terms.listTerms(tx, [seen.merchantId])
    const reason = whyNotPaid(ports, rows, seen, ports.clock.virtualNowMs())
    if (reason === undefined) return false
    await withdraw(ports, tx, locked, reason)
    return true
  })
  if (!isOurs) return false
  await ringFor(ports.doorbell, [seen.payoutId])
  if (seen.attempt >= ATTEMPTS_MAX) ports.payoutAlarms.attemptsUsedUp(seen)
  return true
}
