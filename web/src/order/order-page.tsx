/** One order: what was bought, beside where its money has come to. All of it is asked from the API. */
import { useTranslation } from 'react-i18next'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import type { ApiAnswer } from '../api/answer.ts'
import { formatMoney } from '../money.ts'
import type { AnswerLog } from '../purchase/answer-log.ts'
import { itemOfOrderId } from '../purchase/keys.ts'
import { Link } from '../routing/navigation.tsx'
import { ORDERS_PATH, SHOP_PATH } from '../routing/page.ts'
import { type OrderActions, useLanguage, useOrder } from '../shop-context.ts'
import { NoSuchOrder } from '../status/not-found.tsx'
import { AnswerCard } from './answer-card.tsx'
import { EventsTable } from './events-table.tsx'
import { LedgerTable } from './ledger-table.tsx'
import { OperationsTable } from './operations-table.tsx'
import { OrderHeading } from './order-heading.tsx'
import { Receipt } from './receipt.tsx'
import { TrailView } from './trail-view.tsx'
import { type FollowedPayment, usePayment } from './use-payment.ts'

export function OrderPage({ paymentId }: { paymentId: string }) {
  const order = useOrder(paymentId)
  const followed = usePayment(paymentId, order.answers)
  const { payment, state } = followed
  if (!payment) return state === 'missing' ? <NoSuchOrder paymentId={paymentId} /> : <OrderToCome state={state} />
  return <KnownOrder order={order} followed={followed} payment={payment} />
}

interface KnownOrderProps {
  order: OrderActions
  followed: FollowedPayment
  payment: PaymentDetailView
}

function KnownOrder({ order, followed, payment }: KnownOrderProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const item = itemOfOrderId(payment.orderId)
  const total = formatMoney(payment.amount, payment.currency, language)
  return (
    <div className="order">
      <OrderHeading
        payment={payment}
        lead={
          item ? t('order.lead', { phone: t(`phones.${item.phoneId}.name`), quantity: item.quantity, total }) : total
        }
        isTroubled={order.refusal !== undefined || order.progress?.waiting?.isUncertain === true}
      />
      <Receipt order={order} payment={payment} operations={followed.operations} item={item} />
      <div className="order-follow">
        <TrailView payment={payment} state={followed.state} />
        <Answers log={order.answers} answer={followed.answer} />
        <LedgerTable entries={payment.ledgerEntries} amount={payment.capturedAmount} />
        <OperationsTable operations={followed.operations} />
        <EventsTable events={payment.events} />
      </div>
    </div>
  )
}

/** Before the API has said anything: that it is asked, or that it cannot be. */
function OrderToCome({ state }: { state: FollowedPayment['state'] }) {
  const { t } = useTranslation()
  const isAway = state === 'unreachable'
  return (
    <div className="message-page" role="status">
      <h1 data-result="" tabIndex={-1}>
        {isAway ? t('order.unreachableTitle') : t('order.loading')}
      </h1>
      {isAway && <p className="lead">{t('order.unreachableLead')}</p>}
      {isAway && (
        <p className="message-links">
          <Link to={ORDERS_PATH} className="button button-quiet">
            {t('shop.orders')}
          </Link>
          <Link to={SHOP_PATH} className="button button-quiet">
            {t('order.again')}
          </Link>
        </p>
      )}
    </div>
  )
}

/** `log`: the operations that this tab saw answered. `answer`: the payment as it is now. */
function Answers({ log, answer }: { log: AnswerLog; answer: ApiAnswer | undefined }) {
  const { t } = useTranslation()
  return (
    <section className="sheet answers-sheet" aria-labelledby="answers-title">
      <h2 id="answers-title">{t('answers.title')}</h2>
      <p className="sheet-lead">{t('answers.lead')}</p>
      <div className="answers">
        {log.map(logged => (
          <AnswerCard key={logged.answer.receivedAt + logged.operation} {...logged} />
        ))}
        {answer && <AnswerCard operation="read" answer={answer} />}
      </div>
    </section>
  )
}
