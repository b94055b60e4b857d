/** The accounts of the ledger by control account, now or at a time, and each control account against its subledger. */
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { LedgerView } from '../../../../shared/contracts/routes/get-ledger.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { formatFullTime } from '../view/times.ts'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { AccountWords } from './account-name.tsx'
import { Controls } from './controls.tsx'
import './ledger.css'
import { type LedgerSearch, ledgerSearchOf, timeOfField } from './search.ts'
import { formatSum, sumsByCurrency } from './sums.ts'
import { TimeField } from './time-field.tsx'

const route = getRouteApi('/ledger')

export function LedgerPage() {
  const { t } = useConsoleTexts()
  const search = ledgerSearchOf(route.useSearch())
  const read = useOperatorQuery('getLedger', { query: search })
  return (
    <section aria-labelledby="ledger-title">
      <h1 id="ledger-title">{t('ledger.title')}</h1>
      <LedgerFilters search={search} />
      <Loaded read={read} loading={t('ledger.loading')} failed={t('ledger.failed')}>
        {ledger => <Ledger ledger={ledger} search={search} />}
      </Loaded>
    </section>
  )
}

function LedgerFilters({ search }: { search: LedgerSearch }) {
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
        const merchant = (given.merchant ?? '').trim()
        void navigate({ to: '/ledger', search: ledgerSearchOf({ at, merchant, group: search.group }) })
      }}
    >
      <label>
        <span>{t('ledger.merchant')}</span>
        <input name="merchant" type="text" defaultValue={search.merchant} maxLength={32} autoComplete="off" />
      </label>
      <TimeField name="at" label={t('ledger.at')} time={search.at} />
      <button type="submit" className="button button-small">
        {t('list.apply')}
      </button>
      {(search.at ?? search.merchant ?? search.group) !== undefined && (
        <Link to="/ledger" className="button button-small">
          {t('ledger.all')}
        </Link>
      )}
    </form>
  )
}

function Ledger({ ledger, search }: { ledger: LedgerView; search: LedgerSearch }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const { at, provisional, groups, trial, passEndedAt } = ledger
  const isWhole = search.group === undefined && search.merchant === undefined
  return (
    <>
      <p className="small console-searched">
        {t('ledger.asOf', { time: formatFullTime(at, language) })} {provisional && t('ledger.provisional')}
      </p>
      {groups.length === 0 ? (
        <p className="console-note" role="status">
          {isWhole ? t('ledger.empty') : t('ledger.none')}
        </p>
      ) : (
        <Accounts ledger={ledger} search={search} />
      )}
      {isWhole && groups.length > 0 && <Trial trial={trial} />}
      {hasControls(search) && groups.length > 0 && <Controls groups={groups} passEndedAt={passEndedAt} />}
    </>
  )
}

/** They compare all accounts, as they are now. */
const hasControls = ({ merchant, at }: LedgerSearch): boolean => merchant === undefined && at === undefined

type Group = LedgerView['groups'][number]
type Sums = NonNullable<Group['totals']>[number]

function Accounts({ ledger: { groups }, search }: { ledger: LedgerView; search: LedgerSearch }) {
  const { t } = useConsoleTexts()
  return (
    <table className="rows ledger-rows" aria-labelledby="ledger-title">
      <thead>
        <tr>
          <th scope="col">{t('ledger.account')}</th>
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
      {groups.map(group => (
        <tbody key={group.name} data-group={group.name}>
          {group.ofMerchants && <GroupRows group={group} isCompared={group.comparable && hasControls(search)} />}
          {group.accounts.map(sums => (
            <tr key={`${sums.account} ${sums.currency}`} data-account={sums.account}>
              <td className={group.ofMerchants ? 'ledger-member' : undefined}>
                {!group.ofMerchants && (
                  <>
                    <AccountWords account={sums.account} />{' '}
                  </>
                )}
                <Link
                  className="row-link"
                  to="/ledger/$account"
                  params={{ account: sums.account }}
                  search={{ currency: sums.currency, at: search.at }}
                >
                  <code>{sums.account}</code>
                </Link>
              </td>
              <SumCells sums={sums} />
            </tr>
          ))}
          {group.nextCursor !== null && (
            <tr className="ledger-more">
              <td colSpan={6}>
                <Link
                  to="/ledger"
                  search={{ ...search, group: group.name, cursor: group.nextCursor }}
                  className="button button-small"
                >
                  {t('ledger.more')}
                </Link>
              </td>
            </tr>
          )}
        </tbody>
      ))}
    </table>
  )
}

function GroupRows({ group, isCompared }: { group: Group; isCompared: boolean }) {
  const { name, totals, type, accounts } = group
  const { t } = useConsoleTexts()
  const title = (
    <>
      <strong>
        <AccountWords account={name} />
      </strong>{' '}
      <code>{name}</code> {type && <span className="small">{t(`ledger.types.${type}`)}</span>}
    </>
  )
  if (totals === null)
    return (
      <>
        <tr className="ledger-group">
          <td>{title}</td>
          <td colSpan={5} className="small">
            {t('ledger.sumsOfShown', { count: new Set(accounts.map(({ account }) => account)).size })}{' '}
            {isCompared && t('ledger.comparisonAddsAll')}
          </td>
        </tr>
        {sumsByCurrency(accounts).map(sums => (
          <tr key={sums.currency} className="ledger-group" data-shown-sum={sums.currency}>
            <td>{t('ledger.shownSum')}</td>
            <SumCells sums={sums} />
          </tr>
        ))}
      </>
    )
  return totals.map((sums, index) => (
    <tr key={sums.currency} className="ledger-group">
      <td>{index === 0 ? title : <code className="ledger-again">{name}</code>}</td>
      <SumCells sums={sums} />
    </tr>
  ))
}

function SumCells({ sums: { currency, debits, credits, balance, entryCount } }: { sums: Sums }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <>
      <td data-label={t('ledger.currency')}>{currency}</td>
      <td data-label={t('ledger.debits')} className="amount">
        {formatSum(debits, currency, language)}
      </td>
      <td data-label={t('ledger.credits')} className="amount">
        {formatSum(credits, currency, language)}
      </td>
      <td data-label={t('ledger.balance')} className="amount">
        {formatSum(balance, currency, language)}
      </td>
      <td data-label={t('ledger.entryCount')} className="amount">
        {new Intl.NumberFormat(language).format(entryCount)}
      </td>
    </>
  )
}

/** What double entry promises: whatever is debited is credited. */
function Trial({ trial }: Pick<LedgerView, 'trial'>) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <section aria-labelledby="trial-title" className="ledger-section">
      <h2 id="trial-title">{t('ledger.trial')}</h2>
      {trial === null ? (
        <p className="small">{t('ledger.noTrial')}</p>
      ) : (
        <ul className="ledger-trial">
          {trial.map(({ currency, debits, credits }) => (
            <li key={currency} data-trial={currency}>
              <span>
                {t('ledger.trialOf', {
                  currency,
                  debits: formatSum(debits, currency, language),
                  credits: formatSum(credits, currency, language),
                })}
              </span>{' '}
              {debits === credits ? (
                <span className="tag tag-good">✓ {t('ledger.results.equal')}</span>
              ) : (
                <span className="tag tag-bad">✕ {t('ledger.results.unequal')}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
