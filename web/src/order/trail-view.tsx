/** The way of the money as lines of stops: the operation, outbox, Kafka, ledger. Says of each stop only what is known. */
import { useTranslation } from 'react-i18next'
import type { EventType } from '../../../shared/contracts/lists.ts'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { useLanguage } from '../shop-context.ts'
import { formatClock } from '../times.ts'
import { type Stop, trailsOf } from './money-trail.ts'
import type { FollowedPayment } from './use-payment.ts'

type FollowState = FollowedPayment['state']

export function TrailView({ payment, state }: { payment: PaymentDetailView; state: FollowState }) {
  const { t } = useTranslation()
  const trails = trailsOf(payment)
  return (
    <section className="sheet" aria-labelledby="trail-title">
      <h2 id="trail-title">{t('trail.title')}</h2>
      <p className="sheet-lead">{t('trail.lead')}</p>
      {trails.length === 0 && <p className="small">{t('events.empty')}</p>}
      {trails.map(({ type, ordinal, stops }) => (
        <div className="trail" key={`${type} ${ordinal}`}>
          <TrailName type={type} ordinal={isOneOfMany(trails, type) ? ordinal : undefined} />
          <ol className="stops">
            {stops.map(stop => (
              <StopView key={stop.id} stop={stop} state={state} />
            ))}
          </ol>
        </div>
      ))}
      <p role="status" className={`follow-state follow-state-${state}`}>
        {/* Of records that a payment never had none arrived. */}
        {(trails.length > 0 || state !== 'followed') && t(`trail.${state}`)}
      </p>
    </section>
  )
}

const isOneOfMany = (trails: readonly { type: EventType }[], type: EventType) =>
  trails.filter(trail => trail.type === type).length > 1

function TrailName({ type, ordinal }: { type: EventType; ordinal: number | undefined }) {
  const { t } = useTranslation()
  return (
    <h3>
      {t(`trail.ways.${type.replace('.', '-') as 'payment-captured'}`)}
      {ordinal && ` ${ordinal}`}
    </h3>
  )
}

/** What stands at a stop that was not reached, as far as can be told. */
const openTexts: Record<FollowState, 'awaited' | 'notKnown'> = {
  loading: 'notKnown',
  following: 'awaited',
  followed: 'notKnown',
  late: 'awaited',
  unreachable: 'notKnown',
  missing: 'notKnown',
}

function StopView({ stop, state }: { stop: Stop; state: FollowState }) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <li className={stop.done ? 'stop stop-done' : 'stop'} data-stop={stop.id}>
      <span className="stop-mark">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M6 12.5l4 4L18 8" />
        </svg>
      </span>
      <div className="stop-text">
        <p className="stop-name">
          {t(`trail.stops.${stop.id}.name`)} {stop.done && <span className="visually-hidden">({t('trail.done')})</span>}
        </p>
        <p className="stop-what">{stop.done ? t(`trail.stops.${stop.id}.what`) : t(`trail.${openTexts[state]}`)}</p>
        {stop.at && (
          <p className="stop-time">
            <time dateTime={stop.at}>{formatClock(stop.at, language)}</time>
          </p>
        )}
      </div>
    </li>
  )
}
