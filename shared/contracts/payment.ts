/** What a payment looks like to a caller: the body of every successful answer. Amounts are integers in minor units. */
import * as z from 'zod'
import { amountMinor, currency, entryId, eventId, merchantId, operationId, paymentId } from './identifiers.ts'

export const paymentStatuses = [
  'REQUESTED',
  'AUTHORIZED',
  'DECLINED',
  'FAILED',
  'PARTIALLY_CAPTURED',
  'COMPLETED',
  'VOIDED',
  'EXPIRED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
] as const
export const paymentStatus = z.enum(paymentStatuses)
export type PaymentStatus = z.infer<typeof paymentStatus>

export const operationKinds = ['authorize', 'capture', 'refund', 'void', 'expire'] as const
export const operationKind = z.enum(operationKinds)
export type OperationKind = z.infer<typeof operationKind>

export const operationState = z.enum(['PENDING', 'SUCCEEDED', 'DECLINED', 'FAILED'])
export type OperationState = z.infer<typeof operationState>

/** RFC 3339, UTC, milliseconds. */
const time = z.iso.datetime({ precision: 3 })

export const ledgerEntryView = z.object({
  entryId,
  type: z.string(),
  debitAccount: z.string(),
  creditAccount: z.string(),
  amount: amountMinor,
  currency,
  occurredAt: time,
})
export type LedgerEntryView = z.infer<typeof ledgerEntryView>

export const eventView = z.object({
  eventId,
  type: z.string(),
  sequence: z.int(),
  createdAt: time,
  publishedAt: time.nullable(),
})
export type EventView = z.infer<typeof eventView>

export const paymentView = z.object({
  paymentId,
  merchantId,
  status: paymentStatus,
  amount: amountMinor,
  currency,
  capturedAmount: z.int().min(0),
  refundedAmount: z.int().min(0),
  createdAt: time,
  updatedAt: time,
  captureBefore: time.nullable(),
  pendingOperation: z.object({ operationId, kind: operationKind, amount: amountMinor, since: time }).nullable(),
  ledgerEntries: z.array(ledgerEntryView),
  message: z.string(),
})
export type PaymentView = z.infer<typeof paymentView>

/** The answer to a mutation. */
export const mutationView = paymentView.extend({ operationId })
export type MutationView = z.infer<typeof mutationView>

/** The answer of `GET /payments/{paymentId}`. */
export const paymentDetailView = paymentView.extend({ events: z.array(eventView) })
export type PaymentDetailView = z.infer<typeof paymentDetailView>

export const paymentListView = z.object({ items: z.array(paymentView), nextCursor: z.string().nullable() })
export type PaymentListView = z.infer<typeof paymentListView>

export const operationView = z.object({
  operationId,
  kind: operationKind,
  state: operationState,
  amount: amountMinor,
  currency,
  declineReason: z.string().nullable(),
  reason: z.string().nullable(),
  attempt: z.int(),
  createdAt: time,
  finishedAt: time.nullable(),
})
export type OperationView = z.infer<typeof operationView>

export const operationListView = z.object({ paymentId, operations: z.array(operationView) })
export type OperationListView = z.infer<typeof operationListView>
