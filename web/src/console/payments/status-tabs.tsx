/** One link a tab, with how many payments it shows; the counts come when they come. */
import { Link } from '@tanstack/react-router'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { type Count, countOn, countQueryOf, type ListSearch, type TabName, tabNames } from './search.ts'

export function StatusTabs({ search }: { search: ListSearch }) {
  const { t } = useConsoleTexts()
  const { body } = useOperatorQuery('countPayments', { query: countQueryOf(search) })
  return (
    <nav className="console-tabs" aria-label={t('list.byStatus')}>
      {tabNames.map(tab => (
        <Link
          key={tab}
          to="/payments"
          search={{ ...search, tab: tab === 'all' ? undefined : tab, cursor: undefined }}
          aria-current={tab === (search.tab ?? 'all') ? 'page' : undefined}
          activeProps={{}}
          className="console-tab"
        >
          {t(`list.tabs.${tab satisfies TabName}`)}
          {body && <CountText {...countOn(tab, body)} />}
        </Link>
      ))}
    </nav>
  )
}

function CountText({ count, atLeast }: Count) {
  const { t } = useConsoleTexts()
  const text = new Intl.NumberFormat(useLanguage()).format(count)
  return (
    <span className="console-count">{atLeast ? t('list.atLeast', { count: text as unknown as number }) : text}</span>
  )
}
