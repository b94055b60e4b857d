/** The shop window: the phone on its stage beside the choices and the till. */
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { finishOf } from '../catalog/catalog.ts'
import { navigate } from '../routing/navigation.tsx'
import { orderPath } from '../routing/page.ts'
import { type CheckoutActions, useCheckout } from '../shop-context.ts'
import { Choices } from './choices.tsx'
import { Stage } from './stage.tsx'
import { Till } from './till.tsx'

export function ShopPage() {
  const { t } = useTranslation()
  const checkout = useCheckout()
  useOrderPageWhenMade(checkout)
  const { cart, progress, refusal } = checkout
  const finish = finishOf(cart.phoneId, cart.finishId)
  const isChoosing = !progress && !refusal
  return (
    <div className="shop" style={{ '--glow': finish.glow, '--tone': finish.back } as React.CSSProperties}>
      <div className="shop-heading">
        <h1 data-result={isChoosing ? '' : undefined} tabIndex={-1}>
          {t('shop.heading')}
        </h1>
        <p className="lead">{t('shop.lead')}</p>
      </div>
      <Stage cart={cart} />
      <div className="shop-choices">
        <Choices cart={cart} locked={progress !== undefined} onChoose={checkout.choose} />
        <Till checkout={checkout} />
      </div>
    </div>
  )
}

/** An order that came to a payment goes on at its own page; a declined one stays at the till, where another card can be chosen. */
function useOrderPageWhenMade({ order, progress, refusal, leave }: CheckoutActions) {
  const isDeclined = refusal?.operation === 'authorize' && refusal.answer.statusCode === 402
  const paymentId = progress?.operation === 'authorize' || isDeclined ? undefined : order?.paymentId
  useEffect(() => {
    if (paymentId === undefined) return
    leave()
    navigate(orderPath(paymentId))
  })
}
