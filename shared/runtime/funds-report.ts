/** What is missing on the safeguarded account, as gauges. */
import type { ShortFunds } from '../books/short-funds.ts'
import type { Metrics } from './metrics.ts'

type FundsGauges = 'fundsMissing' | 'fundsShortBusinessDays'

export function reportFunds(metrics: Pick<Metrics, FundsGauges>, found: readonly ShortFunds[]): void {
  for (const { currency, missingMinor, businessDays } of found) {
    metrics.fundsMissing.set({ currency }, Number(missingMinor))
    metrics.fundsShortBusinessDays.set({ currency }, businessDays)
  }
}
