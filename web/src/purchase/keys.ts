/** Idempotency keys, order numbers and traces: each is made once, and no two are the same. */
import { formatTraceparent } from '../../../shared/contracts/traceparent.ts'
import type { Item } from './cart.ts'
import { isItem } from './cart.ts'
import type { Operation } from './requests.ts'

export interface NewIds {
  /** `shop-refund-` and 32 hex digits: printable ASCII, at most 64 characters. */
  newKey: (operation: Operation) => string
  newOrderId: (item: Item) => string
  /** W3C trace context: all calls of one click are one trace. The shop itself records nothing, and the flag says so. */
  newTraceparent: () => string
}

/** Also works where `randomUUID` is withheld (plain http). */
export function createNewIds(random: Pick<Crypto, 'getRandomValues'>): NewIds {
  const hex = (byteCount: number) =>
    Array.from(random.getRandomValues(new Uint8Array(byteCount)), byte => byte.toString(16).padStart(2, '0')).join('')
  return {
    newKey: operation => `shop-${operation}-${hex(16)}`,
    newOrderId: ({ phoneId, finishId, quantity }) => `${phoneId}.${finishId}.${quantity}.${hex(8)}`,
    newTraceparent: () => formatTraceparent({ traceId: hex(16), spanId: hex(8), isSampled: false }),
  }
}

/** What was ordered: the shop has no database, so that its order number says it. Undefined for any other number. */
export function itemOfOrderId(orderId: string | null | undefined): Item | undefined {
  const [phoneId, finishId, quantity] = orderId?.split('.') ?? []
  const item: unknown = { phoneId, finishId, quantity: Number(quantity) }
  return isItem(item) ? item : undefined
}
