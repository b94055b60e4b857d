/** The shop window: the phone on its stage beside the choices and the till. */
import { useTranslation } from 'react-i18next'
import { finishOf } from '../catalog/catalog.ts'
import { isChoosing } from '../purchase/purchase.ts'
import type { Shop } from '../shop-context.ts'
import { Choices } from './choices.tsx'
import { Stage } from './stage.tsx'
import { Till } from './till.tsx'

export function ShopPage({ shop }: { shop: Shop }) {
  const { t } = useTranslation()
  const { cart, step } = shop.purchase
  const finish = finishOf(cart.phoneId, cart.finishId)
  return (
    <div className="shop" style={{ '--glow': finish.glow, '--tone': finish.back } as React.CSSProperties}>
      <div className="shop-heading">
        <h1 data-result={step === 'choosing' ? '' : undefined} tabIndex={-1}>
          {t('shop.heading')}
        </h1>
        <p className="lead">{t('shop.lead')}</p>
      </div>
      <Stage cart={cart} />
      <div className="shop-choices">
        <Choices cart={cart} locked={!isChoosing(shop.purchase)} onChoose={shop.choose} />
        <Till shop={shop} />
      </div>
    </div>
  )
}
