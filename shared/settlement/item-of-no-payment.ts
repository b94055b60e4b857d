/** An item that follows from no payment: an adjustment, or a payout that came back. */
import type { ItemType } from '../contracts/lists.ts'
import { addBusinessDays, periodEndOf, soldOn } from '../domain/business-days.ts'
import { type SettlementTerms, termsAt } from '../domain/settlement-terms.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Account, Calendars, SettlementIds, SettlementItem, TermsReader } from './ports.ts'

export interface ItemPorts {
  terms: TermsReader
  /** Of merchants without terms of their own. */
  settlementDefaults: SettlementTerms
  calendars: Calendars
  ids: Pick<SettlementIds, 'item'>
}

/** By the terms of this moment (virtual time), as if it were sold then. The caller inserts it with what it follows from. */
export async function itemOfNoPayment(
  ports: ItemPorts,
  tx: Transaction,
  of: Account & { eventId: string; type: ItemType; netMinor: number; atMs: number },
): Promise<SettlementItem> {
  const { merchantId, currency, eventId, type, netMinor, atMs } = of
  const rows = await ports.terms.listTerms(tx, [merchantId])
  const terms = termsAt(rows, ports.settlementDefaults, merchantId, currency, atMs)
  const calendar = await ports.calendars.calendar(terms.calendar, tx)
  const day = soldOn(atMs, terms)
  const periodEnd = periodEndOf(day, terms.cycle)
  return {
    ...{ itemId: ports.ids.item(), merchantId, currency, paymentId: null, eventId, type },
    ...{ grossMinor: netMinor, feeMinor: 0, vatMinor: 0, netMinor },
    ...{ soldOn: day, periodEnd, dueOn: addBusinessDays(calendar, periodEnd, terms.delayDays) ?? null },
    calendarVersion: calendar.version,
  }
}
