/** What the pages of the ledger are asked for, as it stands in the address. Values are judged by the API, which says what is wrong. */

const textsOf = <const Name extends string>(names: readonly Name[], query: Record<string, unknown>) =>
  Object.fromEntries(
    names.flatMap(name => {
      const value = query[name]
      return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
    }),
  ) as { [K in Name]?: string }

/** Times are in UTC, as the API takes them. */
export type LedgerSearch = ReturnType<typeof ledgerSearchOf>
export const ledgerSearchOf = (query: Record<string, unknown>) => textsOf(['at', 'merchant', 'group', 'cursor'], query)

export type AccountSearch = ReturnType<typeof accountSearchOf>
export const accountSearchOf = (query: Record<string, unknown>) => textsOf(['currency', 'at', 'entry', 'cursor'], query)

export const PAGE_LIMIT = 50

const two = (value: number): string => String(value).padStart(2, '0')

/** A time as a field of the browser's time zone shows it, to the second. */
export function fieldOf(iso: string | undefined): string {
  if (iso === undefined || Number.isNaN(Date.parse(iso))) return ''
  const date = new Date(iso)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** What such a field says, in UTC; undefined when it is empty. A field that was not touched keeps its exact time. */
export function timeOfField(field: string, before: string | undefined): string | undefined {
  if (field === '') return undefined
  if (field === fieldOf(before)) return before
  const [, year, month, date, hour, minute, second = '0'] =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/.exec(field) ?? []
  if (year === undefined) return undefined
  return new Date(+year, +month! - 1, +date!, +hour!, +minute!, +second).toISOString()
}

/** The days of an export: the time of the browser's time zone from the beginning of the first to the end of the last, or until now. */
export function spanOf(firstDay: string, lastDay: string, nowMs: number): { from: string; to: string } | undefined {
  const [from, to] = [startOf(firstDay, 0), startOf(lastDay, 1)]
  if (from === undefined || to === undefined || from >= to || from > nowMs) return undefined
  return { from: new Date(from).toISOString(), to: new Date(Math.min(to, nowMs)).toISOString() }
}

function startOf(day: string, daysLater: number): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []
  return year === undefined ? undefined : new Date(+year, +month! - 1, +date! + daysLater).getTime()
}

/** The day of a time in the browser's time zone. */
export const dayOf = (epochMs: number): string => fieldOf(new Date(epochMs).toISOString()).slice(0, 10)
