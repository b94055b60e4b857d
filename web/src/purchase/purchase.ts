/**
 * One purchase from choosing to refund, as a value: the transition table of the shop.
 * A key is made when an operation begins and dropped when its final answer is recorded; in between nothing can change it.
 */
import type { PaymentStatus, RequestedKind } from '../../../shared/contracts/lists.ts'
import { type ApiAnswer, errorOf, paymentOf } from '../api/answer.ts'
import { type Cart, choose, defaultCart, isCart } from './cart.ts'
import type { NewKey } from './keys.ts'

export type Operation = RequestedKind

const stepAfterSuccess: Record<Operation, Step> = { authorize: 'capturing', capture: 'paid', refund: 'refunded' }
const stepAfterRefusal: Record<Operation, Step> = { authorize: 'refused', capture: 'refused', refund: 'paid' }

/** In the order in which a purchase comes to them. */
export const operations = Object.keys(stepAfterSuccess) as Operation[]

export const steps = ['choosing', 'authorizing', 'capturing', 'refused', 'paid', 'refunding', 'refunded'] as const
export type Step = (typeof steps)[number]

export interface Purchase {
  version: 1
  step: Step
  cart: Cart
  keys: Partial<Record<Operation, string>>
  paymentId?: string
  /** Final answers only. */
  answers: Partial<Record<Operation, ApiAnswer>>
}

export const newPurchase = (cart: Cart = defaultCart): Purchase => ({
  version: 1,
  step: 'choosing',
  cart,
  keys: {},
  answers: {},
})

/** The operation whose outcome is awaited, if one is. */
export const pendingOperation = (purchase: Purchase): Operation | undefined => operationByStep[purchase.step]

const operationByStep: Record<Step, Operation | undefined> = {
  choosing: undefined,
  authorizing: 'authorize',
  capturing: 'capture',
  refused: undefined,
  paid: undefined,
  refunding: 'refund',
  refunded: undefined,
}

export const isChoosing = (purchase: Purchase): boolean => purchase.step === 'choosing' || purchase.step === 'refused'

/** A changed cart is another purchase. Ignored while an outcome is awaited or after the money moved. */
export const changeCart = (purchase: Purchase, choice: Partial<Cart>): Purchase =>
  isChoosing(purchase) ? newPurchase(choose(purchase.cart, choice)) : purchase

/** Refunded here, or elsewhere while this page stood open. While an answer is awaited it is the answer that counts. */
export const isRefunded = ({ step }: Purchase, status: PaymentStatus | undefined): boolean =>
  step === 'refunded' || (step === 'paid' && status === 'REFUNDED')

/** Ignored unless something can be bought: a second click finds the step already taken. */
export function startPayment(purchase: Purchase, newKey: NewKey): Purchase {
  if (!isChoosing(purchase)) return purchase
  return { ...newPurchase(purchase.cart), step: 'authorizing', keys: { authorize: newKey('authorize') } }
}

/** Ignored unless a paid purchase stands there. */
export function startRefund(purchase: Purchase, newKey: NewKey): Purchase {
  if (purchase.step !== 'paid') return purchase
  const { refund: _previous, ...answers } = purchase.answers
  return { ...purchase, step: 'refunding', keys: { refund: newKey('refund') }, answers }
}

/** Ignored while an outcome is awaited: leaving it would forget its key. */
export const startAgain = (purchase: Purchase): Purchase =>
  pendingOperation(purchase) ? purchase : newPurchase(purchase.cart)

/** Records a final answer to the pending operation. */
export function recordAnswer(purchase: Purchase, operation: Operation, answer: ApiAnswer, newKey: NewKey): Purchase {
  const succeeded = paymentOf(answer) !== undefined
  const step = succeeded ? stepAfterSuccess[operation] : stepAfterRefusal[operation]
  return settle(purchase, operation, answer, step, newKey)
}

/**
 * Records an answer that only says "this was already decided" by what the payment itself says:
 * it may have been captured or refunded by an earlier request whose answer was lost.
 */
export function recordStatus(
  purchase: Purchase,
  operation: Operation,
  answer: ApiAnswer,
  status: PaymentStatus,
  newKey: NewKey,
): Purchase {
  return settle(purchase, operation, answer, stepOfStatus(operation, status), newKey)
}

const inEach = (step: Step): Record<Operation, Step> => ({ authorize: step, capture: step, refund: step })

/** Where the operation then stands. A status that says nothing of it counts as a refusal. */
const stepByStatus: Record<PaymentStatus, Record<Operation, Step>> = {
  REQUESTED: stepAfterRefusal,
  AUTHORIZED: { ...stepAfterRefusal, authorize: 'capturing' },
  DECLINED: stepAfterRefusal,
  FAILED: stepAfterRefusal,
  PARTIALLY_CAPTURED: inEach('paid'),
  COMPLETED: inEach('paid'),
  VOIDED: stepAfterRefusal,
  EXPIRED: stepAfterRefusal,
  PARTIALLY_REFUNDED: inEach('paid'),
  REFUNDED: inEach('refunded'),
}

/** A newer API may say a status that this page does not know. */
const isKnown = (status: string): status is PaymentStatus => Object.hasOwn(stepByStatus, status)

const stepOfStatus = (operation: Operation, status: string): Step =>
  (isKnown(status) ? stepByStatus[status] : stepAfterRefusal)[operation]

function settle(purchase: Purchase, operation: Operation, answer: ApiAnswer, step: Step, newKey: NewKey): Purchase {
  if (pendingOperation(purchase) !== operation) return purchase
  return {
    ...purchase,
    step,
    paymentId: purchase.paymentId ?? paymentIdOf(answer),
    keys: step === 'capturing' ? { capture: newKey('capture') } : {},
    answers: { ...purchase.answers, [operation]: answer },
  }
}

/** The payment that an answer speaks of, successful or not. */
export const paymentIdOf = (answer: ApiAnswer): string | undefined =>
  paymentOf(answer)?.paymentId ?? errorOf(answer)?.paymentId

/** Whether a final 409 leaves it to the payment's own status what became of the operation. */
export function needsLook(answer: ApiAnswer): boolean {
  return answer.statusCode === 409 && errorOf(answer) !== undefined
}

/** Reads what `JSON.stringify` wrote; anything else is no purchase. */
export function parsePurchase(text: string | null): Purchase | undefined {
  try {
    const value = JSON.parse(text ?? 'null') as Purchase | null
    return value?.version === 1 && isSound(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether the value has everything that its step goes on with. */
function isSound({ step, cart, keys, paymentId, answers }: Purchase): boolean {
  if (!steps.includes(step) || !isCart(cart) || !isRecord(keys) || !isRecord(answers)) return false
  const operation = operationByStep[step]
  const needsPayment = step !== 'choosing' && step !== 'authorizing' && step !== 'refused'
  return (!operation || typeof keys[operation] === 'string') && (!needsPayment || typeof paymentId === 'string')
}

const isRecord = (value: unknown) => typeof value === 'object' && value !== null
