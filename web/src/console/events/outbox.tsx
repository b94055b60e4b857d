/** The outbox, shard by shard: what waits for Kafka and since when, and what is parked. */
import { isEventLate } from '../../../../shared/contracts/late-events.ts'
import type { OutboxView } from '../../../../shared/contracts/routes/get-outbox.ts'
import { useConsoleTexts } from '../console-context.ts'
import { LinkedIds } from '../invariants/linked-ids.tsx'
import { Loaded } from '../view/loaded.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { CountText } from './count-text.tsx'
import { Since } from './since.tsx'

export function Outbox() {
  const { t } = useConsoleTexts()
  const read = useOperatorQuery('getOutbox', {})
  return (
    <section aria-labelledby="outbox-title">
      <h2 id="outbox-title">{t('events.outbox.title')}</h2>
      <p className="small">{t('events.outbox.lead')}</p>
      <Loaded read={read} loading={t('events.outbox.loading')} failed={t('events.outbox.failed')}>
        {outbox => <Shards outbox={outbox} />}
      </Loaded>
    </section>
  )
}

function Shards({ outbox: { shards, asOf } }: { outbox: OutboxView }) {
  const { t } = useConsoleTexts()
  return (
    <table className="rows outbox" aria-labelledby="outbox-title">
      <thead>
        <tr>
          <th scope="col">{t('events.outbox.shard')}</th>
          <th scope="col" className="amount">
            {t('events.outbox.waiting')}
          </th>
          <th scope="col">{t('events.outbox.oldest')}</th>
          <th scope="col" className="amount">
            {t('events.outbox.parked')}
          </th>
          <th scope="col">{t('events.outbox.firstParked')}</th>
        </tr>
      </thead>
      <tbody>
        {shards.map(({ shard, waiting, parked, oldestWaiting, firstParked }) => (
          <tr key={shard} data-shard={shard}>
            <td data-label={t('events.outbox.shard')}>{shard}</td>
            <td data-label={t('events.outbox.waiting')} className="amount">
              <CountText
                {...waiting}
                tone={isEventLate(oldestWaiting?.createdAt ?? null, asOf) ? 'undecided' : 'plain'}
              />
            </td>
            <td data-label={t('events.outbox.oldest')}>
              {oldestWaiting === null ? (
                t('events.outbox.none')
              ) : (
                <span>
                  <Since at={oldestWaiting.createdAt} asOf={asOf} /> {oldestWaiting.topic}{' '}
                  <LinkedIds text={oldestWaiting.subjectId} className="inner-link" />
                </span>
              )}
            </td>
            <td data-label={t('events.outbox.parked')} className="amount">
              <CountText {...parked} tone="bad" />
            </td>
            <td data-label={t('events.outbox.firstParked')}>
              {firstParked === null ? (
                t('events.outbox.none')
              ) : (
                <span>
                  <Since at={firstParked.parkedAt} asOf={asOf} /> {firstParked.lastError}{' '}
                  <LinkedIds text={firstParked.subjectId} className="inner-link" />
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
