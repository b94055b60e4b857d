/** The month that ends while settled days are played, and what has to be done and waited for before it is closed. */
import { KNOWN_AFTER_MS } from '../../../shared/books/close-month.ts'
import { BOOKS_TIMEZONE, monthAfter, monthAt } from '../../../shared/books/month-entries.ts'
import { monthOf } from '../../../shared/books/total-fees.ts'
import { SHARD_COUNT } from '../../../shared/contracts/topics.ts'
import { addBusinessDays, type BusinessCalendar } from '../../../shared/domain/business-days.ts'
import { until } from '../../../shared/runtime/until.ts'
import type { SettlementPlace } from './settlement-cell.ts'

/** Business days of the month that are left behind the first day. */
const DAYS_LEFT = 2

/** The first business day after this one that so many of its month follow. Undefined: the calendar does not reach so far. */
export function nearMonthsEnd(calendar: BusinessCalendar, after: string): string | undefined {
  for (let day = addBusinessDays(calendar, after, 1); day !== undefined; day = addBusinessDays(calendar, day, 1)) {
    const [last, next] = [DAYS_LEFT, DAYS_LEFT + 1].map(count => addBusinessDays(calendar, day!, count)?.slice(0, 7))
    if (last === day.slice(0, 7) && next === monthAfter(last)) return day
  }
  return undefined
}

/** The month before that of the sandbox clock. */
export async function monthBefore({ ports: { clock } }: SettlementPlace): Promise<string> {
  await clock.catchUp()
  const { span } = monthOf(monthAt(clock.virtualNowMs()), BOOKS_TIMEZONE)
  return monthAt(span.fromMs - 1)
}

/** Its events are published, and what runs from now on knows all its entries. */
export async function untilKnown({ system }: SettlementPlace, month: string): Promise<void> {
  for (let shard = 0; shard < SHARD_COUNT; shard++) await system.relay(shard)
  const { toMs } = monthOf(month, BOOKS_TIMEZONE).span
  const [row] = await system.database.rows<{ at: Date }>(
    'SELECT MAX(recorded_at) AS at FROM ledger_entry WHERE occurred_at < ?',
    [new Date(toMs)],
  )
  const knownMs = row!.at.getTime() + KNOWN_AFTER_MS
  await until(async () => Date.now() > knownMs, {
    what: `all entries of ${month} to be known`,
    deadlineMs: KNOWN_AFTER_MS + 10_000,
    intervalMs: 500,
  })
}
