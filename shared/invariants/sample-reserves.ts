/** A reserve and an invoice of a merchant that has no payments among the samples: a part of each is used, and a part of the invoice is lost. For tests only. */
import { BAD_DEBT, type HoldHistory, type InvoiceHistory, receivableOf, reserveOf } from './reserve-history.ts'
import { payableOf, type SettlementSums } from './settlement-history.ts'

export interface SampleReserves {
  holds: HoldHistory[]
  invoices: InvoiceHistory[]
}

const place = { merchantId: 'reserve-shop', currency: 'KRW' }
const [PAYABLE, RESERVE, RECEIVABLE] = [payableOf, reserveOf, receivableOf].map(nameOf => nameOf(place.merchantId))

type Step = [type: string, debit: string, credit: string, amount: number]

/** Its steps in their order, each with an event and an entry of its own. */
const stepsOf = (subjectId: string, steps: readonly Step[]) => ({
  eventCount: steps.length,
  entries: steps.map(([type, debitAccount, creditAccount, amount]) => ({
    ...{ entryId: `led_${type}_${subjectId}`, eventId: `evt_${type}_${subjectId}`, type },
    ...{ debitAccount, creditAccount, amount, currency: place.currency, subjectId },
  })),
  events: steps.map(([type], index) => ({
    ...{ eventId: `evt_${type}_${subjectId}`, topic: type, subjectId, sequence: index + 1 },
    ...{ createdAtMs: 0, publishedAtMs: 1 },
  })),
})

const itemOf = (type: string, event: string, net: number, batchId: string | null) => ({
  ...{ itemId: `itm_${type}`, ...place, eventId: `evt_${event}`, type, gross: net, net, batchId },
})

export const sampleReserves = (): SampleReserves => ({
  holds: [
    {
      ...{ holdId: 'hld_1', ...place, batchId: 'bat_open', amount: 500, used: 150, released: 0, isOpen: true },
      ...stepsOf('hld_1', [
        ['reserve_held', PAYABLE!, RESERVE!, 500],
        ['reserve_used', RESERVE!, PAYABLE!, 150],
      ]),
      items: [
        itemOf('reserve_hold', 'reserve_held_hld_1', -500, 'bat_open'),
        itemOf('reserve_use', 'reserve_used_hld_1', 150, 'bat_open'),
      ],
    },
  ],
  invoices: [
    {
      ...{ invoiceId: 'inv_1', ...place, amount: 400, deducted: 100, collected: 0, lost: 300, remaining: 0 },
      state: 'LOST',
      ...stepsOf('inv_1', [
        ['invoiced', RECEIVABLE!, PAYABLE!, 400],
        ['deducted', PAYABLE!, RECEIVABLE!, 100],
        ['invoice_lost', BAD_DEBT, RECEIVABLE!, 300],
      ]),
      items: [itemOf('invoiced', 'invoiced_inv_1', 400, null), itemOf('deducted', 'deducted_inv_1', -100, 'bat_open')],
    },
  ],
})

/** The sums with what these add: their items are in no batch, or in one that is open. */
export function withReserves(sums: SettlementSums, { holds, invoices }: SampleReserves): SettlementSums {
  const all = [...holds, ...invoices]
  for (const { debitAccount, creditAccount, currency, amount } of all.flatMap(({ entries }) => entries)) {
    sums.moved.add(debitAccount, currency, amount)
    sums.moved.add(creditAccount, currency, -amount)
  }
  const items = all.flatMap(each => each.items)
  for (const { merchantId, currency, net } of items) sums.openItems.add(payableOf(merchantId), currency, net)
  const entryCount = sums.entryCount + all.flatMap(({ entries }) => entries).length
  return { ...sums, entryCount, itemCount: sums.itemCount + items.length }
}
