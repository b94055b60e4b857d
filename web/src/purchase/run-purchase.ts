/** Carries a begun purchase to its next resting place: asks, repeats with the same key, records each answer as it comes. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import type { ApiAnswer, ApiRequest } from '../api/answer.ts'
import { askUntilFinal, type RetryPolicy, type RetryPorts } from '../api/ask-until-final.ts'
import { readAnswer, requestTo } from '../api/client.ts'
import { CURRENCY, MERCHANT_ID } from '../catalog/catalog.ts'
import type { Store } from '../store.ts'
import { totalOf } from './cart.ts'
import type { NewKey } from './keys.ts'
import {
  needsLook,
  type Operation,
  type Purchase,
  paymentIdOf,
  pendingOperation,
  recordAnswer,
  recordStatus,
} from './purchase.ts'

export interface PurchasePorts extends RetryPorts {
  purchases: Store<Purchase>
  ask: (request: ApiRequest) => Promise<ApiAnswer>
  newKey: NewKey
  language: () => Language
  policy?: RetryPolicy
}

/**
 * Returns `run`, which resolves when nothing is pending any more, and rejects with OutcomeUnknownError when an outcome
 * stays unknown: the purchase then stands where it stood, key and all, and `run` may be called again.
 * Calls while one is running share it.
 */
export function createPurchaseRun(ports: PurchasePorts): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= advance(ports).finally(() => {
      running = undefined
    })
    return running
  }
}

async function advance(ports: PurchasePorts): Promise<void> {
  for (;;) {
    const purchase = ports.purchases.get()
    const operation = pendingOperation(purchase)
    if (!operation) return
    const answer = await askAgainAndAgain(ports, requestOf(purchase, operation, ports.language()))
    const payment = needsLook(answer) ? await look(ports, purchase.paymentId ?? paymentIdOf(answer)) : undefined
    ports.purchases.update(current =>
      payment
        ? recordStatus(current, operation, answer, payment.status, ports.newKey)
        : recordAnswer(current, operation, answer, ports.newKey),
    )
  }
}

const askAgainAndAgain = (ports: PurchasePorts, request: ApiRequest) =>
  askUntilFinal(() => ports.ask(request), ports, ports.policy)

async function look(ports: PurchasePorts, paymentId: string | undefined): Promise<PaymentDetailView | undefined> {
  if (paymentId === undefined) return undefined
  const answer = await askAgainAndAgain(ports, getPaymentRequest(paymentId, ports.language()))
  const read = readAnswer('getPayment', answer)
  return read?.status === 200 ? read.body : undefined
}

export const getPaymentRequest = (paymentId: string, language: Language): ApiRequest =>
  requestTo('getPayment', { path: { paymentId } }, { 'accept-language': language })

/** The request of a pending operation: always the same for the same purchase, but for the language of its message. */
export function requestOf(purchase: Purchase, operation: Operation, language: Language): ApiRequest {
  const key = purchase.keys[operation]
  if (key === undefined) throw new Error(`no key for ${operation}`)
  if (operation === 'authorize') {
    const body = {
      merchantId: MERCHANT_ID,
      amount: totalOf(purchase.cart),
      currency: CURRENCY,
      idempotencyKey: key,
      paymentMethod: purchase.cart.card,
    }
    return requestTo('authorizePayment', { body }, { 'accept-language': language })
  }
  const call = { path: { paymentId: String(purchase.paymentId) }, body: {} }
  return requestTo(`${operation}Payment`, call, { 'accept-language': language, 'idempotency-key': key })
}
