/** The dead letters: a tab for each state, and pages, both of which stand in the address. */
import { getRouteApi, Link } from '@tanstack/react-router'
import type { DeadLetterView } from '../../../../shared/contracts/dead-letters.ts'
import type { DeadLettersView } from '../../../../shared/contracts/routes/list-dead-letters.ts'
import { useConsoleTexts } from '../console-context.ts'
import { LinkedIds } from '../invariants/linked-ids.tsx'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { CountText } from './count-text.tsx'
import { type LetterSearch, letterSearchOf, lettersQueryOf, letterTabNames } from './letter-search.ts'
import { LetterState } from './letter-state.tsx'

const route = getRouteApi('/events')

export function Letters() {
  const { t } = useConsoleTexts()
  // The router adds what else is in the address, such as a language.
  const search = letterSearchOf(route.useSearch() as Record<string, unknown>)
  const read = useOperatorQuery('listDeadLetters', { query: lettersQueryOf(search) })
  return (
    <section aria-labelledby="letters-title">
      <h2 id="letters-title">{t('events.letters.title')}</h2>
      <p className="small">{t('events.letters.lead')}</p>
      <Tabs search={search} waiting={read.body?.waiting} />
      <Loaded read={read} loading={t('events.letters.loading')} failed={t('events.letters.failed')}>
        {page => <LetterPage page={page} search={search} />}
      </Loaded>
    </section>
  )
}

function Tabs({ search, waiting }: { search: LetterSearch; waiting: DeadLettersView['waiting'] | undefined }) {
  const { t } = useConsoleTexts()
  return (
    <nav className="console-tabs" aria-label={t('events.letters.byState')}>
      {letterTabNames.map(tab => (
        <Link
          key={tab}
          to="/events"
          search={tab === 'all' ? {} : { letters: tab }}
          aria-current={tab === (search.letters ?? 'all') ? 'page' : undefined}
          activeProps={{}}
          resetScroll={false}
          className="console-tab"
        >
          {t(`events.letters.tabs.${tab}`)}{' '}
          {tab === 'waiting' && waiting !== undefined && waiting.count > 0 && <CountText {...waiting} />}
        </Link>
      ))}
    </nav>
  )
}

function LetterPage({ page: { items, nextCursor }, search }: { page: DeadLettersView; search: LetterSearch }) {
  const { t } = useConsoleTexts()
  return (
    <>
      {items.length === 0 ? (
        <p className="console-note" role="status">
          {search.letters === undefined ? t('events.letters.empty') : t('events.letters.emptyState')}
        </p>
      ) : (
        <Rows items={items} />
      )}
      <nav aria-label={t('events.letters.pages')} className="console-pages">
        {search.cursor !== undefined && (
          <Link to="/events" search={{ letters: search.letters }} resetScroll={false} className="button button-small">
            {t('list.first')}
          </Link>
        )}
        {nextCursor !== null && (
          <Link
            to="/events"
            search={{ ...search, cursor: nextCursor }}
            resetScroll={false}
            className="button button-small"
          >
            {t('list.next')}
          </Link>
        )}
      </nav>
    </>
  )
}

function Rows({ items }: { items: DeadLetterView[] }) {
  const { t } = useConsoleTexts()
  return (
    <table className="rows letters" aria-labelledby="letters-title">
      <thead>
        <tr>
          <th scope="col">{t('events.letters.id')}</th>
          <th scope="col">{t('events.letters.failedAt')}</th>
          <th scope="col">{t('events.letters.state')}</th>
          <th scope="col">{t('events.letters.error')}</th>
          <th scope="col">{t('events.letters.origin')}</th>
          <th scope="col">{t('events.letters.payment')}</th>
          <th scope="col">{t('events.letters.handled')}</th>
        </tr>
      </thead>
      <tbody>
        {items.map(letter => (
          <LetterRow key={`${letter.partition}/${letter.offset}`} letter={letter} />
        ))}
      </tbody>
    </table>
  )
}

function LetterRow({ letter }: { letter: DeadLetterView }) {
  const { t } = useConsoleTexts()
  const { partition, offset, state, error, failedAt, origin, paymentId, handled } = letter
  const params = { partition: String(partition), offset: String(offset) }
  return (
    <tr data-letter={`${partition}/${offset}`}>
      <td data-label={t('events.letters.id')}>
        <Link className="row-link" to="/events/dead-letters/$partition/$offset" params={params}>
          <code>
            {partition}/{offset}
          </code>
        </Link>
      </td>
      <td data-label={t('events.letters.failedAt')}>
        {failedAt === null ? t('events.letters.unknown') : <Moment at={failedAt} />}
      </td>
      <td data-label={t('events.letters.state')}>
        <LetterState state={state} />
      </td>
      <td data-label={t('events.letters.error')} className="letter-error" title={error}>
        <span>{error}</span>
      </td>
      <td
        data-label={t('events.letters.origin')}
        className="letter-origin"
        title={origin === null ? undefined : `${origin.topic} ${origin.partition}/${origin.offset}`}
      >
        {origin === null ? (
          t('events.letters.unknown')
        ) : (
          <code>
            {origin.topic} {origin.partition}/{origin.offset}
          </code>
        )}
      </td>
      <td data-label={t('events.letters.payment')}>
        {paymentId === null ? t('payment.none') : <LinkedIds text={paymentId} className="inner-link" />}
      </td>
      <td data-label={t('events.letters.handled')} className="letter-handled" title={handled?.by ?? undefined}>
        {handled === null ? (
          t('payment.none')
        ) : (
          <span>
            {handled.by ?? t('events.letter.unnamed')} {handled.at !== null && <Moment at={handled.at} />}
          </span>
        )}
      </td>
    </tr>
  )
}
