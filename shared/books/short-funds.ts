/** For how long the safeguarded account has held less than what merchants are owed. */
import { type BusinessCalendar, isBusinessDay } from '../domain/business-days.ts'
import type { DayOfFunds } from './ports.ts'

export interface ShortFunds {
  currency: string
  /** Of its newest day. 0: nothing is missing. */
  missingMinor: bigint
  /** The business days up to the newest one on which something was missing each day; money can be moved on them only. */
  businessDays: number
}

export const missingIn = ({ requiredMinor, safeguardedMinor }: DayOfFunds): bigint =>
  requiredMinor > safeguardedMinor ? requiredMinor - safeguardedMinor : 0n

/** `days`: newest first. By currency. */
export function shortFunds(days: readonly DayOfFunds[], calendar: BusinessCalendar): ShortFunds[] {
  const byCurrency = Map.groupBy(days, ({ currency }) => currency)
  return [...byCurrency].map(([currency, rows]) => {
    const firstWhole = rows.findIndex(row => missingIn(row) === 0n)
    const short = firstWhole === -1 ? rows : rows.slice(0, firstWhole)
    const businessDays = short.filter(({ day }) => isBusinessDay(calendar, day)).length
    return { currency, missingMinor: missingIn(rows[0]!), businessDays }
  })
}
