/** Reads: one payment, its operations, a page of payments. */
import type { Language } from '../contracts/errors.ts'
import type { PaymentDetailView } from '../contracts/routes/get-payment.ts'
import type { OperationListView } from '../contracts/routes/list-operations.ts'
import type { ListQuery, PaymentListView } from '../contracts/routes/list-payments.ts'
import { paymentView } from './answer.ts'
import type { Clock, PaymentReader } from './ports.ts'

export interface ReadPorts {
  reader: PaymentReader
  clock: Clock
}

/** The payment with its ledger entries and events; undefined when there is none. Throws DependencyUnavailableError. */
export async function readPayment(
  { reader, clock }: ReadPorts,
  paymentId: string,
  language: Language,
): Promise<PaymentDetailView | undefined> {
  await clock.catchUp()
  const found = await reader.find(paymentId)
  return found && { ...paymentView(found, language, clock.virtualNowMs()), events: found.events }
}

/** Every operation on the payment, oldest first; undefined when there is no payment. Throws DependencyUnavailableError. */
export async function readOperations(reader: PaymentReader, paymentId: string): Promise<OperationListView | undefined> {
  const operations = await reader.operations(paymentId)
  return operations && { paymentId, operations }
}

/** One page, newest first. `beforePaymentId` is where the page before ended. Throws DependencyUnavailableError. */
export async function listPayments(
  { reader, clock }: ReadPorts,
  query: Omit<ListQuery, 'cursor'> & { beforePaymentId?: string },
  language: Language,
): Promise<PaymentListView> {
  await clock.catchUp()
  const found = await reader.list({ ...query, limit: query.limit + 1 })
  const nowMs = clock.virtualNowMs()
  const items = found.slice(0, query.limit).map(detail => paymentView(detail, language, nowMs))
  const last = items.at(-1)
  return { items, nextCursor: found.length > query.limit && last !== undefined ? cursorOf(last.paymentId) : null }
}

const cursorOf = (paymentId: string): string => Buffer.from(paymentId, 'utf8').toString('base64url')

/** The payment id inside a cursor; undefined when it is not one of ours. */
export function paymentIdOfCursor(cursor: string): string | undefined {
  const id = Buffer.from(cursor, 'base64url').toString('utf8')
  return /^pay_[0-9A-Z]{26}$/.test(id) && cursorOf(id) === cursor ? id : undefined
}
