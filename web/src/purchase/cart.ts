/** What the buyer has chosen, and what it costs. */
import {
  type CardToken,
  cardTokens,
  type PhoneId,
  phoneIds,
  phones,
  QUANTITY_MAX,
  QUANTITY_MIN,
} from '../catalog/catalog.ts'

export interface Cart {
  phoneId: PhoneId
  finishId: string
  quantity: number
  card: CardToken
}

export const defaultCart: Cart = { phoneId: 'iphone-16-pro', finishId: 'desert', quantity: 1, card: 'tok_approve' }

export const totalOf = (cart: Cart): number => phones[cart.phoneId].unitPrice * cart.quantity

/** Applies a choice. Another phone brings its own first finish; a quantity outside 1–5 is ignored. */
export function choose(cart: Cart, choice: Partial<Cart>): Cart {
  const next = { ...cart, ...choice }
  if (!isQuantity(next.quantity)) next.quantity = cart.quantity
  const { finishes } = phones[next.phoneId]
  if (!finishes.some(finish => finish.id === next.finishId)) next.finishId = finishes[0].id
  return next
}

const isQuantity = (quantity: number) =>
  Number.isInteger(quantity) && quantity >= QUANTITY_MIN && quantity <= QUANTITY_MAX

/** Whether a stored value still names things that are for sale. */
export function isCart(value: unknown): value is Cart {
  if (typeof value !== 'object' || value === null) return false
  const cart = value as Cart
  return (
    phoneIds.includes(cart.phoneId) &&
    phones[cart.phoneId].finishes.some(finish => finish.id === cart.finishId) &&
    isQuantity(cart.quantity) &&
    cardTokens.includes(cart.card)
  )
}
