/** The requests that move money, each with a key of its own. A request is made once and then repeated as it is. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { RequestedKind } from '../../../shared/contracts/lists.ts'
import type { ApiRequest } from '../api/answer.ts'
import { requestTo } from '../api/client.ts'
import { CURRENCY, MERCHANT_ID } from '../catalog/catalog.ts'
import { type Cart, type Item, totalOf } from './cart.ts'

export type Operation = RequestedKind

/** `key` and `traceparent` must be new: a repeat sends the same request again instead of making another. */
interface Sender {
  key: string
  traceparent: string
  language: Language
}

export function authorizeRequestOf(
  orderId: string,
  item: Item,
  { card, captures }: Pick<Cart, 'card' | 'captures'>,
  { key, traceparent, language }: Sender,
): ApiRequest {
  const body = {
    merchantId: MERCHANT_ID,
    amount: totalOf(item),
    currency: CURRENCY,
    idempotencyKey: key,
    paymentMethod: card,
    orderId,
    capture: captures === 'now',
  }
  return requestTo('authorizePayment', { body }, { 'accept-language': language, traceparent })
}

/** As the contract has it. It counts characters and a field of HTML counts UTF-16 units, so that a field with this limit never sends too much. */
export const REASON_LENGTH_MAX = 128

/** Amounts are in the currency's minor unit, and always said: what the buyer saw is what moves, or nothing does. */
export type Change =
  | { operation: 'capture'; amount: number; finalCapture: boolean }
  | { operation: 'refund'; amount: number; reason?: string }
  | { operation: 'void' }

export function changeRequestOf(paymentId: string, change: Change, { key, traceparent, language }: Sender): ApiRequest {
  const { operation, ...body } = change
  const headers = { 'accept-language': language, 'idempotency-key': key, traceparent }
  return requestTo(`${operation}Payment`, { path: { paymentId }, body }, headers)
}

export const getPaymentRequest = (paymentId: string, language: Language): ApiRequest =>
  requestTo('getPayment', { path: { paymentId } }, { 'accept-language': language })

export const listOperationsRequest = (paymentId: string, language: Language): ApiRequest =>
  requestTo('listOperations', { path: { paymentId } }, { 'accept-language': language })
