/** Breaks, the newest first: those that somebody has to work on, unless others are asked for. */
import { getRouteApi } from '@tanstack/react-router'
import { type BreakClass, breakClasses } from '../../../../shared/contracts/lists.ts'
import { useConsoleTexts } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { BreakRows } from './break-rows.tsx'
import { FilterForm, ListLink, NextPages } from './list-parts.tsx'
import { ReconNav } from './room-nav.tsx'
import { breaksQueryOf, breakTabNames, breakTabOf, type SearchOf, searchOf } from './search.ts'

const route = getRouteApi('/reconciliation/breaks')
const place = { to: '/reconciliation/breaks' } as const

export function BreaksPage() {
  const { t } = useConsoleTexts()
  const search = searchOf('breaks')(route.useSearch())
  const query = breaksQueryOf(search)
  const read = useOperatorQuery('findBreaks', { query: { ...query, class: query.class as BreakClass | undefined } })
  const classes = breakClasses.map(name => [name, t(`settlement.breakClasses.${name}`)] as const)
  return (
    <section aria-labelledby="breaks-title">
      <h1 id="breaks-title">{t('settlement.reconTabs.breaks')}</h1>
      <ReconNav current="breaks" />
      <StateTabs search={search} />
      <FilterForm
        place={place}
        search={search}
        kept={{ tab: search.tab }}
        fields={[
          { name: 'class', label: t('settlement.fields.class'), type: classes },
          { name: 'sourceId', label: t('settlement.fields.sourceId'), type: 'text' },
          { name: 'currency', label: t('settlement.fields.currency'), type: 'text' },
          { name: 'assignee', label: t('settlement.fields.assignee'), type: 'text' },
          { name: 'fileId', label: t('settlement.fields.fileId'), type: 'text' },
        ]}
      />
      <Loaded read={read} loading={t('settlement.breaks.loading')} failed={t('settlement.breaks.failed')}>
        {({ items, nextCursor }) => (
          <>
            <BreakRows breaks={items} labelledBy="breaks-title" />
            <NextPages place={place} search={search} nextCursor={nextCursor} />
          </>
        )}
      </Loaded>
    </section>
  )
}

function StateTabs({ search }: { search: SearchOf<'breaks'> }) {
  const { t } = useConsoleTexts()
  return (
    <nav className="console-tabs room-states" aria-label={t('settlement.breaks.byState')}>
      {breakTabNames.map(tab => (
        <ListLink
          key={tab}
          place={place}
          search={{ ...search, tab: tab === 'open' ? undefined : tab, cursor: undefined }}
          isCurrent={tab === breakTabOf(search)}
          className="console-tab"
        >
          {t(`settlement.breaks.tabs.${tab}`)}
        </ListLink>
      ))}
    </nav>
  )
}
