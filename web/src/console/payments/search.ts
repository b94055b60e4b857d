/** What the list of payments is asked for: its filters, as they stand in the address, and the request that they make. */
import { currencyExponent } from '../../../../shared/contracts/currency.ts'
import type { PaymentStatus } from '../../../../shared/contracts/lists.ts'
import type { FindQuery } from '../../../../shared/contracts/routes/find-payments.ts'
import { TOKEN_FORM } from '../../../../shared/contracts/test-tokens.ts'
import { amountMinorOf, amountTextOf } from '../../money.ts'

/** Tabs, and the statuses that each shows. */
export const tabs = {
  all: [],
  requested: ['REQUESTED'],
  authorized: ['AUTHORIZED'],
  captured: ['PARTIALLY_CAPTURED', 'COMPLETED'],
  refunded: ['PARTIALLY_REFUNDED', 'REFUNDED'],
  released: ['VOIDED', 'EXPIRED'],
  refused: ['DECLINED', 'FAILED'],
} as const satisfies Record<string, readonly PaymentStatus[]>
export type TabName = keyof typeof tabs
type NarrowTab = Exclude<TabName, 'all'>
export const tabNames = Object.keys(tabs) as TabName[]

/** In the order of the form. */
export const filterNames = [
  ...(['from', 'to', 'merchantId', 'orderId'] as const),
  ...(['currency', 'method', 'amountMin', 'amountMax'] as const),
] as const
export type FilterName = (typeof filterNames)[number]
const NAMES = ['tab', ...filterNames, 'cursor'] as const

/** The address's query. Times are in UTC and amounts in minor units, as the API takes them. */
export type ListSearch = { tab?: NarrowTab } & { [K in Exclude<(typeof NAMES)[number], 'tab'>]?: string }

/** The list, and the payment that is open beside it. */
export type PaymentsSearch = ListSearch & { open?: string }

export const PAGE_LIMIT = 50

/** The beginning of all time. Without a time the API gives the last 7 days. */
export const ALL_TIME = new Date(0).toISOString()

/** The same list without an end at either side, from its first page on. */
export const inAllTime = (search: ListSearch): ListSearch => ({
  ...search,
  from: ALL_TIME,
  to: undefined,
  cursor: undefined,
})

/** Whoever asks by an id means all that it has. */
export const paymentsOfOrder = (orderId: string): ListSearch => ({ orderId, from: ALL_TIME })

/** Undefined where no merchant can have that id. */
export const paymentsOfMerchant = (id: string): ListSearch | undefined =>
  /^[\x21-\x7E]{1,32}$/.test(id) ? { merchantId: id, from: ALL_TIME } : undefined

/** What a list can be asked for; everything else in an address is left out. Values are judged by the API, which says what is wrong. */
export function listSearchOf(query: Record<string, unknown>): ListSearch {
  const given = NAMES.flatMap(name => {
    const value = query[name]
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
  })
  const { tab, ...rest } = Object.fromEntries(given)
  return tab !== undefined && tab !== 'all' && Object.hasOwn(tabs, tab) ? { tab: tab as NarrowTab, ...rest } : rest
}

/** What the tab's storage has; no filters where it is none of ours. */
export function parseListSearch(text: string | null): ListSearch {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return listSearchOf(typeof value === 'object' && value !== null ? { ...value } : {})
  } catch {
    return {}
  }
}

export function openOf({ open }: Record<string, unknown>): string | undefined {
  return typeof open === 'string' && open !== '' ? open : undefined
}

export function paymentsSearchOf(query: Record<string, unknown>): PaymentsSearch {
  const open = openOf(query)
  return { ...listSearchOf(query), ...(open !== undefined && { open }) }
}

export function findQueryOf({ tab, ...search }: ListSearch): Partial<FindQuery> {
  const statuses = tabs[tab ?? 'all']
  return { ...filtersOf(search), ...(statuses.length > 0 && { status: statuses.join() }), limit: PAGE_LIMIT }
}

/** Of the counts on the tabs: the same filters, whatever tab and page is shown. */
export const countQueryOf = ({ tab: _tab, cursor: _cursor, ...search }: ListSearch) => filtersOf(search)

function filtersOf({ amountMin, amountMax, ...others }: Omit<ListSearch, 'tab'>) {
  return {
    ...others,
    ...(amountMin !== undefined && { amountMin: Number(amountMin) }),
    ...(amountMax !== undefined && { amountMax: Number(amountMax) }),
  }
}

export interface Count {
  count: number
  atLeast: boolean
}

/** How many there are on a tab. */
export function countOn(
  tab: TabName,
  counts: { total: number; atLeast: boolean; statuses: readonly (Count & { status: string })[] },
): Count {
  if (tab === 'all') return { count: counts.total, atLeast: counts.atLeast }
  const shown: readonly string[] = tabs[tab]
  const found = counts.statuses.filter(({ status }) => shown.includes(status))
  return {
    count: found.reduce((sum, { count }) => sum + count, 0),
    // Where every count is a least one, the walk may have ended before a status that is not there.
    atLeast:
      found.some(({ atLeast }) => atLeast) ||
      (counts.statuses.length > 0 && counts.statuses.every(({ atLeast }) => atLeast)),
  }
}

/** The same list from its next entry on. The time that was searched goes along, so that "now" stays where it was. */
export const nextPage = (
  search: ListSearch,
  { from, to, nextCursor }: { from: string; to: string; nextCursor: string },
): ListSearch => ({ ...search, from, to, cursor: nextCursor })

/** What the form of filters says. Dates are days of the browser's time zone; the last one is shown whole, and the beginning of all time is none. Amounts are in the currency's own unit. */
export type FilterForm = Record<FilterName, string>

export function formOf(search: ListSearch): FilterForm {
  const { from, to, merchantId = '', orderId = '', currency = '', method = '', amountMin, amountMax } = search
  return {
    from: from === undefined || from === ALL_TIME ? '' : dayOf(Date.parse(from)),
    to: to === undefined ? '' : dayOf(Date.parse(to) - 1),
    ...{ merchantId, orderId, currency, method },
    amountMin: amountShown(amountMin, currency),
    amountMax: amountShown(amountMax, currency),
  }
}

/** Whether no payment can have been paid by what was typed: methods are tokens, and compared to the letter. */
export const isNoMethod = (text: string): boolean => text.trim() !== '' && !TOKEN_FORM.test(text.trim())

/** What is no amount stays as it is: the API says what is wrong with it. */
const amountShown = (amountMinor: string | undefined, currency: string): string =>
  amountMinor !== undefined && /^\d{1,12}$/.test(amountMinor)
    ? amountTextOf(Number(amountMinor), currency)
    : (amountMinor ?? '')

/** An amount without a currency would find the numbers of any. */
const CURRENCY_DEFAULT = 'KRW'

/** The first page of what the form asks for. A day that was not touched keeps its exact time. */
export function searchOf(form: FilterForm, before: ListSearch): ListSearch {
  const shown = formOf(before)
  const hasAmount = form.amountMin.trim() !== '' || form.amountMax.trim() !== ''
  const currency = form.currency.trim().toUpperCase() || (hasAmount ? CURRENCY_DEFAULT : '')
  return listSearchOf({
    tab: before.tab,
    from: form.from === shown.from ? before.from : startOf(form.from, 0),
    to: form.to === shown.to ? before.to : startOf(form.to, 1),
    merchantId: form.merchantId.trim(),
    orderId: form.orderId.trim(),
    currency,
    method: form.method.trim(),
    amountMin: amountAsked(form.amountMin, currency),
    amountMax: amountAsked(form.amountMax, currency),
  })
}

function amountAsked(text: string, currency: string): string {
  const amountMinor = currencyExponent(currency) === undefined ? undefined : amountMinorOf(text, currency)
  return amountMinor === undefined ? text.trim() : String(amountMinor)
}

function dayOf(timeMs: number): string {
  if (Number.isNaN(timeMs)) return ''
  const date = new Date(timeMs)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

function startOf(day: string, daysLater: number): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []
  if (year === undefined) return undefined
  return new Date(Number(year), Number(month) - 1, Number(date) + daysLater).toISOString()
}

/** The address's query as text on both sides: the router's own would read an order id of digits as a number. */
export const parseQuery = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text))

export function queryText(query: Record<string, unknown>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined) as [string, string][]
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}
