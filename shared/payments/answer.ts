/** Renders payments and refusals to the bytes that callers get and that are stored under their key. */
import { type ErrorCode, errorBodyOf, errorCatalogue, type Language } from '../contracts/errors.ts'
import type { RequestedKind } from '../contracts/lists.ts'
import type { LedgerEntryView, MutationView, PaymentView } from '../contracts/payment.ts'
import { paymentMessages } from '../contracts/payment-messages.ts'
import { capturableMinor, type Payment, refundableMinor } from '../domain/payment.ts'
import type { Answer, DecidedBy, LedgerEntry, PaymentDetail } from './ports.ts'

/** Who asks: the language of messages, and the ids that tie an answer to logs and traces. */
export interface Caller {
  language: Language
  requestId: string
  /** Absent: a request. */
  by?: DecidedBy
  /** W3C trace context, handed on with the events of this request. */
  traceparent?: string
  /** Noted before an operation is claimed, so that the answer to a request that runs out of time can say them. */
  paymentId?: string
  operationId?: string
}

/** What is said when another operation, the state or the amount is in the way. An authorization makes its payment, so that nothing can be. */
export const conflictCodes: Record<RequestedKind, ErrorCode> = {
  authorize: 'INTERNAL_ERROR',
  capture: 'CAPTURE_CONFLICT',
  refund: 'REFUND_CONFLICT',
  void: 'VOID_CONFLICT',
}

export const JSON_TYPE = 'application/json; charset=utf-8'

const answerOf = (statusCode: number, body: unknown): Answer => ({
  statusCode,
  contentType: JSON_TYPE,
  body: JSON.stringify(body),
})

const time = (epochMs: number): string => new Date(epochMs).toISOString()

/** As callers see it. */
export const entryView = (entry: LedgerEntry): LedgerEntryView => ({
  entryId: entry.entryId,
  type: entry.type,
  debitAccount: entry.debitAccount,
  creditAccount: entry.creditAccount,
  amount: entry.amountMinor,
  currency: entry.currency,
  occurredAt: time(entry.occurredAtMs),
})

/** A payment as callers see it at `nowMs`, in virtual time. */
export function paymentView(
  { payment, pendingOperation, ledgerEntries }: PaymentDetail,
  language: Language,
  nowMs: number,
): PaymentView {
  return {
    paymentId: payment.paymentId,
    merchantId: payment.merchantId,
    orderId: payment.orderId,
    status: payment.status,
    amount: payment.amountMinor,
    currency: payment.currency,
    capturedAmount: payment.capturedMinor,
    refundedAmount: payment.refundedMinor,
    disputedAmount: payment.disputedMinor,
    capturableAmount: capturableMinor(payment, nowMs),
    refundableAmount: refundableMinor(payment),
    createdAt: time(payment.createdAtMs),
    updatedAt: time(payment.updatedAtMs),
    captureBefore: payment.captureBeforeMs === null ? null : time(payment.captureBeforeMs),
    pendingOperation: pendingOperation && {
      operationId: pendingOperation.operationId,
      kind: pendingOperation.kind,
      amount: pendingOperation.amountMinor,
      since: time(pendingOperation.sinceMs),
    },
    ledgerEntries: ledgerEntries.map(entryView),
    message: paymentMessages[payment.status][language],
  }
}

/** The answer to a mutation that succeeded. */
export function successAnswer(
  statusCode: 200 | 201,
  payment: Payment,
  operationId: string,
  ledgerEntries: LedgerEntry[],
  language: Language,
  nowMs: number,
): Answer {
  const view: MutationView = {
    ...paymentView({ payment, pendingOperation: null, ledgerEntries }, language, nowMs),
    operationId,
  }
  return answerOf(statusCode, view)
}

/** The answer to a mutation that was refused for good. */
export function refusalAnswer(
  code: ErrorCode,
  caller: Caller,
  paymentId: string,
  details: Record<string, unknown>,
): Answer {
  return answerOf(
    errorCatalogue[code].statusCode,
    errorBodyOf(code, caller.language, { requestId: caller.requestId, paymentId, details }),
  )
}
