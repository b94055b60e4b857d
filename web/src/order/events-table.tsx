/** The payment's events: when the outbox noted each and when Kafka had it. */
import { useTranslation } from 'react-i18next'
import type { EventView } from '../../../shared/contracts/payment.ts'
import { ko } from '../i18n/ko.ts'
import { useLanguage } from '../shop-context.ts'
import { formatMoment } from '../times.ts'

type EventName = keyof typeof ko.events.names

export function EventsTable({ events }: { events: readonly EventView[] }) {
  const { t } = useTranslation()
  return (
    <section className="sheet events-sheet" aria-labelledby="events-title">
      <h2 id="events-title">{t('events.title')}</h2>
      <p className="sheet-lead">{t('events.lead')}</p>
      {events.length === 0 ? (
        <p className="small">{t('events.empty')}</p>
      ) : (
        <table className="events">
          <thead>
            <tr>
              <th scope="col">{t('events.event')}</th>
              <th scope="col">{t('events.recorded')}</th>
              <th scope="col">{t('events.published')}</th>
            </tr>
          </thead>
          <tbody>
            {events.map(event => (
              <EventRow key={event.eventId} event={event} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function EventRow({ event }: { event: EventView }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const key = event.type.replace('.', '-')
  const name = key in ko.events.names ? (key as EventName) : 'other'
  return (
    <tr data-event={event.type} data-published={event.publishedAt !== null}>
      <th scope="row">
        <span className="event-sequence">{event.sequence}</span> {t(`events.names.${name}`)}{' '}
        <code className="technical">{event.type}</code>
      </th>
      <td data-label={t('events.recorded')}>
        <time dateTime={event.createdAt}>{formatMoment(event.createdAt, language)}</time>
      </td>
      <td data-label={t('events.published')}>
        {event.publishedAt ? (
          <>
            <time dateTime={event.publishedAt}>{formatMoment(event.publishedAt, language)}</time>{' '}
            <span className="small">+{Date.parse(event.publishedAt) - Date.parse(event.createdAt)} ms</span>
          </>
        ) : (
          t('events.notYet')
        )}
      </td>
    </tr>
  )
}
