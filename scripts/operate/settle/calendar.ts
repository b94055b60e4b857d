/** The business calendar: which days of a year are not as their weekday, and new ones. */
import type { CalendarDay } from '../../../shared/stores/business-calendar.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import type { By } from '../choose-action.ts'
import { isDay } from '../flags.ts'
import { mayChange } from '../may-change.ts'
import type { ActionInput, SettleAction } from './settle-action.ts'

type VersionedDay = CalendarDay & { version: number }

export const calendar: SettleAction = {
  changes: false,
  wordsMax: 1,
  flags: ['calendar', 'json'],
  async run({ ports, words, flags: { calendar: named, json } }) {
    await ports.clock.catchUp()
    const year = words[0] ?? new Date(ports.clock.virtualNowMs()).toISOString().slice(0, 4)
    if (!/^\d{4}$/.test(year)) throw new WrongArguments(`${year} is no year.`)
    const name = named ?? ports.settlementDefaults.calendar
    const days = await ports.calendars.listYear(name, year)
    writeJson(json, { calendar: name, year, days })
    if (json !== true) for (const line of calendarLines(name, year, days)) console.log(printable(line))
    return 0
  },
}

export const calendarAdd: SettleAction = {
  changes: true,
  role: 'operator',
  wordsMin: 1,
  wordsMax: 1,
  flags: ['calendar', 'name', 'open'],
  async run({ ports, system, words, flags, by }) {
    const day = words[0]!
    if (!isDay(day)) throw new WrongArguments(`${day} is no day such as 2026-12-24.`)
    if (flags.name === undefined) throw new WrongArguments('calendar add wants --name.')
    const name = flags.calendar ?? ports.settlementDefaults.calendar
    const added = { day, closed: flags.open !== true, name: flags.name, source: 'operator', addedBy: by.actor }
    const question = `Say that ${day} (${added.name}) is ${stateOf(added)} in ${name}?`
    if (!(await mayChange(system, { typed: 'npm run settle', question, yes: flags.yes === true }))) return 1
    const version = await addDay(ports, name, added, by)
    const outcome =
      version === undefined ? `was so already, and nothing was added to ${name}.` : `version ${version} of ${name}.`
    console.log(printable(`${day} is ${stateOf(added)}: ${outcome}`))
    const days = await ports.calendars.listYear(name, day.slice(0, 4))
    for (const line of notLoadedLines(name, day.slice(0, 4), days)) console.log(printable(line))
    return 0
  },
}

/**
 * With its row of the audit log. Returns the version that the calendar has from now on; undefined when it said so already: whoever was
 * stopped and types it again adds nothing.
 */
const addDay = (ports: ActionInput['ports'], calendar: string, added: CalendarDay, by: By) =>
  ports.transactions.run('calendar', async tx => {
    const version = await ports.calendars.add(tx, calendar, added, ports.clock.nowMs())
    if (version === undefined) return undefined
    const { day, closed, name } = added
    const details = { day, closed, name, version }
    await ports.auditLog.append(tx, { ...by, action: 'calendar.added', subject: calendar, details })
    return version
  })

const stateOf = ({ closed }: Pick<CalendarDay, 'closed'>): string => (closed ? 'closed' : 'open')

export function calendarLines(name: string, year: string, days: readonly VersionedDay[]): string[] {
  // The name stands last: Hangul takes two places of a terminal.
  const rows = days.map(day => [day.day, stateOf(day), String(day.version), day.source, day.addedBy, day.name])
  const table =
    rows.length === 0 ? [] : tableLines([['day', '', 'version', 'source', 'added by', 'name'], ...rows], [2])
  return [...table, ...notLoadedLines(name, year, days)]
}

const notLoadedLines = (name: string, year: string, days: readonly VersionedDay[]): string[] =>
  days.some(({ day }) => day === `${year}-01-01`)
    ? []
    : [`${name} does not know ${year}: nothing is due in it until its first of January is added. Add that day last.`]
