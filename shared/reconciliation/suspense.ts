/** What recon_suspense holds: it is the open breaks, and nothing else. */
import { SUSPENSE } from '../domain/recon-ledger.ts'
import type { Clock } from '../payments/ports.ts'
import type { AccountBalances } from '../settlement/ports.ts'

export interface SuspenseBalance {
  currency: string
  /** Debits less credits. */
  balanceMinor: bigint
}

/** In each currency in which it ever had an entry. Throws DependencyUnavailableError. */
export async function suspenseBalances({
  balances,
  clock,
}: {
  balances: Pick<AccountBalances, 'listCurrencies' | 'sumsAt'>
  clock: Pick<Clock, 'nowMs'>
}): Promise<SuspenseBalance[]> {
  const currencies = await balances.listCurrencies(SUSPENSE)
  if (currencies.length === 0) return []
  const keys = currencies.map(currency => ({ account: SUSPENSE, currency }))
  const sums = await balances.sumsAt(keys, clock.nowMs())
  return sums.map(({ currency, debitsMinor, creditsMinor }) => ({ currency, balanceMinor: debitsMinor - creditsMinor }))
}
