/** One account: what it holds in each currency, and what moved on it, with the balance after each entry. */
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { AccountEntriesView } from '../../../../shared/contracts/routes/list-account-entries.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { CallFailure } from '../session/session.ts'
import { Failure } from '../view/failure.tsx'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { formatFullTime } from '../view/times.ts'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { AccountWords } from './account-name.tsx'
import './ledger.css'
import { SaveCsv } from './save-csv.tsx'
import { type AccountSearch, accountSearchOf, PAGE_LIMIT, timeOfField } from './search.ts'
import { Subject } from './subject.tsx'
import { formatSum } from './sums.ts'
import { TimeField } from './time-field.tsx'

const route = getRouteApi('/ledger/$account')

export function AccountPage() {
  const { t } = useConsoleTexts()
  const { account } = route.useParams()
  const search = accountSearchOf(route.useSearch())
  const read = useOperatorQuery('listAccountEntries', { path: { account }, query: { ...search, limit: PAGE_LIMIT } })
  const isMissing = read.failure instanceof CallFailure && read.failure.code === 'NOT_FOUND'
  return (
    <article aria-labelledby="account-title">
      <p>
        <Link to="/ledger" search={search.at === undefined ? {} : { at: search.at }}>
          ← {t('ledger.title')}
        </Link>
      </p>
      <h1 id="account-title">
        <AccountWords account={account} /> <code>{account}</code>
      </h1>
      {isMissing ? (
        <Failure title={t('ledger.noSuchAccount')} failure={read.failure} />
      ) : (
        <>
          <AccountFilters account={account} search={search} />
          <Loaded read={read} loading={t('ledger.entriesLoading')} failed={t('ledger.entriesFailed')}>
            {page => <Account page={page} search={search} />}
          </Loaded>
        </>
      )}
    </article>
  )
}

function AccountFilters({ account, search }: { account: string; search: AccountSearch }) {
  const { t } = useConsoleTexts()
  const navigate = useNavigate()
  return (
    <form
      key={JSON.stringify(search)}
      className="console-filters"
      aria-label={t('list.filters')}
      onSubmit={event => {
        event.preventDefault()
        const given = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>
        const at = timeOfField(given.at ?? '', search.at)
        void navigate({
          to: '/ledger/$account',
          params: { account },
          search: accountSearchOf({ currency: search.currency, at }),
        })
      }}
    >
      <TimeField name="at" label={t('ledger.at')} time={search.at} />
      <button type="submit" className="button button-small">
        {t('list.apply')}
      </button>
    </form>
  )
}

interface AccountProps {
  page: AccountEntriesView
  search: AccountSearch
}

function Account({ page, search }: AccountProps) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const { account, at, provisional, currency, entries, nextCursor } = page
  const isAtStart = search.cursor === undefined && search.entry === undefined
  return (
    <>
      <p className="small console-searched">
        {t('ledger.asOf', { time: formatFullTime(at, language) })} {provisional && t('ledger.provisional')}
      </p>
      <Balances page={page} at={search.at} />
      <SaveCsv key={`${account} ${currency}`} account={account} currency={currency} />
      <h2 id="entries-title" className="ledger-entries">
        {t('ledger.entriesOf', { currency })}
      </h2>
      {entries.length === 0 ? (
        <p className="console-note" role="status">
          {t('ledger.noEntries')}
        </p>
      ) : (
        <Entries page={page} marked={search.entry} />
      )}
      <nav aria-label={t('list.pages')} className="console-pages">
        {!isAtStart && (
          <Link
            to="/ledger/$account"
            params={{ account }}
            search={{ currency, at: search.at }}
            className="button button-small"
          >
            {t('ledger.newest')}
          </Link>
        )}
        {nextCursor !== null && (
          <Link
            to="/ledger/$account"
            params={{ account }}
            // The moment goes along, so that "now" stays where it was.
            search={{ currency, at, cursor: nextCursor }}
            className="button button-small"
          >
            {t('ledger.older')}
          </Link>
        )}
      </nav>
    </>
  )
}

function Balances({ page: { account, balances, currency }, at }: { page: AccountEntriesView; at: string | undefined }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <table className="rows ledger-balances">
      <caption className="visually-hidden">{t('ledger.balances')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('ledger.currency')}</th>
          <th scope="col" className="amount">
            {t('ledger.debits')}
          </th>
          <th scope="col" className="amount">
            {t('ledger.credits')}
          </th>
          <th scope="col" className="amount">
            {t('ledger.balance')}
          </th>
          <th scope="col" className="amount">
            {t('ledger.entryCount')}
          </th>
        </tr>
      </thead>
      <tbody>
        {balances.map(sums => (
          <tr key={sums.currency} data-balance={sums.currency}>
            <td data-label={t('ledger.currency')}>
              <Link
                className="row-link"
                to="/ledger/$account"
                params={{ account }}
                search={{ currency: sums.currency, at }}
                aria-current={sums.currency === currency ? 'true' : undefined}
                activeProps={{}}
              >
                {sums.currency}
              </Link>
            </td>
            {(['debits', 'credits', 'balance'] as const).map(name => (
              <td key={name} data-label={t(`ledger.${name}`)} className="amount">
                {formatSum(sums[name], sums.currency, language)}
              </td>
            ))}
            <td data-label={t('ledger.entryCount')} className="amount">
              {new Intl.NumberFormat(language).format(sums.entryCount)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

type Entry = AccountEntriesView['entries'][number]

function Entries({ page: { entries }, marked }: { page: AccountEntriesView; marked: string | undefined }) {
  const { t } = useConsoleTexts()
  return (
    <table className="rows" aria-labelledby="entries-title">
      <thead>
        <tr>
          <th scope="col">{t('ledger.recordedAt')}</th>
          <th scope="col">{t('ledger.type')}</th>
          <th scope="col">{t('ledger.counterAccount')}</th>
          <th scope="col" className="amount">
            {t('ledger.debit')}
          </th>
          <th scope="col" className="amount">
            {t('ledger.credit')}
          </th>
          <th scope="col" className="amount">
            {t('ledger.balance')}
          </th>
          <th scope="col">{t('ledger.subject')}</th>
          <th scope="col">{t('ledger.sources')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(entry => (
          <EntryRow key={entry.entryId} entry={entry} isMarked={entry.entryId === marked} />
        ))}
      </tbody>
    </table>
  )
}

function EntryRow({ entry, isMarked }: { entry: Entry; isMarked: boolean }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const row = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (isMarked) row.current?.scrollIntoView({ block: 'center' })
  }, [isMarked])
  const { entryId, eventId, recordedAt, type, counterAccount, side, amount, currency, balance, provisional } = entry
  const money = formatMoney(amount, currency, language)
  return (
    <tr ref={row} className={isMarked ? 'ledger-marked' : undefined} data-entry={entryId}>
      <td data-label={t('ledger.recordedAt')}>
        <span>
          <Moment at={recordedAt} /> {isMarked && <span className="tag">{t('ledger.marked')}</span>}
          {provisional && <span className="tag tag-undecided">{t('ledger.isProvisional')}</span>}
        </span>
      </td>
      <td data-label={t('ledger.type')}>
        <code>{type}</code>
      </td>
      <td data-label={t('ledger.counterAccount')}>
        <Link
          to="/ledger/$account"
          params={{ account: counterAccount }}
          search={{ currency, entry: entryId }}
          activeProps={{}}
        >
          <code>{counterAccount}</code>
        </Link>
      </td>
      <td data-label={t('ledger.debit')} className="amount">
        {side === 'debit' && money}
      </td>
      <td data-label={t('ledger.credit')} className="amount">
        {side === 'credit' && money}
      </td>
      <td data-label={t('ledger.balance')} className="amount">
        {formatSum(balance, currency, language)}
      </td>
      <td data-label={t('ledger.subject')}>
        <span>
          <Subject entry={entry} />
        </span>
      </td>
      <td data-label={t('ledger.sources')}>
        <span className="ledger-sources">
          <Link to="/ledger/entries/$entryId" params={{ entryId }} title={entryId}>
            {t('ledger.entry')}
            <span className="visually-hidden"> {entryId}</span>
          </Link>{' '}
          <Link to="/lookup" search={{ id: eventId }} title={eventId}>
            {t('ledger.event')}
            <span className="visually-hidden"> {eventId}</span>
          </Link>
        </span>
      </td>
    </tr>
  )
}
