/** The table `business_calendar`. Rows are inserted and read, never changed: a day counts as its newest row says. */
import type { BusinessCalendar } from '../domain/business-days.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Calendars } from '../settlement/ports.ts'
import type { Database } from './database.ts'
import { dayIn } from './days.ts'

export interface CalendarDay {
  day: string
  closed: boolean
  name: string
  source: string
  addedBy: string
}

interface Row {
  day: Date
  version: number
  closed: number
  name: string
  source: string
  added_by: string
}

export class BusinessCalendarTable implements Calendars {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async calendar(name: string, tx?: Transaction): Promise<BusinessCalendar> {
    const rows = await this.#rows(name, tx)
    return {
      version: newestVersion(rows),
      closed: new Map(rows.map(row => [dayIn(row.day), row.closed === 1])),
    }
  }

  /** The days of the year that are not as their weekday, as their newest rows say, with the version of each. */
  async listYear(name: string, year: string): Promise<(CalendarDay & { version: number })[]> {
    const days = new Map((await this.#rows(name)).map(row => [dayIn(row.day), row]))
    return [...days]
      .filter(([day]) => day.startsWith(year))
      .map(([day, { closed, name: named, source, added_by: addedBy, version }]) => ({
        ...{ day, closed: closed === 1, name: named, source, addedBy, version },
      }))
  }

  /**
   * Returns the version that the calendar has from now on; undefined when the newest row of the day says the same already, so that whoever
   * is not sure says it again. `nowMs` is real time.
   */
  async add(
    tx: Transaction,
    calendar: string,
    { day, ...said }: CalendarDay,
    nowMs: number,
  ): Promise<number | undefined> {
    // One at a time: whoever locks the first row may count.
    await this.#database.select(
      'SELECT day FROM business_calendar WHERE calendar = ? LIMIT 1 FOR UPDATE',
      [calendar],
      tx,
    )
    const rows = await this.#rows(calendar, tx)
    const before = rows.findLast(row => dayIn(row.day) === day)
    const { closed, name, source, addedBy } = said
    if (before !== undefined && (before.closed === 1) === closed && before.name === name) return undefined
    const version = newestVersion(rows) + 1
    await this.#database.write(
      'INSERT INTO business_calendar (calendar, day, version, closed, name, source, added_by, added_at) VALUES (?)',
      [[calendar, day, version, closed ? 1 : 0, name, source, addedBy, new Date(nowMs)]],
      tx,
    )
    return version
  }

  /** In the order of days, each day's newest row last. */
  #rows(name: string, tx?: Transaction): Promise<Row[]> {
    return this.#database.select<Row>(
      'SELECT day, version, closed, name, source, added_by FROM business_calendar WHERE calendar = ? ORDER BY day, version',
      [name],
      tx,
    )
  }
}

const newestVersion = (rows: readonly Row[]): number =>
  rows.reduce((newest, { version }) => Math.max(newest, version), 0)
