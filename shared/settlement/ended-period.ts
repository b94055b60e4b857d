/** Which period of a merchant's sales is closed next, and when. */
import {
  addBusinessDays,
  addDays,
  type BusinessCalendar,
  dayEndsAtMs,
  periodEndOf,
  soldOn,
} from '../domain/business-days.ts'
import { type DatedTerms, reserveOfMinor, type SettlementTerms, termsAt } from '../domain/settlement-terms.ts'
import type { Clock } from '../payments/ports.ts'
import type { Account, Batches, Calendars, SettlementBatch, TermsReader, Unbatched, UnbatchedItems } from './ports.ts'

export interface PeriodPorts {
  unbatchedItems: UnbatchedItems
  batches: Batches
  terms: TermsReader
  calendars: Calendars
  /** Of merchants without terms. */
  settlementDefaults: SettlementTerms
}

/** The terms that a period is closed by: those in force when it ends. */
export interface PeriodTerms {
  terms: SettlementTerms
  calendar: BusinessCalendar
  /** Virtual time. */
  endsAtMs: number
}

/** A period that is to be closed: it has items that are in no batch. */
export interface Period extends PeriodTerms {
  periodEnd: string
  /** Undefined: the year is not loaded, so that no batch can be opened. */
  dueOn: string | undefined
}

/** Whether a batch is paid, and not carried to the next one. It goes by what its payout would be, after its reserve. */
export const isPaidOut = (paidMinor: number, { payoutMinMinor }: SettlementTerms): boolean =>
  paidMinor > 0 && paidMinor >= payoutMinMinor

/** Whether what was only carried would be paid by itself. */
const isPayable = (netMinor: number, terms: SettlementTerms): boolean =>
  isPaidOut(netMinor - reserveOfMinor(netMinor, terms), terms)

/** What an account that has items in no batch has to close next. */
export interface NextPeriod {
  account: Account
  last: SettlementBatch | undefined
  /** Undefined: nothing, ever. */
  period: Period | undefined
}

/** Accounts of one look. */
const PAGE_ACCOUNTS = 100

/** Of every account, page by page: a page takes as many statements as one account. */
export async function* nextPeriods(
  ports: PeriodPorts,
  clock: Pick<Clock, 'virtualNowMs'>,
  pageAccounts = PAGE_ACCOUNTS,
): AsyncGenerator<NextPeriod> {
  const accounts = await ports.unbatchedItems.listAccounts()
  for (let first = 0; first < accounts.length; first += pageAccounts)
    yield* await nextPeriodsOf(ports, accounts.slice(first, first + pageAccounts), clock.virtualNowMs())
}

/**
 * Of each of these accounts: the first natural end of a period after that of its last batch which its items have reached. Which it is does
 * not depend on when one asks. What was only carried waits for the next sale, unless the terms have changed so that it is paid.
 */
export async function nextPeriodsOf(
  ports: PeriodPorts,
  accounts: readonly Account[],
  virtualNowMs: number,
): Promise<NextPeriod[]> {
  if (accounts.length === 0) return []
  // The last batches first: what they have taken since is not to be looked for.
  const last = await ports.batches.last(accounts)
  const unbatched = await ports.unbatchedItems.unbatched(accounts)
  const rows = await ports.terms.listTerms(undefined, [...new Set(accounts.map(({ merchantId }) => merchantId))])
  const rowsOf = Map.groupBy(rows, row => row.merchantId)
  return Promise.all(
    accounts.map(async (account, place) => {
      const found = {
        account,
        last: last[place],
        unbatched: unbatched[place]!,
        rows: rowsOf.get(account.merchantId) ?? [],
      }
      return { account, last: found.last, period: await periodOf(ports, found, virtualNowMs) }
    }),
  )
}

async function periodOf(
  ports: PeriodPorts,
  {
    account,
    last,
    unbatched,
    rows,
  }: Pick<NextPeriod, 'account' | 'last'> & { unbatched: Unbatched; rows: readonly DatedTerms[] },
  virtualNowMs: number,
): Promise<Period | undefined> {
  const first = firstDay(unbatched, rows, account, virtualNowMs)
  if (first === undefined) return undefined
  const from = last === undefined ? first : later(first, addDays(last.periodEnd, 1))
  const found = naturalEnd(from, termsOfDays(rows, ports.settlementDefaults, account))
  if (unbatched.firstPeriodEnd === null && !isPayable(unbatched.carriedMinor, found.terms)) return undefined
  const calendar = await ports.calendars.calendar(found.terms.calendar)
  return { ...found, calendar, dueOn: addBusinessDays(calendar, found.periodEnd, found.terms.delayDays) }
}

/** By which this period of the account is closed. */
export async function termsOfPeriod(ports: PeriodPorts, account: Account, periodEnd: string): Promise<PeriodTerms> {
  const rows = await ports.terms.listTerms(undefined, [account.merchantId])
  const ofDay = termsOfDays(rows, ports.settlementDefaults, account)(periodEnd)
  return { ...ofDay, calendar: await ports.calendars.calendar(ofDay.terms.calendar) }
}

const later = (one: string, other: string): string => (one > other ? one : other)

/** The day that a period has to reach; undefined when nothing waits for one. */
function firstDay(
  { firstPeriodEnd, carriedMinor }: Unbatched,
  rows: readonly DatedTerms[],
  { merchantId, currency }: Account,
  virtualNowMs: number,
): string | undefined {
  if (firstPeriodEnd !== null) return firstPeriodEnd
  if (carriedMinor <= 0) return undefined
  const inForce = rows.filter(
    row => row.merchantId === merchantId && row.currency === currency && row.validFromMs <= virtualNowMs,
  )
  const newest = inForce.sort((a, b) => a.validFromMs - b.validFromMs).at(-1)
  return newest && soldOn(newest.validFromMs, newest)
}

type TermsOfDay = (day: string) => { terms: SettlementTerms; endsAtMs: number }

/** The terms that are in force when a day ends; when that is, they say themselves, so that it takes a second look. */
const termsOfDays =
  (rows: readonly DatedTerms[], defaults: SettlementTerms, { merchantId, currency }: Account): TermsOfDay =>
  day => {
    const at = (atMs: number) => termsAt(rows, defaults, merchantId, currency, atMs)
    const about = at(dayEndsAtMs(day, at(Date.parse(day))))
    const terms = at(dayEndsAtMs(day, about))
    return { terms, endsAtMs: dayEndsAtMs(day, terms) }
  }

/** Every cycle has an end within a month of any day. */
const DAYS_MAX = 62

function naturalEnd(from: string, termsOfDay: TermsOfDay) {
  for (let day = from, days = 0; days < DAYS_MAX; day = addDays(day, 1), days++) {
    const { terms, endsAtMs } = termsOfDay(day)
    if (periodEndOf(day, terms.cycle) === day) return { periodEnd: day, endsAtMs, terms }
  }
  throw new Error(`no period ends within ${DAYS_MAX} days of ${from}`)
}
