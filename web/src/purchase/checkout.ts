/** What this tab is about to buy, and the order that its last press of the button made. */
import { type Cart, choose, defaultCart, isCart } from './cart.ts'

export interface Checkout {
  cart: Cart
  /** Until the order has a page of its own, or a refusal has been answered by another choice. */
  orderId?: string
}

/** Reads what `JSON.stringify` wrote; of anything else it makes a new checkout. */
export function parseCheckout(text: string | null): Checkout {
  try {
    const value = JSON.parse(text ?? 'null') as Checkout | null
    if (value && isCart(value.cart)) return value
  } catch {}
  return { cart: defaultCart }
}

/** Another choice is another order. */
export const changeCart = ({ cart }: Checkout, choice: Partial<Cart>): Checkout => ({ cart: choose(cart, choice) })
