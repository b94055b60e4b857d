/** The days of Seoul, and which of them are business days. A calendar of its own: the product's is what is judged. */

const DAY_MS = 24 * 60 * 60_000

/** What is closed besides weekends around the days that the generator sells on. */
const holidays = new Set([
  ...['2026-09-24', '2026-09-25', '2026-09-26', '2026-10-03', '2026-10-05', '2026-10-09', '2026-12-25'],
  ...['2027-01-01', '2027-02-06', '2027-02-07', '2027-02-08', '2027-02-09'],
])

const utcOf = (day: string): number => Date.parse(`${day}T00:00:00Z`)

/** The moment at which the day begins in Seoul. */
export const startOf = (day: string): number => Date.parse(`${day}T00:00:00+09:00`)

export const addDays = (day: string, days: number): string =>
  new Date(utcOf(day) + days * DAY_MS).toISOString().slice(0, 10)

export function isBusinessDay(day: string): boolean {
  const weekday = new Date(utcOf(day)).getUTCDay()
  return weekday !== 0 && weekday !== 6 && !holidays.has(day)
}

/** The `count`th business day after `day`. */
export function businessDaysAfter(day: string, count: number): string {
  let found = day
  for (let left = count; left > 0; ) {
    found = addDays(found, 1)
    if (isBusinessDay(found)) left -= 1
  }
  return found
}

/** Both included. */
export function daysFromTo(first: string, last: string): string[] {
  const days: string[] = []
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day)
  return days
}

export const compact = (day: string): string => day.replaceAll('-', '')
