/** The sum, the button, and what came of pressing it. */
import { useTranslation } from 'react-i18next'
import { CURRENCY, phones } from '../catalog/catalog.ts'
import { formatMoney } from '../money.ts'
import { totalOf } from '../purchase/cart.ts'
import { type Shop, useLanguage } from '../shop-context.ts'
import { ProgressNote } from '../status/progress-note.tsx'
import { RefusalPanel } from '../status/refusal-panel.tsx'
import { UnknownPanel } from '../status/unknown-panel.tsx'
import { useFinishName } from './names.ts'

export function Till({ shop }: { shop: Shop }) {
  return (
    <>
      <Sum shop={shop} />
      <Outcome shop={shop} />
      <PayBar shop={shop} />
    </>
  )
}

function Sum({ shop }: { shop: Shop }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const finishName = useFinishName()
  const { cart } = shop.purchase
  return (
    <dl className="sum">
      <div>
        <dt>
          {t(`phones.${cart.phoneId}.name`)}
          <span className="small">
            {finishName(cart.phoneId, cart.finishId)} · {t(`phones.${cart.phoneId}.storage`)}
          </span>
        </dt>
        <dd>{t('order.pieces', { quantity: cart.quantity })}</dd>
      </div>
      <div>
        <dt>{t('choose.unitPrice')}</dt>
        <dd>{formatMoney(phones[cart.phoneId].unitPrice, CURRENCY, language)}</dd>
      </div>
    </dl>
  )
}

function Outcome({ shop }: { shop: Shop }) {
  const { step, answers } = shop.purchase
  return (
    <>
      {shop.unknown && <UnknownPanel waiting={shop.unknown} onAgain={shop.checkAgain} />}
      {step === 'refused' &&
        (answers.capture ? (
          <RefusalPanel answer={answers.capture} operation="capture" />
        ) : (
          answers.authorize && <RefusalPanel answer={answers.authorize} operation="authorize" />
        ))}
    </>
  )
}

function PayBar({ shop }: { shop: Shop }) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <div className="pay-bar">
      <ProgressNote shop={shop} />
      <p className="total">
        <span>
          {t('choose.total')} <span className="small">{t('choose.vat')}</span>
        </span>
        <strong>{formatMoney(totalOf(shop.purchase.cart), CURRENCY, language)}</strong>
      </p>
      <button
        type="button"
        className="button button-pay"
        onClick={shop.pay}
        disabled={shop.busy || Boolean(shop.unknown)}
        aria-busy={shop.busy}
      >
        {shop.busy ? t('choose.paying') : t('choose.pay')}
      </button>
    </div>
  )
}
