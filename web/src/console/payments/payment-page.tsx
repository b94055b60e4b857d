/** One payment: its amounts, status, ids, and everything that happened to it. */
import { getRouteApi, Link } from '@tanstack/react-router'
import type { PaymentDetailView } from '../../../../shared/contracts/routes/get-payment.ts'
import { formatMoney } from '../../money.ts'
import { useStore } from '../../store.ts'
import { useConsoleParts, useConsoleTexts, useLanguage } from '../console-context.ts'
import { CallFailure } from '../session/session.ts'
import { Failure } from '../view/failure.tsx'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { SidePanel } from '../view/side-panel.tsx'
import { formatFullTime } from '../view/times.ts'
import { useOperatorQuery, useTogether } from '../view/use-operator-query.ts'
import { useVisit } from '../view/visited.ts'
import { Actions } from './actions.tsx'
import type { ListSearch } from './search.ts'
import { StatusTag } from './status-tag.tsx'
import { Timeline } from './timeline.tsx'

const route = getRouteApi('/payments/$paymentId')

export function PaymentPage() {
  const { paymentId } = route.useParams()
  return <PaymentArticle paymentId={paymentId} backTo={useStore(useConsoleParts().lastList)} />
}

interface PaymentProps {
  paymentId: string
  /** The list that it was opened from. */
  backTo: ListSearch
}

export function PaymentArticle({ paymentId, backTo }: PaymentProps) {
  const { t } = useConsoleTexts()
  return (
    <article aria-labelledby="payment-title">
      <p>
        <Link to="/payments" search={backTo} data-panel-close>
          ← {t('payment.back')}
        </Link>
      </p>
      <h1 id="payment-title">{t('payment.title', { id: paymentId })}</h1>
      <PaymentBody paymentId={paymentId} />
    </article>
  )
}

export function PaymentPanel({ paymentId, backTo }: PaymentProps) {
  const { t } = useConsoleTexts()
  return (
    <SidePanel labelledBy="payment-title" shown={paymentId}>
      <h2 id="payment-title">{t('payment.title', { id: paymentId })}</h2>
      <p className="side-panel-links">
        <Link to="/payments/$paymentId" params={{ paymentId }} className="button button-small">
          {t('shell.wholePage')}
        </Link>
        <Link to="/payments" search={backTo} resetScroll={false} data-panel-close className="button button-small">
          {t('shell.close')}
        </Link>
      </p>
      <PaymentBody paymentId={paymentId} />
    </SidePanel>
  )
}

function PaymentBody({ paymentId }: { paymentId: string }) {
  const { t } = useConsoleTexts()
  const payment = useTogether(useOperatorQuery('getOperatorPayment', { path: { paymentId } }))
  useVisit(paymentId)
  const isMissing = payment.failure instanceof CallFailure && payment.failure.code === 'NOT_FOUND'
  if (isMissing) return <Failure title={t('payment.missing')} failure={payment.failure} />
  return (
    <>
      <Loaded read={payment} loading={t('payment.loading')} failed={t('payment.failed')}>
        {body => (
          <>
            <Summary payment={body} />
            <Actions payment={body} />
          </>
        )}
      </Loaded>
      <Timeline paymentId={paymentId} />
    </>
  )
}

function Summary({ payment }: { payment: PaymentDetailView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const money = (amountMinor: number) => formatMoney(amountMinor, payment.currency, language)
  const pending = payment.pendingOperation
  const amounts = [
    ['amount', payment.amount],
    ['captured', payment.capturedAmount],
    ['refunded', payment.refundedAmount],
    ['disputed', payment.disputedAmount],
    ['capturable', payment.capturableAmount],
    ['refundable', payment.refundableAmount],
  ] as const
  return (
    <>
      <p className="payment-heading">
        <strong className="payment-amount">{money(payment.amount)}</strong>{' '}
        <StatusTag status={payment.status} isPending={pending !== null} />
      </p>
      {pending && (
        <p className="console-undecided" role="status">
          {t('payment.pending', {
            kind: t(`timeline.kinds.${pending.kind}`),
            amount: money(pending.amount),
            since: formatFullTime(pending.since, language),
          })}
        </p>
      )}
      <div className="payment-facts">
        <section aria-labelledby="amounts-title">
          <h2 id="amounts-title">{t('payment.amounts')}</h2>
          <dl className="facts facts-amounts">
            {amounts.map(([name, amountMinor]) => (
              <div key={name}>
                <dt>{t(`payment.${name}`)}</dt>
                <dd className="amount">{money(amountMinor)}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section aria-labelledby="ids-title">
          <h2 id="ids-title">{t('payment.ids')}</h2>
          <dl className="facts">
            {(['paymentId', 'merchantId', 'orderId'] as const).map(name => (
              <div key={name}>
                <dt>{t(`payment.${name}`)}</dt>
                <dd>
                  <code>{payment[name] ?? t('payment.none')}</code>
                </dd>
              </div>
            ))}
            {(['createdAt', 'captureBefore'] as const).map(name => (
              <div key={name}>
                <dt>{t(`payment.${name}`)}</dt>
                <dd>{payment[name] === null ? t('payment.none') : <Moment at={payment[name]} />}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </>
  )
}
