/** What the buyer has chosen, and what it costs. */
import {
  type CardToken,
  cardTokens,
  isTrouble,
  type PhoneId,
  phoneIds,
  phones,
  QUANTITY_MAX,
  QUANTITY_MIN,
} from '../catalog/catalog.ts'

/** What is bought. */
export interface Item {
  phoneId: PhoneId
  finishId: string
  quantity: number
}

/** The form as it stands: its quantity may be half typed. */
export interface Cart {
  phoneId: PhoneId
  finishId: string
  quantityText: string
  card: CardToken
  /** Captured with the authorization, or held until somebody captures it. */
  captures: 'now' | 'later'
}

export const defaultCart: Cart = {
  phoneId: 'iphone-16-pro',
  finishId: 'desert',
  quantityText: '1',
  card: 'tok_approve',
  captures: 'now',
}

/** In the currency's minor unit. */
export const totalOf = (item: Item): number => phones[item.phoneId].unitPrice * item.quantity

/** Applies a choice. Another phone brings its own first finish. */
export function choose(cart: Cart, choice: Partial<Cart>): Cart {
  const next = { ...cart, ...choice }
  const { finishes } = phones[next.phoneId]
  if (!finishes.some(finish => finish.id === next.finishId)) next.finishId = finishes[0].id
  return next
}

/** The number in the field; undefined when it is not one that can be ordered. */
export function quantityOf({ quantityText }: Cart): number | undefined {
  if (!/^\d+$/.test(quantityText)) return undefined
  const quantity = Number(quantityText)
  return isQuantity(quantity) ? quantity : undefined
}

/** What the buyer gets; undefined while the quantity is not one that can be ordered. */
export function itemOf(cart: Cart): Item | undefined {
  const quantity = quantityOf(cart)
  return quantity === undefined ? undefined : { phoneId: cart.phoneId, finishId: cart.finishId, quantity }
}

const isQuantity = (quantity: unknown) =>
  Number.isInteger(quantity) && Number(quantity) >= QUANTITY_MIN && Number(quantity) <= QUANTITY_MAX

/** Whether a stored value still names things that are for sale. */
export function isItem(value: unknown): value is Item {
  return isForSale(value) && isQuantity((value as Item).quantity)
}

export function isCart(value: unknown): value is Cart {
  if (!isForSale(value)) return false
  const cart = value as Cart
  const isCard = cardTokens.some(token => token === cart.card) || isTrouble(cart.card)
  const isCapture = cart.captures === 'now' || cart.captures === 'later'
  return typeof cart.quantityText === 'string' && isCard && isCapture
}

function isForSale(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { phoneId, finishId } = value as Item
  return phoneIds.includes(phoneId) && phones[phoneId].finishes.some(finish => finish.id === finishId)
}
