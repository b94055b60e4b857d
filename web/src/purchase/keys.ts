/** Idempotency keys: one per operation and attempt. */
import type { Operation } from './purchase.ts'

export type NewKey = (operation: Operation) => string

/** `shop-refund-` and 32 hex digits: printable ASCII, at most 64 characters. Also works where `randomUUID` is withheld (plain http). */
export function createNewKey(random: Pick<Crypto, 'getRandomValues'>): NewKey {
  return operation => {
    const bytes = random.getRandomValues(new Uint8Array(16))
    return `shop-${operation}-${Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')}`
  }
}
