/** The bytes that callers get. */
import { describe, expect, test } from '@jest/globals'
import { errorBody, errorCatalogue, errorCodes } from '../contracts/errors.ts'
import { paymentStatuses } from '../contracts/lists.ts'
import { mutationView, paymentView as paymentViewSchema } from '../contracts/payment.ts'
import { paymentMessages } from '../contracts/payment-messages.ts'
import { movement } from '../domain/ledger.ts'
import type { Payment } from '../domain/payment.ts'
import { paymentView, refusalAnswer, successAnswer } from './answer.ts'
import { caller, createFakeIds, FAKE_NOW_MS } from './fakes.ts'
import type { LedgerEntry } from './ports.ts'

const ids = createFakeIds()

const payment: Payment = {
  paymentId: ids.payment(),
  merchantId: 'shop',
  orderId: 'order-1',
  status: 'COMPLETED',
  amountMinor: 10_000,
  currency: 'KRW',
  capturedMinor: 10_000,
  refundedMinor: 0,
  disputedMinor: 0,
  paymentMethod: 'tok_approve',
  feeSchedule: { basisPoints: 250, fixedMinor: 0 },
  pendingOperationId: null,
  eventCount: 2,
  shard: 0,
  captureBeforeMs: FAKE_NOW_MS + 1,
  createdAtMs: FAKE_NOW_MS,
  updatedAtMs: FAKE_NOW_MS + 2,
}

const entry: LedgerEntry = {
  ...movement('capture', 'shop', 10_000, 'KRW'),
  entryId: ids.entry(),
  paymentId: payment.paymentId,
  eventId: ids.event(),
  occurredAtMs: FAKE_NOW_MS + 3,
}

describe('paymentView', () => {
  test('says everything that the contract promises, times in UTC with milliseconds', () => {
    const pendingOperation = {
      operationId: ids.operation(),
      kind: 'refund' as const,
      amountMinor: 10_000,
      sinceMs: FAKE_NOW_MS + 4,
    }

    const view = paymentView({ payment, pendingOperation, ledgerEntries: [entry] }, 'en', FAKE_NOW_MS)

    expect(paymentViewSchema.parse(view)).toEqual(view)
    expect(view).toEqual({
      paymentId: payment.paymentId,
      merchantId: 'shop',
      orderId: 'order-1',
      status: 'COMPLETED',
      amount: 10_000,
      currency: 'KRW',
      capturedAmount: 10_000,
      refundedAmount: 0,
      disputedAmount: 0,
      capturableAmount: 0,
      refundableAmount: 10_000,
      createdAt: '2026-01-02T03:04:05.006Z',
      updatedAt: '2026-01-02T03:04:05.008Z',
      captureBefore: '2026-01-02T03:04:05.007Z',
      pendingOperation: {
        operationId: pendingOperation.operationId,
        kind: 'refund',
        amount: 10_000,
        since: '2026-01-02T03:04:05.010Z',
      },
      ledgerEntries: [
        {
          entryId: entry.entryId,
          type: 'capture',
          debitAccount: 'acquirer_receivable',
          creditAccount: 'merchant_payable:shop',
          amount: 10_000,
          currency: 'KRW',
          occurredAt: '2026-01-02T03:04:05.009Z',
        },
      ],
      message: 'The payment is captured.',
    })
  })

  test('what is not there is null, and tells neither payment method nor shard nor fees', () => {
    const view = paymentView(
      { payment: { ...payment, captureBeforeMs: null, orderId: null }, pendingOperation: null, ledgerEntries: [] },
      'en',
      FAKE_NOW_MS,
    )

    expect(view).toMatchObject({ captureBefore: null, orderId: null, pendingOperation: null, ledgerEntries: [] })
    expect(JSON.stringify(view)).not.toContain('tok_approve')
    for (const field of ['shard', 'feeSchedule']) expect(view).not.toHaveProperty(field)
  })

  test('says what can still be captured and refunded at the time of the answer', () => {
    const held = { ...payment, status: 'PARTIALLY_CAPTURED' as const, capturedMinor: 4_000 }
    const leftAt = (nowMs: number, given: Payment = held) => {
      const view = paymentView({ payment: given, pendingOperation: null, ledgerEntries: [] }, 'en', nowMs)
      return [view.capturableAmount, view.refundableAmount]
    }

    expect(leftAt(FAKE_NOW_MS)).toEqual([6_000, 0])
    expect(leftAt(FAKE_NOW_MS + 1)).toEqual([0, 0])
    expect(leftAt(FAKE_NOW_MS, { ...payment, status: 'PARTIALLY_REFUNDED', refundedMinor: 1 })).toEqual([0, 9_999])
  })

  test.each(paymentStatuses)('%s has its sentence in both languages', status => {
    const messageIn = (language: 'en' | 'ko') =>
      paymentView({ payment: { ...payment, status }, pendingOperation: null, ledgerEntries: [] }, language, FAKE_NOW_MS)
        .message

    expect([messageIn('en'), messageIn('ko')]).toEqual([paymentMessages[status].en, paymentMessages[status].ko])
  })
})

describe('successAnswer', () => {
  test('is the payment with its operation, as JSON in UTF-8', () => {
    const operationId = ids.operation()

    const answer = successAnswer(201, payment, operationId, [entry], 'ko', FAKE_NOW_MS)

    expect(answer).toMatchObject({ statusCode: 201, contentType: 'application/json; charset=utf-8' })
    expect(mutationView.parse(JSON.parse(answer.body))).toMatchObject({
      operationId,
      message: '매입이 완료되었습니다.',
    })
  })
})

describe('refusalAnswer', () => {
  test.each(errorCodes)('%s has the status of the catalogue and a body that fits the contract', code => {
    const answer = refusalAnswer(code, caller, payment.paymentId, { reason: 'status' })

    expect(answer.statusCode).toBe(errorCatalogue[code].statusCode)
    expect(errorBody.parse(JSON.parse(answer.body))).toEqual({
      code,
      message: errorCatalogue[code].message.en,
      requestId: caller.requestId,
      paymentId: payment.paymentId,
      details: { reason: 'status' },
    })
  })
})
