/** The plain receipt: what, how much, when, and the way back. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { EventType } from '../../../shared/contracts/lists.ts'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { type ApiAnswer, paymentOf } from '../api/answer.ts'
import { CURRENCY, finishOf, phones } from '../catalog/catalog.ts'
import { BackPicture } from '../catalog/phone-picture.tsx'
import { formatMoney } from '../money.ts'
import { totalOf } from '../purchase/cart.ts'
import { isRefunded } from '../purchase/purchase.ts'
import { useFinishName } from '../shop/names.ts'
import { type Shop, useLanguage } from '../shop-context.ts'
import { ProgressNote } from '../status/progress-note.tsx'
import { RefusalPanel } from '../status/refusal-panel.tsx'
import { UnknownPanel } from '../status/unknown-panel.tsx'
import { formatTime } from '../times.ts'

interface ReceiptProps {
  shop: Shop
  payment: PaymentDetailView | undefined
}

export function Receipt({ shop, payment }: ReceiptProps) {
  const { t } = useTranslation()
  return (
    <section className="receipt" aria-labelledby="receipt-title">
      <h2 id="receipt-title">{t('order.receipt')}</h2>
      <Item shop={shop} />
      <Amounts shop={shop} payment={payment} />
      <Facts shop={shop} payment={payment} />
      <RefundTill shop={shop} payment={payment} />
    </section>
  )
}

function Item({ shop }: { shop: Shop }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const finishName = useFinishName()
  const { cart } = shop.purchase
  const glow = { '--glow': finishOf(cart.phoneId, cart.finishId).glow } as React.CSSProperties
  return (
    <div className="receipt-item">
      <span className="receipt-picture" style={glow}>
        <BackPicture phoneId={cart.phoneId} finishId={cart.finishId} />
      </span>
      <div>
        <p className="tile-name">{t(`phones.${cart.phoneId}.name`)}</p>
        <p className="tile-note">
          {finishName(cart.phoneId, cart.finishId)} · {t(`phones.${cart.phoneId}.storage`)}
        </p>
        <p className="tile-note">
          {formatMoney(phones[cart.phoneId].unitPrice, CURRENCY, language)} × {cart.quantity}
        </p>
      </div>
    </div>
  )
}

function Amounts({ shop, payment }: ReceiptProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const money = (amount: number) => formatMoney(amount, CURRENCY, language)
  const paid = payment?.capturedAmount ?? totalOf(shop.purchase.cart)
  const refunded = payment?.refundedAmount ?? 0
  return (
    <dl className="receipt-amounts">
      <Row name={t('order.paid')}>{money(paid)}</Row>
      {refunded > 0 && <Row name={t('order.refunded')}>{money(-refunded)}</Row>}
      {refunded > 0 && <Row name={t('order.net')}>{money(paid - refunded)}</Row>}
    </dl>
  )
}

function Facts({ shop, payment }: ReceiptProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { cart, paymentId, answers } = shop.purchase
  const time = (eventType: EventType, answer: ApiAnswer | undefined) => {
    const iso =
      payment?.events.find(event => event.type === eventType)?.createdAt ?? (answer && paymentOf(answer)?.updatedAt)
    return iso && <time dateTime={iso}>{formatTime(iso, language)}</time>
  }
  return (
    <dl className="receipt-facts">
      {payment && (
        <Row name={t('order.status')}>
          <span className={`badge badge-${payment.status}`}>{t(`statuses.${payment.status}`)}</span>
        </Row>
      )}
      <Row name={t('order.card')}>{t(`cards.${cart.card}.name`)}</Row>
      <Row name={t('order.authorizedAt')}>{time('payment.authorized', answers.authorize)}</Row>
      <Row name={t('order.capturedAt')}>{time('payment.captured', answers.capture)}</Row>
      <Row name={t('order.refundedAt')}>{time('payment.refunded', answers.refund)}</Row>
      <Row name={t('order.paymentId')}>
        <code>{paymentId}</code>
      </Row>
    </dl>
  )
}

const Row = ({ name, children }: { name: string; children: ReactNode }) =>
  children ? (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  ) : null

function RefundTill({ shop, payment }: ReceiptProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { step, cart, answers } = shop.purchase
  const refundable = !isRefunded(shop.purchase, payment?.status)
  const total = formatMoney(payment?.capturedAmount ?? totalOf(cart), CURRENCY, language)
  return (
    <div className="refund">
      <ProgressNote shop={shop} />
      {shop.unknown && <UnknownPanel waiting={shop.unknown} onAgain={shop.checkAgain} />}
      {step === 'paid' && answers.refund && <RefusalPanel answer={answers.refund} operation="refund" />}
      {refundable && (
        <>
          <button
            type="button"
            className="button button-refund"
            onClick={shop.refund}
            disabled={shop.busy || Boolean(shop.unknown)}
            aria-busy={shop.busy}
          >
            {shop.busy ? t('order.refunding') : t('order.refund', { total })}
          </button>
          <p className="small">{t('order.refundNote')}</p>
        </>
      )}
    </div>
  )
}
