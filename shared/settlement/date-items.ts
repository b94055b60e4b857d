/** Gives items a due date whose year was not loaded when they were written, and is now. */
import { addBusinessDays } from '../domain/business-days.ts'
import type { SeparateTransactions } from '../payments/ports.ts'
import { type PeriodPorts, termsOfPeriod } from './ended-period.ts'
import type { ItemPeriod, UndatedItems } from './ports.ts'

export interface DateItemPorts extends PeriodPorts {
  transactions: SeparateTransactions
  undatedItems: UndatedItems
}

/** Periods of one run: when the first ones cannot be dated, later ones cannot either. */
const PERIODS_MAX = 1_000
/** Of one transaction. */
const CHUNK_ITEMS = 5_000

/** By the terms by which the period is closed. Returns how many items it dated. Throws DependencyUnavailableError. */
export async function dateItems(ports: DateItemPorts, mayGoOn: () => boolean): Promise<number> {
  let dated = 0
  for (const period of await ports.undatedItems.listUndated(PERIODS_MAX)) {
    if (!mayGoOn()) break
    dated += await datePeriod(ports, period, mayGoOn)
  }
  return dated
}

async function datePeriod(ports: DateItemPorts, period: ItemPeriod, mayGoOn: () => boolean): Promise<number> {
  const { calendar, terms } = await termsOfPeriod(ports, period, period.periodEnd)
  const dueOn = addBusinessDays(calendar, period.periodEnd, terms.delayDays)
  if (dueOn === undefined) return 0
  const due = { dueOn, calendarVersion: calendar.version }
  let dated = 0
  let count = CHUNK_ITEMS
  while (count === CHUNK_ITEMS && mayGoOn()) {
    count = await ports.transactions.run('due dates', tx => ports.undatedItems.date(tx, period, due, CHUNK_ITEMS))
    dated += count
  }
  return dated
}
