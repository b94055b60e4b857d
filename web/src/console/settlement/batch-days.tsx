/** What a merchant's batches come to, day by day: every figure leads to the batches that it is of. */
import type { ReactNode } from 'react'
import { type BatchState, batchStates } from '../../../../shared/contracts/lists.ts'
import type { BatchDayView } from '../../../../shared/contracts/routes/sum-batch-days.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { type Column, ListLink, Rows } from './list-parts.tsx'
import { formatSum } from './money.ts'
import { batchDayKindOf, type SearchOf } from './search.ts'

type BatchSearch = SearchOf<'batches'>

const place = { to: '/settlement' } as const

/** For a list of this merchant. The days are those that the list is asked for, in any state. */
export function BatchDays({ search, merchantId }: { search: BatchSearch; merchantId: string }) {
  const { t } = useConsoleTexts()
  const { currency, from, to } = search
  const by = batchDayKindOf(search)
  const read = useOperatorQuery('sumBatchDays', { query: { merchantId, currency, by, from, to } })
  return (
    <section aria-labelledby="days-title">
      <h2 id="days-title">{t(`settlement.days.title.${by}`, { merchantId })}</h2>
      <Loaded read={read} loading={t('settlement.days.loading')} failed={t('settlement.days.failed')}>
        {({ items, earlierTo }) => (
          <>
            <DayRows days={items} search={search} />
            <DayPages search={search} earlierTo={earlierTo} />
          </>
        )}
      </Loaded>
    </section>
  )
}

function DayPages({ search, earlierTo }: { search: BatchSearch; earlierTo: string | null }) {
  const { t } = useConsoleTexts()
  const isPart = (search.from ?? search.to) !== undefined
  if (!isPart && earlierTo === null) return null
  return (
    <nav aria-label={t('settlement.days.pages')} className="console-pages">
      {isPart && (
        <ListLink
          place={place}
          search={{ ...search, from: undefined, to: undefined, cursor: undefined }}
          className="button button-small"
        >
          {t('settlement.days.all')}
        </ListLink>
      )}
      {earlierTo !== null && (
        <ListLink
          place={place}
          search={{ ...search, to: earlierTo, cursor: undefined }}
          className="button button-small"
        >
          {t('settlement.days.earlier')}
        </ListLink>
      )}
    </nav>
  )
}

function DayRows({ days, search }: { days: readonly BatchDayView[]; search: BatchSearch }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const leading = ({ day, currency }: BatchDayView, state: BatchState | undefined, figure: ReactNode) => (
    <ListLink place={place} search={{ ...search, from: day, to: day, currency, state, cursor: undefined }}>
      {figure}
    </ListLink>
  )
  const statesThere = batchStates.filter(state => days.some(({ states }) => states.some(sum => sum.state === state)))
  const ofState = (state: BatchState): Column<BatchDayView> => ({
    ...{ label: t(`settlement.batchStates.${state}`), isAmount: true },
    cell: row => {
      const sum = row.states.find(each => each.state === state)
      return sum === undefined ? '' : leading(row, state, formatSum(sum.net, row.currency, language))
    },
  })
  return (
    <Rows
      rows={days}
      keyOf={({ day, currency }) => `${day} ${currency}`}
      labelledBy="days-title"
      empty={t('settlement.days.empty')}
      columns={[
        { label: t('settlement.days.day'), cell: ({ day }) => day },
        {
          ...{ label: t('settlement.days.batches'), isAmount: true },
          cell: row => leading(row, undefined, row.batchCount),
        },
        {
          ...{ label: t('settlement.batches.items'), isAmount: true },
          cell: row => leading(row, undefined, row.itemCount),
        },
        {
          ...{ label: t('settlement.batches.net'), isAmount: true },
          cell: row => leading(row, undefined, formatSum(row.net, row.currency, language)),
        },
        ...statesThere.map(ofState),
      ]}
    />
  )
}
