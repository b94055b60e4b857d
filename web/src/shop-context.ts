/** What the page's components share: the purchase, and the ways to change it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { createContext, use, useEffect, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { Language } from '../../shared/contracts/errors.ts'
import type { ApiAnswer, ApiRequest } from './api/answer.ts'
import { OutcomeUnknownError, type Waiting } from './api/ask-until-final.ts'
import type { Cart } from './purchase/cart.ts'
import type { NewKey } from './purchase/keys.ts'
import {
  changeCart,
  type Purchase,
  pendingOperation,
  startAgain,
  startPayment,
  startRefund,
} from './purchase/purchase.ts'
import type { Store } from './store.ts'

export interface ShopParts {
  purchases: Store<Purchase>
  waiting: Store<Waiting | undefined>
  newKey: NewKey
  run: () => Promise<void>
  ask: (request: ApiRequest) => Promise<ApiAnswer>
}

export const ShopContext = createContext<ShopParts | undefined>(undefined)

export function useShopParts(): ShopParts {
  const parts = use(ShopContext)
  if (!parts) throw new Error('outside of ShopContext')
  return parts
}

export const useLanguage = (): Language => (useTranslation().i18n.language === 'en' ? 'en' : 'ko')

export interface Shop {
  purchase: Purchase
  /** An outcome is awaited and being asked for. */
  busy: boolean
  /** What the repeats are waiting for, while busy. */
  waiting?: Waiting
  /** An outcome is awaited and patience ended: only `checkAgain` goes on. */
  unknown?: Waiting
  choose: (choice: Partial<Cart>) => void
  pay: () => void
  refund: () => void
  checkAgain: () => void
  startAgain: () => void
}

/** For the root component alone: it also takes up a purchase that a reload interrupted. */
export function useShop(): Shop {
  const { purchases, waiting, newKey, run } = useShopParts()
  const purchase = useSyncExternalStore(purchases.subscribe, purchases.get)
  const currentWaiting = useSyncExternalStore(waiting.subscribe, waiting.get)
  const queryClient = useQueryClient()
  const { mutate, isError, error } = useMutation({
    mutationKey: ['purchase'],
    mutationFn: run,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['payment'] }),
  })

  useEffect(() => {
    if (pendingOperation(purchases.get())) mutate()
  }, [purchases, mutate])

  const begin = (change: (purchase: Purchase) => Purchase) => {
    const before = purchases.get()
    purchases.update(change)
    if (purchases.get() !== before) mutate()
  }
  const pending = pendingOperation(purchase) !== undefined
  const unknown = pending && isError ? waitingOf(error) : undefined
  return {
    purchase,
    busy: pending && !unknown,
    waiting: pending && !unknown ? currentWaiting : undefined,
    unknown,
    choose: choice => purchases.update(current => changeCart(current, choice)),
    pay: () => begin(current => startPayment(current, newKey)),
    refund: () => begin(current => startRefund(current, newKey)),
    checkAgain: () => mutate(),
    startAgain: () => purchases.update(startAgain),
  }
}

const waitingOf = (error: Error): Waiting =>
  error instanceof OutcomeUnknownError ? error.waiting : { reason: 'trouble', attempt: 1 }
