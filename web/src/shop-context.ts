/** What the page's components share: this browser's orders, and the ways to change them. */
import { createContext, use } from 'react'
import { useTranslation } from 'react-i18next'
import type { Language } from '../../shared/contracts/errors.ts'
import type { ApiAnswer, ApiRequest } from './api/answer.ts'
import type { Waiting } from './api/ask-until-final.ts'
import { type AnswerLog, answersOfPayment, type LoggedAnswer, refusalIn } from './purchase/answer-log.ts'
import { type Cart, itemOf } from './purchase/cart.ts'
import { type Checkout, changeCart } from './purchase/checkout.ts'
import type { NewIds } from './purchase/keys.ts'
import { addOrder, begin, forget, type Order, orderOfPayment } from './purchase/orders.ts'
import { authorizeRequestOf, type Change, changeRequestOf, type Operation } from './purchase/requests.ts'
import type { Waitings } from './purchase/run-orders.ts'
import { type Store, useStore } from './store.ts'

export interface ShopParts extends NewIds {
  checkout: Store<Checkout>
  orders: Store<readonly Order[]>
  answers: Store<AnswerLog>
  waitings: Store<Waitings>
  run: (orderId: string) => Promise<void>
  /** Ends every pause between repeats. */
  wake: () => void
  ask: (request: ApiRequest) => Promise<ApiAnswer>
  keepLanguage: (language: Language) => void
}

export const ShopContext = createContext<ShopParts | undefined>(undefined)

export function useShopParts(): ShopParts {
  const parts = use(ShopContext)
  if (!parts) throw new Error('outside of ShopContext')
  return parts
}

export const useLanguage = (): Language => (useTranslation().i18n.language === 'en' ? 'en' : 'ko')

/** A request on its way, and what its repeats are waiting for. */
export interface Progress {
  operation: Operation
  waiting?: Waiting
}

function useProgress(order: Order | undefined): Progress | undefined {
  const { waitings } = useShopParts()
  const waiting = useStore(waitings)[order?.orderId ?? '']
  return order?.pending && { operation: order.pending.operation, waiting }
}

export interface CheckoutActions {
  cart: Cart
  /** The order that was made, until it is left. */
  order?: Order
  progress?: Progress
  refusal?: LoggedAnswer
  choose: (choice: Partial<Cart>) => void
  pay: () => void
  leave: () => void
}

export function useCheckout(): CheckoutActions {
  const { checkout, orders, answers, newKey, newOrderId, newTraceparent, run } = useShopParts()
  const language = useLanguage()
  const { cart, orderId } = useStore(checkout)
  const order = useStore(orders).find(known => known.orderId === orderId)
  const progress = useProgress(order)
  const refusal = refusalIn(useStore(answers).filter(logged => logged.orderId === orderId))
  return {
    cart,
    order,
    progress,
    refusal: progress ? undefined : refusal,
    choose: choice => {
      if (!progress) checkout.update(current => changeCart(current, choice))
    },
    pay: () => {
      const item = itemOf(cart)
      const { orderId: currentId } = checkout.get()
      if (item === undefined || orders.get().some(known => known.orderId === currentId && known.pending)) return
      const next = newOrderId(item)
      const sender = { key: newKey('authorize'), traceparent: newTraceparent(), language }
      const request = authorizeRequestOf(next, item, cart, sender)
      orders.update(known => addOrder(known, { orderId: next, pending: { operation: 'authorize', request } }))
      checkout.update(() => ({ cart, orderId: next }))
      void run(next)
    },
    leave: () => checkout.update(current => ({ cart: current.cart })),
  }
}

export interface OrderActions {
  order?: Order
  answers: AnswerLog
  progress?: Progress
  refusal?: LoggedAnswer
  start: (change: Change) => void
}

/** One payment as this browser knows it. What it has come to is asked from the API (`usePayment`). */
export function useOrder(paymentId: string): OrderActions {
  const { orders, answers, newKey, newTraceparent, run } = useShopParts()
  const language = useLanguage()
  const order = orderOfPayment(useStore(orders), paymentId)
  const progress = useProgress(order)
  const log = answersOfPayment(useStore(answers), paymentId)
  return {
    order,
    answers: log,
    progress,
    refusal: progress ? undefined : refusalIn(log),
    start: change => {
      const { operation } = change
      const sender = { key: newKey(operation), traceparent: newTraceparent(), language }
      const request = changeRequestOf(paymentId, change, sender)
      orders.update(known => begin(known, paymentId, { operation, request }))
      void run(orderOfPayment(orders.get(), paymentId)?.orderId ?? paymentId)
    },
  }
}

export function useOrders(): { orders: readonly Order[]; forget: (orderId: string) => void } {
  const { orders } = useShopParts()
  return { orders: useStore(orders), forget: orderId => orders.update(known => forget(known, orderId)) }
}
