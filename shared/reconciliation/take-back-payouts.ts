/** Payouts whose money came back: RETURNED, owed to the merchant again by an item, and the merchant is held. */
import { addBusinessDays, type BusinessCalendar, periodEndOf, soldOn } from '../domain/business-days.ts'
import { type DatedTerms, termsAt } from '../domain/settlement-terms.ts'
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
  const items: SettlementItem[] = []
  for (const [index, { payout }] of moves.entries()) items.push(await itemOf(ports, tx, payout, eventIds[index]!, rows))
  await ports.items.insert(tx, items, ports.clock.nowMs())
  await holdAccounts(
    ports,
    tx,
    moves.map(({ payout }) => payout),
  )
}

/** The whole payout, whatever its line says: the difference stands in its break. */
async function itemOf(
  ports: ReturnPorts,
  tx: Transaction,
  { merchantId, currency, amountMinor }: Payout,
  eventId: string,
  rows: readonly DatedTerms[],
): Promise<SettlementItem> {
  const nowMs = ports.clock.virtualNowMs()
  const terms = termsAt(rows, ports.settlementDefaults, merchantId, currency, nowMs)
  const calendar = await ports.calendars.calendar(terms.calendar, tx)
  return {
    ...{ itemId: ports.ids.item(), merchantId, currency, paymentId: null, eventId, type: 'payout_returned' },
    ...{ grossMinor: amountMinor, feeMinor: 0, vatMinor: 0, netMinor: amountMinor },
    ...daysOf(calendar, soldOn(nowMs, terms), terms),
  }
}

function daysOf(
  calendar: BusinessCalendar,
  day: string,
  { cycle, delayDays }: Pick<DatedTerms, 'cycle' | 'delayDays'>,
): Pick<SettlementItem, 'soldOn' | 'periodEnd' | 'dueOn' | 'calendarVersion'> {
  const periodEnd = periodEndOf(day, cycle)
  const dueOn = addBusinessDays(calendar, periodEnd, delayDays) ?? null
  return { soldOn: day, periodEnd, dueOn, calendarVersion: calendar.version }
}
