/** Payouts whose money came back: RETURNED, owed to the merchant again by an item, and the merchant is held. */
import { addBusinessDays, type BusinessCalendar, periodEndOf, soldOn } from '../domain/business-days.ts'
import { type SettlementTerms, termsAt } from '../domain/settlement-terms.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Calendars, Items, Payout, SettlementIds, SettlementItem } from '../settlement/ports.ts'
import { type HoldPorts, holdAccounts } from './hold-accounts.ts'
import { type PayoutMove, type PayoutMovePorts, writeReturned } from './move-paid-payouts.ts'

export interface ReturnPorts extends PayoutMovePorts, HoldPorts {
  items: Pick<Items, 'insert'>
  calendars: Calendars
  ids: PayoutMovePorts['ids'] & Pick<SettlementIds, 'item'>
}

/** Locks the terms and the audit log until the transaction ends. */
export async function takeBack(ports: ReturnPorts, tx: Transaction, moves: readonly PayoutMove[]): Promise<void> {
  if (moves.length === 0) return
  const eventIds = await writeReturned(ports, tx, moves)
  const merchantIds = [...new Set(moves.map(({ payout }) => payout.merchantId))]
  const rows = await ports.terms.listTerms(tx, merchantIds)
  const nowMs = ports.clock.virtualNowMs()
  const owed = moves.map(({ payout }, index) => ({
    ...{ payout, eventId: eventIds[index]! },
    terms: termsAt(rows, ports.settlementDefaults, payout.merchantId, payout.currency, nowMs),
  }))
  const calendars = await calendarsOf(ports, tx, owed)
  const items = owed.map(each => itemOf(ports, each, calendars.get(each.terms.calendar)!))
  await ports.items.insert(tx, items, ports.clock.nowMs())
  await holdAccounts(
    ports,
    tx,
    moves.map(({ payout }) => payout),
  )
}

interface Owed {
  payout: Payout
  /** That it came back. */
  eventId: string
  terms: SettlementTerms
}

/** Each is read once. */
async function calendarsOf(
  { calendars }: ReturnPorts,
  tx: Transaction,
  owed: readonly Owed[],
): Promise<Map<string, BusinessCalendar>> {
  const read = new Map<string, BusinessCalendar>()
  for (const name of new Set(owed.map(({ terms }) => terms.calendar)))
    read.set(name, await calendars.calendar(name, tx))
  return read
}

/** The whole payout, whatever its line says: the difference stands in its break. */
function itemOf(
  { ids, clock }: ReturnPorts,
  { payout, eventId, terms }: Owed,
  calendar: BusinessCalendar,
): SettlementItem {
  const { merchantId, currency, amountMinor } = payout
  return {
    ...{ itemId: ids.item(), merchantId, currency, paymentId: null, eventId, type: 'payout_returned' },
    ...{ grossMinor: amountMinor, feeMinor: 0, vatMinor: 0, netMinor: amountMinor },
    ...daysOf(calendar, soldOn(clock.virtualNowMs(), terms), terms),
  }
}

function daysOf(
  calendar: BusinessCalendar,
  day: string,
  { cycle, delayDays }: Pick<SettlementTerms, 'cycle' | 'delayDays'>,
): Pick<SettlementItem, 'soldOn' | 'periodEnd' | 'dueOn' | 'calendarVersion'> {
  const periodEnd = periodEndOf(day, cycle)
  const dueOn = addBusinessDays(calendar, periodEnd, delayDays) ?? null
  return { soldOn: day, periodEnd, dueOn, calendarVersion: calendar.version }
}
