/** The country's holidays on weekdays, and when a month begins that has one. */
import * as holidaysByYear from '@hyunbinseo/holidays-kr/all'
import { DAYS } from './plan.ts'

const DAY_MS = 86_400_000
/** Nobody knows the holidays of years to come. */
const WAIT_DAYS_MAX = 366

const names = new Map(Object.values(holidaysByYear).flatMap(days => Object.entries(days)))

/** Days are `YYYY-MM-DD`. */
export const dayAfter = (day: string, count: number): string =>
  new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10)

/** From one day up to another, which is not among them. */
export function holidaysBetween(from: string, to: string): { day: string; name: string }[] {
  const found: { day: string; name: string }[] = []
  for (let day = from; day < to; day = dayAfter(day, 1)) {
    const isWeekday = new Date(day).getUTCDay() % 6 !== 0
    if (isWeekday && names.has(day)) found.push({ day, name: [names.get(day)!].flat().join(', ') })
  }
  return found
}

/** How many days from this one on a month begins whose sales are interrupted by a holiday; 0 when no holidays are known. */
export function daysUntilMonth(day: string): number {
  for (let count = 0; count <= WAIT_DAYS_MAX; count++) {
    const from = dayAfter(day, count)
    if (holidaysBetween(from, dayAfter(from, DAYS)).length > 0) return count
  }
  return 0
}
