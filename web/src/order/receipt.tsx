/** The plain receipt: what, how much, when, and what can be done next. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { EventType } from '../../../shared/contracts/lists.ts'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { finishOf, phones } from '../catalog/catalog.ts'
import { BackPicture } from '../catalog/phone-picture.tsx'
import { formatMoney } from '../money.ts'
import type { Item } from '../purchase/cart.ts'
import { useFinishName } from '../shop/names.ts'
import { type OrderActions, useLanguage } from '../shop-context.ts'
import { formatTime } from '../times.ts'
import { Actions } from './actions.tsx'

interface ReceiptProps {
  order: OrderActions
  payment: PaymentDetailView
  item: Item | undefined
}

export function Receipt({ order, payment, item }: ReceiptProps) {
  const { t } = useTranslation()
  return (
    <section className="receipt" aria-labelledby="receipt-title">
      <h2 id="receipt-title">{t('order.receipt')}</h2>
      {item && <ItemView item={item} currency={payment.currency} />}
      <Amounts payment={payment} />
      <Facts payment={payment} />
      <Actions order={order} payment={payment} />
    </section>
  )
}

function ItemView({ item, currency }: { item: Item; currency: string }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const finishName = useFinishName()
  const glow = { '--glow': finishOf(item.phoneId, item.finishId).glow } as React.CSSProperties
  return (
    <div className="receipt-item">
      <span className="receipt-picture" style={glow}>
        <BackPicture phoneId={item.phoneId} finishId={item.finishId} />
      </span>
      <div>
        <p className="tile-name">{t(`phones.${item.phoneId}.name`)}</p>
        <p className="tile-note">
          {finishName(item.phoneId, item.finishId)} · {t(`phones.${item.phoneId}.storage`)}
        </p>
        <p className="tile-note">
          {formatMoney(phones[item.phoneId].unitPrice, currency, language)} × {item.quantity}
        </p>
      </div>
    </div>
  )
}

function Amounts({ payment }: { payment: PaymentDetailView }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const money = (amount: number) => formatMoney(amount, payment.currency, language)
  const { amount, capturedAmount, refundedAmount } = payment
  return (
    <dl className="receipt-amounts">
      {capturedAmount < amount && <Row name={t('order.authorized')}>{money(amount)}</Row>}
      {capturedAmount > 0 && <Row name={t('order.paid')}>{money(capturedAmount)}</Row>}
      {refundedAmount > 0 && <Row name={t('order.refunded')}>{money(-refundedAmount)}</Row>}
      {refundedAmount > 0 && <Row name={t('order.net')}>{money(capturedAmount - refundedAmount)}</Row>}
    </dl>
  )
}

function Facts({ payment }: { payment: PaymentDetailView }) {
  const { t } = useTranslation()
  return (
    <dl className="receipt-facts">
      <Row name={t('order.status')}>
        <StatusBadge status={payment.status} />
      </Row>
      <Row name={t('order.authorizedAt')}>{useEventTime(payment, 'payment.authorized')}</Row>
      <Row name={t('order.capturedAt')}>{useEventTime(payment, 'payment.captured')}</Row>
      <Row name={t('order.refundedAt')}>{useEventTime(payment, 'payment.refunded')}</Row>
      <Row name={t('order.paymentId')}>
        <code>{payment.paymentId}</code>
      </Row>
    </dl>
  )
}

/** When the newest event of its type was recorded. */
function useEventTime(payment: PaymentDetailView, type: EventType): ReactNode {
  const language = useLanguage()
  const iso = payment.events.findLast(event => event.type === type)?.createdAt
  return iso && <time dateTime={iso}>{formatTime(iso, language)}</time>
}

export function StatusBadge({ status }: { status: PaymentDetailView['status'] }) {
  const { t } = useTranslation()
  return <span className={`badge badge-${status}`}>{t(`statuses.${status}`, { defaultValue: status })}</span>
}

const Row = ({ name, children }: { name: string; children: ReactNode }) =>
  children ? (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  ) : null
