/** The plain receipt: what, how much, when, and what can be done next. */
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { operationKinds } from '../../../shared/contracts/lists.ts'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import type { OperationView } from '../../../shared/contracts/routes/list-operations.ts'
import { finishOf, phones } from '../catalog/catalog.ts'
import { BackPicture } from '../catalog/phone-picture.tsx'
import { formatMoney } from '../money.ts'
import type { Item } from '../purchase/cart.ts'
import { useFinishName } from '../shop/names.ts'
import { type OrderActions, useLanguage } from '../shop-context.ts'
import { formatTime } from '../times.ts'
import { Actions } from './actions.tsx'
import { amountRowsOf } from './amounts.ts'
import { DeclineReason } from './decline-reason.tsx'

interface ReceiptProps {
  order: OrderActions
  payment: PaymentDetailView
  operations: readonly OperationView[]
  item: Item | undefined
}

export function Receipt({ order, payment, operations, item }: ReceiptProps) {
  const { t } = useTranslation()
  const section = useRef<HTMLElement>(null)
  useOwnHeight(section)
  return (
    <section className="receipt" ref={section} aria-labelledby="receipt-title">
      <h2 id="receipt-title">{t('order.receipt')}</h2>
      {item && <ItemView item={item} currency={payment.currency} />}
      <Amounts payment={payment} />
      <Facts payment={payment} operations={operations} />
      <Actions order={order} payment={payment} />
    </section>
  )
}

/** Tells the style sheet how tall it is: the receipt stays on the screen, and its last button must be reachable there. */
function useOwnHeight(section: React.RefObject<HTMLElement | null>) {
  useEffect(() => {
    const element = section.current
    if (element === null) return
    const observer = new ResizeObserver(() => element.style.setProperty('--own-height', `${element.offsetHeight}px`))
    observer.observe(element)
    return () => observer.disconnect()
  }, [section])
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
  return (
    <dl className="receipt-amounts">
      {amountRowsOf(payment).map(({ name, amount }) => (
        <Row key={name} name={t(`order.amounts.${name}`)}>
          {formatMoney(amount, payment.currency, language)}
        </Row>
      ))}
    </dl>
  )
}

function Facts({ payment, operations }: Pick<ReceiptProps, 'payment' | 'operations'>) {
  const { t } = useTranslation()
  const language = useLanguage()
  const declineReason = operations.find(operation => operation.declineReason !== null)?.declineReason
  return (
    <dl className="receipt-facts">
      <Row name={t('order.status')}>
        <StatusBadge status={payment.status} />
      </Row>
      {declineReason && payment.status === 'DECLINED' && (
        <Row name={t('order.declineReason')}>
          <DeclineReason reason={declineReason} />
        </Row>
      )}
      {payment.captureBefore === null && (
        <Row name={t('order.requestedAt')}>
          <time dateTime={payment.createdAt}>{formatTime(payment.createdAt, language)}</time>
        </Row>
      )}
      {timesOf(operations).map(({ kind, at }) => (
        <Row key={kind} name={t(`order.doneAt.${kind}`)}>
          <time dateTime={at}>{formatTime(at, language)}</time>
        </Row>
      ))}
      <Row name={t('order.paymentId')}>
        <code>{payment.paymentId}</code>
      </Row>
    </dl>
  )
}

/** When the newest operation of each kind was carried out: in the same time as the limit of a hold. */
function timesOf(operations: readonly OperationView[]) {
  return operationKinds.flatMap(kind => {
    const at = operations.findLast(operation => operation.kind === kind && operation.state === 'SUCCEEDED')?.finishedAt
    return at ? [{ kind, at }] : []
  })
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
