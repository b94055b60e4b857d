/** Invoices balances that have stayed negative: what the merchant owes moves from its account to an invoice, which later batches pay. */

import { addBusinessDays, dayEndsAtMs } from '../domain/business-days.ts'
import { type SettlementTerms, termsAt } from '../domain/settlement-terms.ts'
import type { Clock, Doorbell, Ids, OutboxWriter, SeparateTransactions, Transaction } from '../payments/ports.ts'
import { pagesOf } from './pages-of.ts'
import type {
  Account,
  Calendars,
  Invoice,
  Invoices,
  Items,
  NegativeBalances,
  SettlementIds,
  SettlementLedger,
  TermsReader,
  UnbatchedItems,
} from './ports.ts'
import { ringFor } from './ring-for.ts'
import { invoiceEvent } from './settlement-event.ts'
import { entryOfSubject } from './subject-entry.ts'
import { type ItemPorts, writeItems } from './write-items.ts'

export interface InvoiceDuePorts {
  negativeBalances: NegativeBalances
  unbatchedItems: Pick<UnbatchedItems, 'openSum'>
  terms: TermsReader
  calendars: Calendars
  settlementDefaults: SettlementTerms
  clock: Clock
}

export interface InvoiceBalancePorts extends ItemPorts, InvoiceDuePorts {
  transactions: SeparateTransactions
  invoices: Invoices
  items: Pick<Items, 'insert'>
  settlementLedger: SettlementLedger
  outbox: OutboxWriter
  doorbell: Doorbell
  ids: Pick<SettlementIds, 'item' | 'invoice'> & Pick<Ids, 'event' | 'entry'>
}

/** Accounts of one look. Few are negative, and fewer for long. */
const PAGE_ACCOUNTS = 500

/** Returns how many it made. Of two at once one makes the invoice of an account. Throws DependencyUnavailableError. */
export async function invoiceBalances(ports: InvoiceBalancePorts, mayGoOn: () => boolean): Promise<number> {
  let invoiced = 0
  for await (const { account, dueAtMs } of dueInvoices(ports))
    if (dueAtMs <= ports.clock.virtualNowMs() && mayGoOn() && (await invoice(ports, account))) invoiced++
  return invoiced
}

/** Negative accounts that are invoiced one day, and when (virtual time). */
export async function* dueInvoices(
  ports: InvoiceDuePorts,
): AsyncGenerator<{ account: Account & { since: string }; dueAtMs: number }> {
  const list = (after?: Account) => ports.negativeBalances.listNegative(PAGE_ACCOUNTS, after)
  for await (const page of pagesOf(PAGE_ACCOUNTS, list))
    for (const account of page) {
      const dueAtMs = await invoicedAtMs(ports, account)
      if (dueAtMs !== undefined && (await ports.unbatchedItems.openSum(undefined, account)) < 0)
        yield { account, dueAtMs }
    }
}

/** The end of the last business day that it may stay negative, by the terms of this moment. Undefined: never, or the year is not loaded. */
async function invoicedAtMs(
  { terms, calendars, settlementDefaults, clock }: InvoiceDuePorts,
  { merchantId, currency, since }: Account & { since: string },
): Promise<number | undefined> {
  const rows = await terms.listTerms(undefined, [merchantId])
  const inForce = termsAt(rows, settlementDefaults, merchantId, currency, clock.virtualNowMs())
  if (inForce.invoiceAfterDays === null) return undefined
  const calendar = await calendars.calendar(inForce.calendar)
  const day = addBusinessDays(calendar, since, inForce.invoiceAfterDays)
  return day === undefined ? undefined : dayEndsAtMs(day, { timezone: inForce.timezone, cutoff: '24:00' })
}

/** False when the account is not negative any more. */
async function invoice(ports: InvoiceBalancePorts, account: Account & { since: string }): Promise<boolean> {
  const invoiceId = ports.ids.invoice()
  const isOurs = await ports.transactions.run(invoiceId, async tx => {
    const known = await ports.negativeBalances.lock(tx, account)
    if (known?.since !== account.since) return false
    const owedMinor = -(await ports.unbatchedItems.openSum(tx, account))
    if (owedMinor <= 0) return false
    await ports.negativeBalances.update(tx, account, null)
    await write(ports, tx, newInvoice(ports, invoiceId, account, owedMinor))
    return true
  })
  if (isOurs) await ringFor(ports.doorbell, [invoiceId])
  return isOurs
}

const newInvoice = (
  { clock }: InvoiceBalancePorts,
  invoiceId: string,
  { merchantId, currency, since }: Account & { since: string },
  owedMinor: number,
): Invoice => ({
  ...{ invoiceId, merchantId, currency, amountMinor: owedMinor, remainingMinor: owedMinor },
  ...{ deductedMinor: 0, collectedMinor: 0, lostMinor: 0, state: 'OPEN', negativeSince: since },
  ...{ eventCount: 1, invoicedAtMs: clock.virtualNowMs() },
})

async function write(ports: InvoiceBalancePorts, tx: Transaction, made: Invoice): Promise<void> {
  const { invoiceId, merchantId, currency, amountMinor, invoicedAtMs: atMs } = made
  const [eventId, nowMs] = [ports.ids.event(), ports.clock.nowMs()]
  const of = { merchantId, currency, eventId, type: 'invoiced', netMinor: amountMinor, atMs } as const
  const moved = { merchantId, currency, amountMinor, subjectId: invoiceId, eventId, atMs }
  await ports.invoices.insert(tx, made)
  await writeItems(ports, tx, [of])
  await ports.settlementLedger.insertOfSubjects(tx, [entryOfSubject(ports.ids, 'invoiced', moved)], nowMs)
  await ports.outbox.insert(tx, invoiceEvent(eventId, made, atMs, { eventType: 'merchant.invoiced' }), nowMs)
}
