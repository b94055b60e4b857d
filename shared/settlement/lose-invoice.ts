/** Invoices that are not paid by batches: what remains is given up, or a line of the bank paid it. */
import type { InvoiceState } from '../contracts/lists.ts'
import type { SeparateTransactions, Transaction } from '../payments/ports.ts'
import { reduceInvoice } from './deduct-invoices.ts'
import type { AuditEntry, AuditLog, Invoice } from './ports.ts'

/** What of the ports makes an invoice less. */
export type ReducePorts = Parameters<typeof reduceInvoice>[0]

export interface LosePorts extends ReducePorts {
  transactions: SeparateTransactions
  auditLog: AuditLog
}

export type LoseOutcome =
  | { kind: 'lost'; invoice: Invoice; lostMinor: number }
  | { kind: 'not_found' }
  /** Nothing was changed. */
  | { kind: 'not_open'; state: InvoiceState }

/** OPEN → LOST: what remains is booked to bad_debt, and audited. Throws DependencyUnavailableError. */
export async function loseInvoice(
  ports: LosePorts,
  invoiceId: string,
  by: Pick<AuditEntry, 'actor' | 'reason'>,
): Promise<LoseOutcome> {
  await ports.clock.catchUp()
  return ports.transactions.run(invoiceId, async tx => {
    const invoice = await ports.invoices.lock(tx, invoiceId)
    if (invoice === undefined) return { kind: 'not_found' }
    if (invoice.state !== 'OPEN') return { kind: 'not_open', state: invoice.state }
    const { merchantId, currency, remainingMinor: lostMinor } = invoice
    await reduceInvoice(ports, tx, invoice, { by: 'lost', movedMinor: lostMinor, from: null })
    const details = { merchantId, currency, lost: lostMinor }
    await ports.auditLog.append(tx, { ...by, action: 'invoice.lost', subject: invoiceId, details })
    return { kind: 'lost', invoice, lostMinor }
  })
}

export type CollectOutcome =
  | { kind: 'collected'; invoice: Invoice }
  | { kind: 'not_found' }
  /** Nothing was changed: it is not OPEN, of another merchant or currency, or less remains of it than that. */
  | { kind: 'does_not_fit' }

/**
 * A line of the bank paid this much of an invoice (minor units, positive). The caller books merchant_receivable with the break of the line,
 * in the same transaction.
 */
export async function collectInvoice(
  ports: ReducePorts,
  tx: Transaction,
  { invoiceId, merchantId, currency, amountMinor, breakId }: CollectedPart,
): Promise<CollectOutcome> {
  const invoice = await ports.invoices.lock(tx, invoiceId)
  if (invoice === undefined) return { kind: 'not_found' }
  const isFitting = invoice.merchantId === merchantId && invoice.currency === currency
  if (!isFitting || amountMinor <= 0 || amountMinor > invoice.remainingMinor) return { kind: 'does_not_fit' }
  await reduceInvoice(ports, tx, invoice, { by: 'collected', movedMinor: amountMinor, from: breakId })
  return { kind: 'collected', invoice }
}

export interface CollectedPart {
  invoiceId: string
  merchantId: string
  currency: string
  amountMinor: number
  breakId: string
}
