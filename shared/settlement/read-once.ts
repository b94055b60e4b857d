/** Calendars for one look at many accounts or batches: each has a few hundred rows, and is read once. */
import type { BusinessCalendar } from '../domain/business-days.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Calendars } from './ports.ts'

export function readOnce(calendars: Calendars, tx?: Transaction): Calendars {
  const read = new Map<string, Promise<BusinessCalendar>>()
  return {
    calendar(name) {
      const calendar = read.get(name) ?? calendars.calendar(name, tx)
      read.set(name, calendar)
      return calendar
    },
  }
}
