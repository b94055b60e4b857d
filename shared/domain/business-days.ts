/** Days of sale, periods and business days. A day is `YYYY-MM-DD`; a moment is epoch milliseconds. */
import type { SettlementCycle } from '../contracts/lists.ts'
import type { SettlementTerms } from './settlement-terms.ts'

/** When a day ends, and where. */
export type DayRule = Pick<SettlementTerms, 'timezone' | 'cutoff'>

/** The days of one country that are not as their weekday. */
export interface BusinessCalendar {
  /** Of its newest row. */
  version: number
  /** Whether each day that has a row is closed, as its newest row says. A year is loaded when its first of January is among them. */
  closed: ReadonlyMap<string, boolean>
}

const MINUTE_MS = 60_000
const HALF_DAY_MS = 12 * 60 * MINUTE_MS
const DAY_MS = 2 * HALF_DAY_MS

/** The day that a sale of this moment belongs to: from the cut-off on it is the next one. */
export function soldOn(atMs: number, rule: DayRule): string {
  const day = dayOf(wallMs(atMs, rule.timezone))
  return atMs < dayEndsAtMs(day, rule) ? day : addDays(day, 1)
}

/**
 * The first millisecond after the day: when the clocks of the time zone show its cut-off for the first time, or have been put forward
 * over it. So every moment has one day, also where an hour comes twice.
 */
export function dayEndsAtMs(day: string, { timezone, cutoff }: DayRule): number {
  const targetMs = Date.parse(day) + minutesOf(cutoff) * MINUTE_MS
  const aboutMs = targetMs - offsetMs(targetMs, timezone)
  const offsets = [aboutMs - HALF_DAY_MS, aboutMs + HALF_DAY_MS].map(atMs => offsetMs(atMs, timezone))
  return firstAtMs(targetMs, timezone, targetMs - Math.max(...offsets), targetMs - Math.min(...offsets))
}

/** The first of these moments at which the clocks show this time, or a later one. They do at the last. */
function firstAtMs(targetMs: number, timezone: string, fromMs: number, toMs: number): number {
  if (wallMs(fromMs, timezone) >= targetMs) return fromMs
  // The clocks are changed near by: from here on they go forward until they come to it.
  let [before, found] = [fromMs, toMs]
  while (found - before > 1) {
    const middle = Math.floor((before + found) / 2)
    if (wallMs(middle, timezone) >= targetMs) found = middle
    else before = middle
  }
  return found
}

/** The last day of the period that the day lies in. */
export function periodEndOf(day: string, cycle: SettlementCycle): string {
  const date = new Date(day)
  switch (cycle) {
    case 'D':
      return day
    case 'W':
      return addDays(day, (7 - date.getUTCDay()) % 7)
    case 'M':
      return dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0))
  }
}

/** Whether banks work on this day. In a year that is not loaded nothing is known to be open. */
export function isBusinessDay(calendar: BusinessCalendar, day: string): boolean {
  if (!isLoaded(calendar, day)) return false
  return !(calendar.closed.get(day) ?? isWeekend(day))
}

/**
 * So many business days after the day; with 0 the day itself, or the next one that is open. Undefined when it lies in a year that is
 * not loaded.
 */
export function addBusinessDays(calendar: BusinessCalendar, day: string, count: number): string | undefined {
  let found = count === 0 ? day : addDays(day, 1)
  for (let left = Math.max(count, 1); ; found = addDays(found, 1)) {
    if (!isLoaded(calendar, found)) return undefined
    if (isBusinessDay(calendar, found)) left--
    if (left === 0) return found
  }
}

/** So many business days before the day; with 0 the day itself. Undefined when it lies in a year that is not loaded. */
export function subtractBusinessDays(calendar: BusinessCalendar, day: string, count: number): string | undefined {
  let found = day
  for (let left = count; left > 0; ) {
    found = addDays(found, -1)
    if (!isLoaded(calendar, found)) return undefined
    if (isBusinessDay(calendar, found)) left--
  }
  return found
}

/** How many business days there are after the one day, up to the other. 0 when the other is not later. */
export function businessDaysBetween(calendar: BusinessCalendar, after: string, upTo: string): number {
  let count = 0
  for (let day = addDays(after, 1); day <= upTo; day = addDays(day, 1)) if (isBusinessDay(calendar, day)) count++
  return count
}

/** What the clocks of the zone show: `2026-11-30 09:00:00.000`. */
export const wallTextOf = (atMs: number, timezone: string): string =>
  new Date(wallMs(atMs, timezone)).toISOString().slice(0, -1).replace('T', ' ')

/** Days of the calendar, also backwards. */
export const addDays = (day: string, count: number): string => dayOf(Date.parse(day) + count * DAY_MS)

const isLoaded = ({ closed }: BusinessCalendar, day: string): boolean => closed.has(`${day.slice(0, 4)}-01-01`)

const isWeekend = (day: string): boolean => new Date(day).getUTCDay() % 6 === 0

const dayOf = (utcMs: number): string => new Date(utcMs).toISOString().slice(0, 10)

const minutesOf = (cutoff: string): number => Number(cutoff.slice(0, 2)) * 60 + Number(cutoff.slice(3))

/** What the clocks of the zone show, as if they showed UTC. */
function wallMs(atMs: number, timezone: string): number {
  const parts = clockOf(timezone).formatToParts(atMs)
  const [year, month, day, hour, minute, second] = parts.filter(part => part.type !== 'literal').map(toNumber)
  const ofSecondMs = ((atMs % 1_000) + 1_000) % 1_000
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) + ofSecondMs
}

const toNumber = ({ value }: Intl.DateTimeFormatPart): number => Number(value)

const offsetMs = (atMs: number, timezone: string): number => wallMs(atMs, timezone) - atMs

/** Making one takes longer than a hundred readings. */
const clocks = new Map<string, Intl.DateTimeFormat>()

/** Its parts come in this order: year, month, day, hour, minute, second. */
function clockOf(timezone: string): Intl.DateTimeFormat {
  const known = clocks.get(timezone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    hourCycle: 'h23',
  })
  clocks.set(timezone, made)
  return made
}
