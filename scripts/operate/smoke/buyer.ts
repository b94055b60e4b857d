/** The buyer of the smoke test: one merchant's requests, and what its payments and books have to look like. Nothing but HTTP. */
import { randomUUID } from 'node:crypto'
import { errorBody } from '../../../shared/contracts/errors.ts'
import type { EntryType, PaymentStatus, RequestedKind } from '../../../shared/contracts/lists.ts'
import { type LedgerEntryView, type MutationView, mutationView } from '../../../shared/contracts/payment.ts'
import { type PaymentDetailView, paymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { operationListView } from '../../../shared/contracts/routes/list-operations.ts'
import { type FeePolicy, feeMinor, scheduleFor } from '../../../shared/domain/fee.ts'
import { until } from '../../../shared/runtime/until.ts'
import { type Api, bodyOf, type HttpAnswer, mustHave } from './api.ts'

export interface SmokeStep {
  name: string
  /** What it found, in a few words. Rejects with what it saw instead of what it should have seen. */
  run(buyer: Buyer): Promise<string>
}

export interface Settings {
  /** How the API under test is configured: the defaults unless FEE_BASIS_POINTS and FEE_FIXED say otherwise. */
  fees: FeePolicy
  /** How long readiness, fee entries and events are waited for, each. */
  deadlineMs: number
}

export const CURRENCY = 'KRW'

export type Entry = Pick<LedgerEntryView, 'type' | 'debitAccount' | 'creditAccount' | 'amount' | 'currency'>

export type Seen = (payment: PaymentDetailView) => unknown

/** What an authorization says besides the merchant and the currency. */
export interface Order {
  amount: number
  idempotencyKey: string
  paymentMethod?: string
  orderId?: string
  capture?: boolean
}

export class Buyer {
  readonly api: Api
  readonly settings: Settings
  readonly merchantId = `smoke-${randomUUID().slice(0, 18)}`
  readonly keys = { authorize: randomUUID(), decline: randomUUID(), capture: randomUUID(), refund: randomUUID() }
  /** The first answers of the whole purchase, for comparison with their replays. */
  readonly first: Partial<Record<RequestedKind, HttpAnswer>> = {}
  /** The payment that the steps are about. */
  paymentId = ''

  constructor(api: Api, settings: Settings) {
    this.api = api
    this.settings = settings
  }

  /** The entry that a movement of this amount has to be booked as. */
  entry(type: EntryType, amount: number): Entry {
    const merchant = `merchant_payable:${this.merchantId}`
    const accounts: Record<EntryType, [debit: string, credit: string]> = {
      capture: ['acquirer_receivable', merchant],
      fee: [merchant, 'fee_revenue'],
      refund: [merchant, 'acquirer_receivable'],
      fee_vat: [merchant, 'vat_payable'],
      refund_fee: ['fee_revenue', merchant],
      refund_fee_vat: ['vat_payable', merchant],
    }
    const [debitAccount, creditAccount] = accounts[type]
    return { type, debitAccount, creditAccount, amount, currency: CURRENCY }
  }

  /** The fee of a capture of `amount`, when so much was captured before. */
  feeMinor(capturedBefore: number, amount: number): number {
    return feeMinor(scheduleFor(this.settings.fees, CURRENCY), capturedBefore, amount)
  }

  /** What a payment of this merchant looks like in a given state. */
  totals(status: PaymentStatus, amount: number, capturedAmount: number, refundedAmount: number) {
    const { merchantId } = this
    return { merchantId, status, amount, currency: CURRENCY, capturedAmount, refundedAmount, pendingOperation: null }
  }

  authorize(order: Order): Promise<HttpAnswer> {
    return this.api.post('/payments/authorize', { merchantId: this.merchantId, currency: CURRENCY, ...order })
  }

  change(kind: Exclude<RequestedKind, 'authorize'>, key: string, more: object = {}): Promise<HttpAnswer> {
    return this.api.post(`/payments/${kind}/${this.paymentId}`, { merchantId: this.merchantId, ...more }, key)
  }

  async payment(paymentId = this.paymentId): Promise<PaymentDetailView> {
    return paymentDetailView.parse(bodyOf(await this.api.get(`/payments/${paymentId}`), 200))
  }

  /** Kind, state and amount of every operation on the payment, oldest first. */
  async operations(): Promise<string[]> {
    const answer = await this.api.get(`/payments/${this.paymentId}/operations`)
    const { operations } = operationListView.parse(bodyOf(answer, 200))
    return operations.map(({ kind, state, amount }) => `${kind} ${state} ${amount}`)
  }

  /** Waits until the ledger consumer has written as many entries as `expected` has, and checks all of them. */
  async untilEntries(expected: readonly Entry[]): Promise<void> {
    const rows = rowsOf(expected)
    await this.untilPayment(
      'the fee entry, which the ledger consumer writes',
      payment => payment.ledgerEntries.length >= rows.length,
      payment => rowsOf(payment.ledgerEntries),
    )
    mustHaveEntries(await this.payment(), expected)
  }

  /** Waits for a state of the payment; the failure shows the part of it that `seen` picks. */
  async untilPayment(what: string, isThere: (payment: PaymentDetailView) => boolean, seen: Seen): Promise<void> {
    let last: PaymentDetailView | undefined
    await until(
      async () => {
        last = await this.payment()
        return isThere(last)
      },
      { what, deadlineMs: this.settings.deadlineMs, intervalMs: 100 },
    ).catch(error => {
      throw last === undefined ? error : new Error(`${what} did not come; seen: ${JSON.stringify(seen(last))}`)
    })
  }
}

/** The payment in an answer that has changed it. */
export const changedPayment = (answer: HttpAnswer, status: 200 | 201): MutationView =>
  mutationView.parse(bodyOf(answer, status))

/** A refusal in the one shape of errors. */
export const refusal = (answer: HttpAnswer, status: number) => errorBody.parse(bodyOf(answer, status))

/** Without the ids and times that the system chose, in an order that does not depend on who wrote first. An amount of 0 is not booked. */
const rowsOf = (entries: readonly Entry[]): string[] =>
  entries
    .filter(({ amount }) => amount > 0)
    .map(({ type, debitAccount, creditAccount, amount, currency }) =>
      [type, `${debitAccount} → ${creditAccount}`, amount, currency].join(' '),
    )
    .sort()

export const mustHaveEntries = (payment: { ledgerEntries: Entry[] }, expected: readonly Entry[]): void =>
  mustHave({ ledgerEntries: rowsOf(payment.ledgerEntries) }, { ledgerEntries: rowsOf(expected) })
