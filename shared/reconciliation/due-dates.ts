/** When an acquirer pays what it settles of a day, by the terms that are agreed with it. */
import { addBusinessDays, type BusinessCalendar, dayEndsAtMs } from '../domain/business-days.ts'
import { inForce } from '../domain/settlement-terms.ts'
import type { SeparateTransactions, Transaction } from '../payments/ports.ts'
import { acquirerDueOn } from '../settlement/expected-event.ts'
import type { AcquirerTermsReader, Calendars } from '../settlement/ports.ts'
import type { ReconSource } from './ports.ts'

export interface DueDatePorts {
  transactions: SeparateTransactions
  acquirerTerms: AcquirerTermsReader
  calendars: Calendars
}

/** Of each day; null when there are no terms, or the calendar does not say. A bank says itself when it paid. */
export async function dueDatesOf(
  ports: DueDatePorts,
  { sourceId, kind }: ReconSource,
): Promise<(day: string) => string | null> {
  if (kind === 'bank') return () => null
  const rows = await ports.transactions.run(sourceId, tx => ports.acquirerTerms.listAcquirerTerms(tx, sourceId))
  const names = [...new Set(rows.map(({ calendar }) => calendar))]
  const calendars = new Map(
    await Promise.all(names.map(async name => [name, await ports.calendars.calendar(name)] as const)),
  )
  return day => {
    const begun = rows.filter(row => row.validFromMs < dayEndsAtMs(day, { timezone: row.timezone, cutoff: '24:00' }))
    const terms = inForce(begun, Number.POSITIVE_INFINITY)
    return terms === undefined ? null : (addBusinessDays(calendars.get(terms.calendar)!, day, terms.delayDays) ?? null)
  }
}

/** When it pays for what happens at a time (virtual), by the terms of that time; undefined: the calendar does not say. */
export async function dueDatesAt(
  ports: Omit<DueDatePorts, 'transactions'>,
  tx: Transaction,
  sourceId: string,
): Promise<(atMs: number) => string | undefined> {
  const acquirerTerms = await ports.acquirerTerms.listAcquirerTerms(tx, sourceId)
  const names = [...new Set(acquirerTerms.map(({ calendar }) => calendar))]
  const loaded = new Map(
    await Promise.all(names.map(async name => [name, await ports.calendars.calendar(name, tx)] as const)),
  )
  const calendar = (name: string): BusinessCalendar => loaded.get(name) ?? NO_YEAR
  return atMs => acquirerDueOn({ acquirerTerms, calendar }, atMs)
}

const NO_YEAR: BusinessCalendar = { version: 0, closed: new Map() }
