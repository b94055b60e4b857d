/** What a batch that is being closed pays of the invoices of its merchant. */
import type { InvoiceReduction } from '../contracts/lists.ts'
import type { Clock, Ids, OutboxWriter, Transaction } from '../payments/ports.ts'
import type { PeriodTerms } from './ended-period.ts'
import { addOwnItem, type OwnItemPorts } from './own-item.ts'
import type { Invoice, Invoices, SettlementBatch, SettlementIds, SettlementLedger } from './ports.ts'
import { invoiceEvent } from './settlement-event.ts'
import { entryOfSubject } from './subject-entry.ts'

export interface InvoicePorts extends OwnItemPorts {
  invoices: Invoices
  settlementLedger: SettlementLedger
  outbox: OutboxWriter
  clock: Clock
  ids: Pick<SettlementIds, 'item'> & Pick<Ids, 'event' | 'entry'>
}

/** Pays invoices, the oldest first, from a batch that is not negative and must be locked, at most `limit` of them. Returns how many. */
export async function deductInvoices(
  ports: InvoicePorts,
  tx: Transaction,
  positive: SettlementBatch,
  { calendar }: PeriodTerms,
  limit: number,
): Promise<{ batch: SettlementBatch; count: number }> {
  let [batch, count] = [positive, 0]
  if (positive.netMinor === 0) return { batch, count }
  for (const invoice of await ports.invoices.lockOpen(tx, positive, limit)) {
    if (batch.netMinor === 0) break
    const movedMinor = Math.min(invoice.remainingMinor, batch.netMinor)
    const eventId = await reduceInvoice(ports, tx, invoice, { by: 'deducted', movedMinor, from: batch.batchId })
    batch = await addOwnItem(ports, tx, batch, { type: 'deducted', eventId, netMinor: -movedMinor }, calendar)
    count++
  }
  return { batch, count }
}

const columns = { deducted: 'deductedMinor', collected: 'collectedMinor', lost: 'lostMinor' } as const
/** What a line of the bank collected is booked with its break. */
const entryTypes = { deducted: 'deducted', collected: undefined, lost: 'invoice_lost' } as const

/** Makes a locked invoice less, by no more than remains of it, and books and tells it. Returns the event's id. */
export async function reduceInvoice(
  ports: Pick<InvoicePorts, 'invoices' | 'settlementLedger' | 'outbox' | 'clock'> & {
    ids: Pick<Ids, 'event' | 'entry'>
  },
  tx: Transaction,
  invoice: Invoice,
  { by, movedMinor, from }: { by: InvoiceReduction; movedMinor: number; from: string | null },
): Promise<string> {
  const eventId = ports.ids.event()
  const [nowMs, atMs] = [ports.clock.nowMs(), ports.clock.virtualNowMs()]
  const reduced = reducedBy(invoice, by, movedMinor)
  await ports.invoices.update(tx, reduced)
  const type = entryTypes[by]
  if (type !== undefined) {
    const { merchantId, currency, invoiceId } = invoice
    const moved = { merchantId, currency, amountMinor: movedMinor, subjectId: invoiceId, eventId, atMs }
    await ports.settlementLedger.insertOfSubjects(tx, [entryOfSubject(ports.ids, type, moved)], nowMs)
  }
  const step = { eventType: 'merchant.invoice-reduced', by, moved: movedMinor, from } as const
  await ports.outbox.insert(tx, invoiceEvent(eventId, reduced, atMs, step), nowMs)
  return eventId
}

function reducedBy(invoice: Invoice, by: InvoiceReduction, movedMinor: number): Invoice {
  const remainingMinor = invoice.remainingMinor - movedMinor
  const closed = by === 'lost' ? 'LOST' : 'PAID'
  return {
    ...invoice,
    [columns[by]]: invoice[columns[by]] + movedMinor,
    remainingMinor,
    state: remainingMinor > 0 ? 'OPEN' : closed,
    eventCount: invoice.eventCount + 1,
  }
}
