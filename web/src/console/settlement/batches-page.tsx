/** Settlement batches, the newest period first, under filters that stand in the address. */
import { getRouteApi, Link } from '@tanstack/react-router'
import { type BatchState, batchStates } from '../../../../shared/contracts/lists.ts'
import type { SettlementListView } from '../../../../shared/contracts/routes/list-settlements.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { FilterForm, NextPages, Rows } from './list-parts.tsx'
import { SettlementNav } from './room-nav.tsx'
import { PAGE_LIMIT, searchOf } from './search.ts'
import { BatchTag, PayoutTag } from './tags.tsx'

const route = getRouteApi('/settlement')
const place = { to: '/settlement' } as const

export function BatchesPage() {
  const { t } = useConsoleTexts()
  const search = searchOf('batches')(route.useSearch())
  const query = { ...search, state: search.state as BatchState | undefined, limit: PAGE_LIMIT }
  const read = useOperatorQuery('findBatches', { query })
  const states = batchStates.map(state => [state, t(`settlement.batchStates.${state}`)] as const)
  return (
    <section aria-labelledby="batches-title">
      <h1 id="batches-title">{t('settlement.title')}</h1>
      <SettlementNav current="batches" />
      <FilterForm
        place={place}
        search={search}
        fields={[
          { name: 'state', label: t('settlement.fields.state'), type: states },
          { name: 'soldFrom', label: t('settlement.fields.soldFrom'), type: 'date' },
          { name: 'soldTo', label: t('settlement.fields.soldTo'), type: 'date' },
          { name: 'merchantId', label: t('settlement.fields.merchantId'), type: 'text' },
          { name: 'currency', label: t('settlement.fields.currency'), type: 'text' },
        ]}
      />
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
