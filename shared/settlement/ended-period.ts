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
import type { Account, Batches, Calendars, TermsReader, Unbatched, UnbatchedItems } from './ports.ts'

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

/**
 * The next period of the account: the first natural end of a period after that of its last batch which its items have reached. Which it is does
 * not depend on when one asks. What was only carried waits for the next sale, unless the terms have changed so that it is paid.
 * Undefined when there is nothing to close, ever.
 */
export async function nextPeriod(
  ports: PeriodPorts,
  account: Account,
  afterPeriodEnd: string | undefined,
  virtualNowMs: number,
): Promise<Period | undefined> {
  const unbatched = await ports.unbatchedItems.unbatched(account)
  const rows = await ports.terms.listTerms(undefined, [account.merchantId])
  const first = firstDay(unbatched, rows, account, virtualNowMs)
  if (first === undefined) return undefined
  const from = afterPeriodEnd === undefined ? first : later(first, addDays(afterPeriodEnd, 1))
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
