/** The way of the money as a line of stops: authorize, capture, outbox, Kafka, ledger, and the same again for a refund. */
import { useTranslation } from 'react-i18next'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { useLanguage } from '../shop-context.ts'
import { formatClock } from '../times.ts'
import { type Stop, trailsOf } from './money-trail.ts'
import type { FollowedPayment } from './use-payment.ts'

export function TrailView({ payment, state }: { payment: PaymentDetailView; state: FollowedPayment['state'] }) {
  const { t } = useTranslation()
  return (
    <section className="sheet" aria-labelledby="trail-title">
      <h2 id="trail-title">{t('trail.title')}</h2>
      <p className="sheet-lead">{t('trail.lead')}</p>
      {trailsOf(payment).map(({ kind, stops }) => (
        <div className="trail" key={kind}>
          <h3>{kind === 'payment' ? t('trail.payment') : t('trail.refundTrail')}</h3>
          <ol className="stops">
            {stops.map(stop => (
              <StopView key={stop.id} stop={stop} />
            ))}
          </ol>
        </div>
      ))}
      <p role="status" className={`follow-state follow-state-${state}`}>
        {t(`trail.${state}`)}
      </p>
    </section>
  )
}

function StopView({ stop }: { stop: Stop }) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <li className={stop.done ? 'stop stop-done' : 'stop'}>
      <span className="stop-mark">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M6 12.5l4 4L18 8" />
        </svg>
      </span>
      <div className="stop-text">
        <p className="stop-name">
          {t(`trail.stops.${stop.id}.name`)} {stop.done && <span className="visually-hidden">({t('trail.done')})</span>}
        </p>
        <p className="stop-what">{stop.done ? t(`trail.stops.${stop.id}.what`) : t('trail.awaited')}</p>
        {stop.at && (
          <p className="stop-time">
            <time dateTime={stop.at}>{formatClock(stop.at, language)}</time>
          </p>
        )}
      </div>
    </li>
  )
}
