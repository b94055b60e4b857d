/**
 * This browser's orders: the ids by which the API knows them, and the request whose answer is still awaited.
 * What an order has come to is never kept here: the API tells.
 */
import type { ApiAnswer, ApiRequest } from '../api/answer.ts'
import { errorOf, paymentOf } from '../api/answer.ts'
import type { Operation } from './requests.ts'

/** A request on its way. It stays until an answer is final, whatever becomes of the tab. */
export interface PendingRequest {
  operation: Operation
  request: ApiRequest
}

export interface Order {
  /** The shop's own order number; the payment's id when it was begun elsewhere. */
  orderId: string
  /** Unknown until the authorization is answered. */
  paymentId?: string
  pending?: PendingRequest
}

/** Older ones are forgotten, but never one whose answer is awaited. */
export const ORDER_COUNT_MAX = 30

export const orderOfPayment = (orders: readonly Order[], paymentId: string): Order | undefined =>
  orders.find(order => order.paymentId === paymentId)

/** Puts a new order first. */
export function addOrder(orders: readonly Order[], order: Order): Order[] {
  return [order, ...orders].filter(({ pending }, index) => index < ORDER_COUNT_MAX || pending !== undefined)
}

/** Begins an operation on an order. Ignored while an answer is awaited: a second click finds the first one's request. */
export function begin(orders: readonly Order[], paymentId: string, pending: PendingRequest): readonly Order[] {
  const order = orderOfPayment(orders, paymentId)
  if (order === undefined) return addOrder(orders, { orderId: paymentId, paymentId, pending })
  return order.pending ? orders : change(orders, order.orderId, () => ({ ...order, pending }))
}

/** Records the final answer to the pending request. An order that never came to a payment is forgotten: there is nothing to show of it. */
export function settle(orders: readonly Order[], orderId: string, answer: ApiAnswer): readonly Order[] {
  const settled = change(orders, orderId, ({ pending: _answered, ...order }) => ({
    ...order,
    paymentId: order.paymentId ?? paymentIdOf(answer),
  }))
  return settled.filter(order => order.orderId !== orderId || order.paymentId !== undefined)
}

export const forget = (orders: readonly Order[], orderId: string): readonly Order[] =>
  orders.filter(order => order.orderId !== orderId || order.pending !== undefined)

const change = (orders: readonly Order[], orderId: string, to: (order: Order) => Order): readonly Order[] =>
  orders.map(order => (order.orderId === orderId ? to(order) : order))

/** The payment that an answer speaks of, successful or not. */
export const paymentIdOf = (answer: ApiAnswer): string | undefined =>
  paymentOf(answer)?.paymentId ?? errorOf(answer)?.paymentId

/** Reads what `JSON.stringify` wrote. Whatever is not an order is left out. */
export function parseOrders(text: string | null): readonly Order[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.filter(isOrder) : []
  } catch {
    return []
  }
}

function isOrder(value: unknown): value is Order {
  if (typeof value !== 'object' || value === null) return false
  const { orderId, paymentId, pending } = value as Order
  const isNamed = typeof paymentId === 'string' || (paymentId === undefined && pending !== undefined)
  return typeof orderId === 'string' && isNamed && isSound(pending)
}

const isSound = (pending: PendingRequest | undefined) =>
  pending === undefined || (typeof pending.operation === 'string' && typeof pending.request?.path === 'string')
