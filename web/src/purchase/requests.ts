/** The requests that move money, each with a key of its own. A request is made once and then repeated as it is. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { RequestedKind } from '../../../shared/contracts/lists.ts'
import type { ApiRequest } from '../api/answer.ts'
import { requestTo } from '../api/client.ts'
import { type CardToken, CURRENCY, MERCHANT_ID } from '../catalog/catalog.ts'
import { type Item, totalOf } from './cart.ts'

export type Operation = RequestedKind

/** `key` must be new: a repeat sends the same request again instead of making another. */
export function authorizeRequestOf(item: Item, card: CardToken, key: string, language: Language): ApiRequest {
  const body = {
    merchantId: MERCHANT_ID,
    amount: totalOf(item),
    currency: CURRENCY,
    idempotencyKey: key,
    paymentMethod: card,
  }
  return requestTo('authorizePayment', { body }, { 'accept-language': language })
}

export function captureRequestOf(paymentId: string, key: string, language: Language): ApiRequest {
  return requestTo(
    'capturePayment',
    { path: { paymentId }, body: {} },
    { 'accept-language': language, 'idempotency-key': key },
  )
}

export function refundRequestOf(paymentId: string, key: string, language: Language): ApiRequest {
  return requestTo(
    'refundPayment',
    { path: { paymentId }, body: {} },
    { 'accept-language': language, 'idempotency-key': key },
  )
}

export const getPaymentRequest = (paymentId: string, language: Language): ApiRequest =>
  requestTo('getPayment', { path: { paymentId } }, { 'accept-language': language })

export const listOperationsRequest = (paymentId: string, language: Language): ApiRequest =>
  requestTo('listOperations', { path: { paymentId } }, { 'accept-language': language })
