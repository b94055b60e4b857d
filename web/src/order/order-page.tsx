/** What was bought, beside where its money has come to. */
import { useTranslation } from 'react-i18next'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { type ApiAnswer, paymentOf } from '../api/answer.ts'
import { CURRENCY } from '../catalog/catalog.ts'
import { formatMoney } from '../money.ts'
import { totalOf } from '../purchase/cart.ts'
import { isRefunded, operations, type Purchase } from '../purchase/purchase.ts'
import { type Shop, useLanguage } from '../shop-context.ts'
import { AnswerCard } from './answer-card.tsx'
import { EventsTable } from './events-table.tsx'
import { LedgerTable } from './ledger-table.tsx'
import { Receipt } from './receipt.tsx'
import { TrailView } from './trail-view.tsx'
import { usePayment } from './use-payment.ts'

export function OrderPage({ shop }: { shop: Shop }) {
  const { purchase } = shop
  const { payment = paymentFromAnswers(purchase), state } = usePayment(
    purchase.paymentId ?? '',
    lastAnsweredAt(purchase),
  )
  return (
    <div className="order">
      <OrderHeading shop={shop} refunded={isRefunded(purchase, payment?.status)} />
      <Receipt shop={shop} payment={payment} />
      <div className="order-follow">
        {payment && <TrailView payment={payment} state={state} />}
        <Answers purchase={purchase} />
        {payment && <LedgerTable entries={payment.ledgerEntries} amount={payment.amount} />}
        {payment && <EventsTable events={payment.events} />}
      </div>
    </div>
  )
}

function OrderHeading({ shop, refunded }: { shop: Shop; refunded: boolean }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { cart, answers } = shop.purchase
  const total = formatMoney(totalOf(cart), CURRENCY, language)
  const troubled = Boolean(shop.unknown) || (shop.purchase.step === 'paid' && answers.refund !== undefined)
  return (
    <div className="order-heading">
      <span className={refunded ? 'seal seal-refunded' : 'seal'}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d={refunded ? 'M5 10h10a4.5 4.5 0 0 1 0 9h-4M5 10l4-4M5 10l4 4' : 'M5 12.5l4.5 4.5L19 7.5'} />
        </svg>
      </span>
      <div>
        <h1 data-result={troubled ? undefined : ''} tabIndex={-1}>
          {refunded ? t('order.refundedTitle') : t('order.paidTitle')}
        </h1>
        <p className="lead">
          {refunded
            ? t('order.refundedLead', { total })
            : t('order.paidLead', { phone: t(`phones.${cart.phoneId}.name`), quantity: cart.quantity, total })}
        </p>
      </div>
      <button
        type="button"
        className="button button-quiet"
        onClick={shop.startAgain}
        disabled={shop.busy || Boolean(shop.unknown)}
      >
        {t('order.again')}
      </button>
    </div>
  )
}

function Answers({ purchase }: { purchase: Purchase }) {
  const { t } = useTranslation()
  return (
    <section className="sheet" aria-labelledby="answers-title">
      <h2 id="answers-title">{t('answers.title')}</h2>
      <p className="sheet-lead">{t('answers.lead')}</p>
      <div className="answers">
        {operations.map(operation => {
          const answer = purchase.answers[operation]
          return answer && <AnswerCard key={operation} answer={answer} operation={operation} />
        })}
      </div>
    </section>
  )
}

const newestFirst = ({ answers }: Purchase): ApiAnswer[] =>
  operations.toReversed().flatMap(operation => answers[operation] ?? [])

/** What the mutations answered, until the first GET is there. */
function paymentFromAnswers(purchase: Purchase): PaymentDetailView | undefined {
  for (const answer of newestFirst(purchase)) {
    const payment = paymentOf(answer)
    if (payment) return { ...payment, events: [] }
  }
  return undefined
}

const lastAnsweredAt = (purchase: Purchase): string => newestFirst(purchase)[0]?.receivedAt ?? new Date(0).toISOString()
