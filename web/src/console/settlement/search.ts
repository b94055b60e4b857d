/** What the lists of the room are asked for: their filters, as they stand in the address. Values are judged by the API. */
import type { BatchDayKind, BatchState } from '../../../../shared/contracts/lists.ts'

/** What each list can be asked for; everything else in an address is left out. */
export const listNames = {
  batches: ['by', 'state', 'from', 'to', 'merchantId', 'currency', 'usedUp', 'cursor'],
  payouts: ['state', 'merchantId', 'cursor'],
  files: ['state', 'cursor'],
  items: ['cursor'],
  breaks: ['tab', 'class', 'currency', 'sourceId', 'assignee', 'fileId', 'cursor'],
  reconFiles: ['state', 'sourceId', 'cursor'],
} as const satisfies Record<string, readonly string[]>

export type ListName = keyof typeof listNames
export type SearchOf<Name extends ListName> = { [Key in (typeof listNames)[Name][number]]?: string }

export const PAGE_LIMIT = 50

export const searchOf =
  <Name extends ListName>(name: Name) =>
  (query: Record<string, unknown>): SearchOf<Name> => {
    const given = listNames[name].flatMap(key => {
      const value = query[key]
      return typeof value === 'string' && value !== '' ? [[key, value] as const] : []
    })
    return Object.fromEntries(given) as SearchOf<Name>
  }

/** Breaks somebody has to work on come first; the others are asked for. */
export const breakTabs = {
  open: ['OPEN', 'ASSIGNED', 'PROPOSED'],
  unassigned: ['OPEN'],
  assigned: ['ASSIGNED'],
  proposed: ['PROPOSED'],
  closed: ['RESOLVED', 'WRITTEN_OFF'],
} as const
export type BreakTab = keyof typeof breakTabs
export const breakTabNames = Object.keys(breakTabs) as BreakTab[]

/** Of one file, breaks of every state are asked for unless a tab says otherwise. */
export const breakTabOf = ({ tab, fileId }: SearchOf<'breaks'>): BreakTab | undefined =>
  breakTabNames.find(name => name === tab) ?? (fileId === undefined ? 'open' : undefined)

export function breaksQueryOf(search: SearchOf<'breaks'>) {
  const { tab: _, ...filters } = search
  const tab = breakTabOf(search)
  return { ...filters, ...(tab === undefined ? {} : { state: breakTabs[tab].join(',') }), limit: PAGE_LIMIT }
}

/** By the last day of the period, unless the day of payment is asked for. */
export const batchDayKindOf = ({ by }: SearchOf<'batches'>): BatchDayKind => (by === 'due' ? 'due' : 'sold')

export function batchesQueryOf(search: SearchOf<'batches'>) {
  const { by: _, from, to, state, usedUp, ...filters } = search
  const days = batchDayKindOf(search) === 'due' ? { dueFrom: from, dueTo: to } : { soldFrom: from, soldTo: to }
  return {
    ...filters,
    ...days,
    state: state as BatchState | undefined,
    usedUp: usedUp as 'true' | undefined,
    limit: PAGE_LIMIT,
  }
}
