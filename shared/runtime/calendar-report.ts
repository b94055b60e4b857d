/** Reports a calendar that ends: as a problem for readiness. */
import type { BusinessCalendar } from '../domain/business-days.ts'
import type { ReadinessProblem } from './health.ts'

/** Longer than most of what is sold today waits for its payout, and long enough for a person to load a year. */
const AHEAD_MS = 45 * 24 * 60 * 60_000

/** None while the calendar knows every day up to then. `nowMs` is virtual. */
export function calendarProblems(name: string, { closed }: BusinessCalendar, nowMs: number): ReadinessProblem[] {
  const year = new Date(nowMs + AHEAD_MS).getUTCFullYear()
  if (closed.has(`${year}-01-01`)) return []
  const message = `the business calendar ${name} does not know ${year}: what is sold has no due date there; see npm run settle -- calendar`
  return [{ kind: 'calendar_ends', message, since: new Date(Date.UTC(year, 0, 1) - AHEAD_MS).toISOString() }]
}
