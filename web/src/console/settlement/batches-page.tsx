/** Settlement batches, the last day first, under filters that stand in the address; of one merchant also its sums by day. */
import { getRouteApi, Link } from '@tanstack/react-router'
import { batchDayKinds, batchStates } from '../../../../shared/contracts/lists.ts'
import type { SettlementListView } from '../../../../shared/contracts/routes/list-settlements.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { BatchDays } from './batch-days.tsx'
import { FilterForm, ListLink, NextPages, Rows } from './list-parts.tsx'
import { SettlementNav } from './room-nav.tsx'
import { batchDayKindOf, batchesQueryOf, type SearchOf, searchOf } from './search.ts'
import { BatchTag, PayoutTag } from './tags.tsx'

const route = getRouteApi('/settlement')
const place = { to: '/settlement' } as const

export function BatchesPage() {
  const { t } = useConsoleTexts()
  const search = searchOf('batches')(route.useSearch())
  const read = useOperatorQuery('findBatches', { query: batchesQueryOf(search) })
  const by = batchDayKindOf(search)
  const states = batchStates.map(state => [state, t(`settlement.batchStates.${state}`)] as const)
  return (
    <section aria-labelledby="batches-title">
      <h1 id="batches-title">{t('settlement.title')}</h1>
      <SettlementNav current="batches" />
      <DayTabs search={search} />
      <FilterForm
        place={place}
        search={search}
        kept={{ by: search.by }}
        fields={[
          { name: 'state', label: t('settlement.fields.state'), type: states },
          { name: 'from', label: t(`settlement.fields.from.${by}`), type: 'date' },
          { name: 'to', label: t(`settlement.fields.to.${by}`), type: 'date' },
          { name: 'merchantId', label: t('settlement.fields.merchantId'), type: 'text' },
          { name: 'currency', label: t('settlement.fields.currency'), type: 'text' },
          { name: 'usedUp', label: t('settlement.fields.usedUp'), type: [['true', t('settlement.batches.usedUp')]] },
        ]}
      />
      {search.merchantId !== undefined && <BatchDays search={search} merchantId={search.merchantId} />}
      {search.merchantId !== undefined && <h2>{t('settlement.tabs.batches')}</h2>}
      <Loaded read={read} loading={t('settlement.batches.loading')} failed={t('settlement.batches.failed')}>
        {({ items, nextCursor }) => (
          <>
            <BatchRows batches={items} />
            <NextPages place={place} search={search} nextCursor={nextCursor} />
          </>
        )}
      </Loaded>
    </section>
  )
}

/** By which day batches are listed and summed. */
function DayTabs({ search }: { search: SearchOf<'batches'> }) {
  const { t } = useConsoleTexts()
  return (
    <nav className="console-tabs room-states" aria-label={t('settlement.days.by')}>
      {batchDayKinds.map(kind => (
        <ListLink
          key={kind}
          place={place}
          search={{ ...search, by: kind === 'sold' ? undefined : kind, cursor: undefined }}
          isCurrent={kind === batchDayKindOf(search)}
          className="console-tab"
        >
          {t(`settlement.days.kinds.${kind}`)}
        </ListLink>
      ))}
    </nav>
  )
}

function BatchRows({ batches }: { batches: SettlementListView['items'] }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <Rows
      rows={batches}
      keyOf={({ batchId }) => batchId}
      labelledBy="batches-title"
      empty={t('settlement.batches.empty')}
      columns={[
        { label: t('settlement.batches.periodEnd'), cell: ({ periodEnd }) => periodEnd },
        { label: t('settlement.state'), cell: ({ state }) => <BatchTag state={state} /> },
        {
          label: t('settlement.batches.net'),
          isAmount: true,
          cell: ({ net, currency }) => formatMoney(net, currency, language),
        },
        { label: t('settlement.merchant'), cell: ({ merchantId }) => merchantId },
        { label: t('settlement.batches.items'), isAmount: true, cell: ({ itemCount }) => itemCount },
        { label: t('settlement.batches.dueOn'), cell: ({ dueOn }) => dueOn },
        {
          label: t('settlement.batches.payout'),
          cell: ({ payout }) => (payout === null ? t('settlement.none') : <PayoutTag state={payout.state} />),
        },
        {
          label: t('settlement.batches.batch'),
          cell: ({ batchId }) => (
            <Link className="row-link" to="/settlement/batches/$batchId" params={{ batchId }}>
              <code>{batchId}</code>
            </Link>
          ),
        },
      ]}
    />
  )
}
