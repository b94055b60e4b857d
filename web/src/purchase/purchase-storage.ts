/** Keeps the purchase in sessionStorage: it outlives a reload, not the tab. */
import { newPurchase, type Purchase, parsePurchase } from './purchase.ts'

const STORAGE_KEY = 'shop.purchase'

export const loadPurchase = (storage: Pick<Storage, 'getItem'> | undefined): Purchase =>
  parsePurchase(storage?.getItem(STORAGE_KEY) ?? null) ?? newPurchase()

/** A full or forbidden storage must not stop a payment: the purchase then lives in memory only, which a reload ends. */
export function savePurchase(storage: Pick<Storage, 'setItem'> | undefined, purchase: Purchase): void {
  try {
    storage?.setItem(STORAGE_KEY, JSON.stringify(purchase))
  } catch {}
}
