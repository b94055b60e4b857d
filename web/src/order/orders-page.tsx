/** This browser's orders. It knows their ids; what has become of each is asked from the API. */
import { skipToken, useQueries } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { finishOf } from '../catalog/catalog.ts'
import { BackPicture } from '../catalog/phone-picture.tsx'
import { formatMoney } from '../money.ts'
import { itemOfOrderId } from '../purchase/keys.ts'
import type { Order } from '../purchase/orders.ts'
import { Link } from '../routing/navigation.tsx'
import { orderPath, SHOP_PATH } from '../routing/page.ts'
import { useLanguage, useOrders } from '../shop-context.ts'
import { formatTime } from '../times.ts'
import { StatusBadge } from './receipt.tsx'
import { type Found, usePaymentQuestion } from './use-payment.ts'

export function OrdersPage() {
  const { t } = useTranslation()
  const { orders, forget } = useOrders()
  const found = useFound(orders)
  return (
    <div className="orders">
      <div className="order-heading">
        <div>
          <h1 data-result="" tabIndex={-1}>
            {t('orders.title')}
          </h1>
          <p className="lead">{orders.length === 0 ? t('orders.empty') : t('orders.lead')}</p>
        </div>
        <Link to={SHOP_PATH} className="button button-quiet">
          {t('order.again')}
        </Link>
      </div>
      <ul className="order-list">
        {orders.map((order, index) => (
          <OrderRow key={order.orderId} order={order} found={found[index]} onForget={() => forget(order.orderId)} />
        ))}
      </ul>
    </div>
  )
}

type FoundOrError = { data?: Found; isError: boolean }

/** One answer for each order, in the same place. */
function useFound(orders: readonly Order[]): FoundOrError[] {
  const askFor = usePaymentQuestion()
  return useQueries({
    queries: orders.map(({ orderId, paymentId }) => ({
      queryKey: ['payment', paymentId ?? orderId],
      queryFn: paymentId === undefined ? skipToken : () => askFor(paymentId),
    })),
  })
}

interface OrderRowProps {
  order: Order
  found: FoundOrError | undefined
  onForget: () => void
}

function OrderRow({ order, found, onForget }: OrderRowProps) {
  const { t } = useTranslation()
  const item = itemOfOrderId(order.orderId)
  const name = item ? `${t(`phones.${item.phoneId}.name`)} × ${item.quantity}` : t('orders.unnamed')
  const isMissing = found?.data !== undefined && !found.data.payment
  return (
    <li className="sheet order-row" data-order={order.paymentId ?? ''}>
      {item && (
        <span className="receipt-picture" style={{ '--glow': finishOf(item.phoneId, item.finishId).glow } as object}>
          <BackPicture phoneId={item.phoneId} finishId={item.finishId} />
        </span>
      )}
      <div className="order-row-text">
        <p className="tile-name">{order.paymentId ? <Link to={orderPath(order.paymentId)}>{name}</Link> : name}</p>
        <p className="tile-note">
          <code>{order.paymentId ?? order.orderId}</code>
        </p>
      </div>
      {isMissing ? (
        <div className="order-row-state">
          <p>{t('orders.missing')}</p>
          <button type="button" className="button button-small" onClick={onForget}>
            {t('orders.forget')}
          </button>
        </div>
      ) : (
        <OrderState order={order} payment={found?.data?.payment} isError={found?.isError ?? false} />
      )}
    </li>
  )
}

interface OrderStateProps {
  order: Order
  payment: PaymentDetailView | undefined
  isError: boolean
}

function OrderState({ order, payment, isError }: OrderStateProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  if (order.pending) return <p className="order-row-state">{t('orders.pending')}</p>
  if (!payment) return <p className="order-row-state">{isError ? t('orders.unreachable') : t('order.loading')}</p>
  return (
    <div className="order-row-state">
      <p className="order-row-amount">{formatMoney(payment.amount, payment.currency, language)}</p>
      <StatusBadge status={payment.status} />
      <time className="small" dateTime={payment.createdAt}>
        {formatTime(payment.createdAt, language)}
      </time>
    </div>
  )
}
