/** How far each consumer group is on its topic, as Kafka says it, or as it was noted last. */
import type { ConsumersView } from '../../../../shared/contracts/routes/get-consumers.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'

type Group = ConsumersView['groups'][number]

export function Consumers() {
  const { t } = useConsoleTexts()
  const read = useOperatorQuery('getConsumers', {})
  return (
    <section aria-labelledby="consumers-title">
      <h2 id="consumers-title">{t('events.consumers.title')}</h2>
      <Loaded read={read} loading={t('events.consumers.loading')} failed={t('events.consumers.failed')}>
        {consumers => (
          <>
            {!consumers.live && <KafkaAway asOf={consumers.asOf} />}
            {consumers.groups.length > 0 && <Groups groups={consumers.groups} />}
          </>
        )}
      </Loaded>
    </section>
  )
}

function KafkaAway({ asOf }: { asOf: string | null }) {
  const { t } = useConsoleTexts()
  return (
    <p className="console-undecided" role="status">
      {asOf === null ? (
        t('events.consumers.awayEmpty')
      ) : (
        <Moment at={asOf} text={time => t('events.consumers.away', { time })} />
      )}
    </p>
  )
}

function Groups({ groups }: { groups: Group[] }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <table className="rows" aria-labelledby="consumers-title">
      <thead>
        <tr>
          <th scope="col">{t('events.consumers.topic')}</th>
          <th scope="col">{t('events.consumers.group')}</th>
          <th scope="col" className="amount">
            {t('events.consumers.lag')}
          </th>
          <th scope="col">{t('events.consumers.state')}</th>
          <th scope="col">{t('events.consumers.partition')}</th>
        </tr>
      </thead>
      <tbody>
        {groups.toSorted(byTopic).map(group => (
          <tr key={`${group.topic} ${group.groupId}`} data-group={group.groupId}>
            <td data-label={t('events.consumers.topic')}>
              <code>{group.topic}</code>
            </td>
            <td data-label={t('events.consumers.group')}>
              <code>{group.groupId}</code>
            </td>
            <td data-label={t('events.consumers.lag')} className="amount">
              {new Intl.NumberFormat(language).format(group.lag)}
            </td>
            <td data-label={t('events.consumers.state')}>
              <GroupState group={group} />
            </td>
            <td data-label={t('events.consumers.partition')}>
              <Partitions group={group} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const byTopic = (a: Group, b: Group): number =>
  a.topic.localeCompare(b.topic, 'en') || a.groupId.localeCompare(b.groupId, 'en')

function GroupState({ group: { lag, partitions } }: { group: Group }) {
  const { t } = useConsoleTexts()
  const still = partitions.flatMap(({ stillSince }) => stillSince ?? []).sort()[0]
  if (still !== undefined)
    return (
      <span>
        <span className="tag tag-bad">{t('events.consumers.still')}</span>{' '}
        <Moment at={still} text={time => t('events.consumers.stillSince', { time })} />
      </span>
    )
  return lag === 0 ? (
    <span className="tag tag-good">{t('events.consumers.caughtUp')}</span>
  ) : (
    <span className="tag tag-undecided">{t('events.consumers.behind')}</span>
  )
}

function Partitions({ group: { partitions } }: { group: Group }) {
  const { t } = useConsoleTexts()
  const number = new Intl.NumberFormat(useLanguage())
  return (
    <details className="partitions">
      <summary>{t('events.consumers.partitions', { count: partitions.length })}</summary>
      <ul>
        {partitions.map(({ partition, committed, end, lag }) => (
          <li key={partition}>
            {t('events.consumers.place', {
              partition,
              ...{ committed: number.format(committed), end: number.format(end), lag: number.format(lag) },
            })}
          </li>
        ))}
      </ul>
    </details>
  )
}
