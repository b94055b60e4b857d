/** How old a break is, in the business days of its source, and who has to know of it. */
import type { AgeEscalation, AgeName } from '../contracts/lists.ts'
import { addDays, type BusinessCalendar, isBusinessDay } from './business-days.ts'

/** The youngest first. `daysMax` belongs to the bucket. */
export const ageBuckets = [
  { name: '0-1', daysMax: 1, escalation: 'none' },
  { name: '2-5', daysMax: 5, escalation: 'operator' },
  { name: '6-20', daysMax: 20, escalation: 'lead' },
  { name: '>20', daysMax: Number.POSITIVE_INFINITY, escalation: 'finance' },
] as const satisfies readonly { name: AgeName; daysMax: number; escalation: AgeEscalation }[]
export type AgeBucket = (typeof ageBuckets)[number]

/** The business days after `fromDay` up to `day`, which counts. 0 when `day` is not later; those of a year that is not loaded are none. */
export function businessDaysSince(calendar: BusinessCalendar, fromDay: string, day: string): number {
  let count = 0
  for (let each = addDays(fromDay, 1); each <= day; each = addDays(each, 1)) if (isBusinessDay(calendar, each)) count++
  return count
}

export const bucketOf = (businessDays: number): AgeBucket => ageBuckets.find(({ daysMax }) => businessDays <= daysMax)!
