/** The sum, the button, and what came of pressing it. */
import { useTranslation } from 'react-i18next'
import { CURRENCY, phones } from '../catalog/catalog.ts'
import { formatMoney } from '../money.ts'
import { type Cart, itemOf, quantityOf, totalOf } from '../purchase/cart.ts'
import { type CheckoutActions, useLanguage } from '../shop-context.ts'
import { ProgressNote } from '../status/progress-note.tsx'
import { RefusalPanel } from '../status/refusal-panel.tsx'
import { UncertainNote } from '../status/uncertain-note.tsx'
import { QUANTITY_FIELD } from './choices.tsx'
import { useFinishName } from './names.ts'

export function Till({ checkout }: { checkout: CheckoutActions }) {
  return (
    <>
      <Sum cart={checkout.cart} />
      <UncertainNote progress={checkout.progress} />
      {checkout.refusal && <RefusalPanel {...checkout.refusal} />}
      <PayBar checkout={checkout} />
    </>
  )
}

function Sum({ cart }: { cart: Cart }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const finishName = useFinishName()
  const quantity = quantityOf(cart)
  return (
    <dl className="sum">
      <div>
        <dt>
          {t(`phones.${cart.phoneId}.name`)}
          <span className="small">
            {finishName(cart.phoneId, cart.finishId)} · {t(`phones.${cart.phoneId}.storage`)}
          </span>
        </dt>
        <dd>{quantity === undefined ? '–' : t('order.pieces', { quantity })}</dd>
      </div>
      <div>
        <dt>{t('choose.unitPrice')}</dt>
        <dd>{formatMoney(phones[cart.phoneId].unitPrice, CURRENCY, language)}</dd>
      </div>
    </dl>
  )
}

function PayBar({ checkout: { cart, progress, pay } }: { checkout: CheckoutActions }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const item = itemOf(cart)
  const isBusy = progress !== undefined
  // The button stays pressable, so that pressing it leads to what is wrong.
  const press = () => (item ? pay() : document.getElementById(QUANTITY_FIELD)?.focus())
  return (
    <div className="pay-bar">
      <ProgressNote progress={progress} />
      <p className="total">
        <span>
          {t('choose.total')} <span className="small">{t('choose.vat')}</span>
        </span>
        <strong>{item ? formatMoney(totalOf(item), CURRENCY, language) : '–'}</strong>
      </p>
      <button type="button" className="button button-pay" onClick={press} disabled={isBusy} aria-busy={isBusy}>
        {isBusy ? t('choose.paying') : t('choose.pay')}
      </button>
    </div>
  )
}
