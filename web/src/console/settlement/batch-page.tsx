/** One settlement batch: its sums, its payouts, and what it pays for. */
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ItemView, OperatorBatchView } from '../../../../shared/contracts/settlement-views.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { useOperatorQuery, useTogether } from '../view/use-operator-query.ts'
import { BatchActions } from './batch-actions.tsx'
import { Facts, NextPages, Rows } from './list-parts.tsx'
import { isMissing, Missing } from './missing.tsx'
import { PayoutRows } from './payout-rows.tsx'
import { PAGE_LIMIT, searchOf } from './search.ts'
import { BatchTag } from './tags.tsx'

const route = getRouteApi('/settlement/batches/$batchId')

export function BatchPage() {
  const { t } = useConsoleTexts()
  const { batchId } = route.useParams()
  const read = useTogether(useOperatorQuery('inspectBatch', { path: { batchId } }))
  return (
    <article aria-labelledby="batch-title">
      <p>
        <Link to="/settlement">← {t('settlement.batch.back')}</Link>
      </p>
      <h1 id="batch-title">{t('settlement.batch.title', { id: batchId })}</h1>
      {isMissing(read) ? (
        <Missing title={t('settlement.batch.missing')} read={read} />
      ) : (
        <>
          <Loaded read={read} loading={t('settlement.batch.loading')} failed={t('settlement.batch.failed')}>
            {batch => <Summary batch={batch} />}
          </Loaded>
          <Items batchId={batchId} currency={read.body?.currency} />
        </>
      )}
    </article>
  )
}

function Summary({ batch }: { batch: OperatorBatchView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <>
      <p className="payment-heading">
        <strong className="payment-amount">{formatMoney(batch.net, batch.currency, language)}</strong>{' '}
        <BatchTag state={batch.state} />
      </p>
      <BatchActions batch={batch} />
      <section className="room-facts" aria-labelledby="batch-facts">
        <h2 id="batch-facts">{t('settlement.batch.facts')}</h2>
        <Facts
          facts={[
            [t('settlement.merchant'), batch.merchantId],
            [t('settlement.batches.periodEnd'), batch.periodEnd],
            [t('settlement.batches.dueOn'), batch.dueOn],
            [t('settlement.batches.items'), batch.itemCount, true],
          ]}
        />
      </section>
      <section aria-labelledby="batch-payouts">
        <h2 id="batch-payouts">{t('settlement.batch.payouts')}</h2>
        <PayoutRows
          payouts={batch.payouts}
          labelledBy="batch-payouts"
          empty={t('settlement.batch.noPayouts')}
          without="batch"
        />
      </section>
    </>
  )
}

/** `currency`: undefined until the batch is there. */
function Items({ batchId, currency }: { batchId: string; currency: string | undefined }) {
  const { t } = useConsoleTexts()
  const search = searchOf('items')(route.useSearch())
  const read = useTogether(
    useOperatorQuery('findBatchItems', { path: { batchId }, query: { ...search, limit: PAGE_LIMIT } }),
  )
  return (
    <section aria-labelledby="items-title">
      <h2 id="items-title">{t('settlement.batch.items')}</h2>
      <Loaded read={read} loading={t('settlement.batch.itemsLoading')} failed={t('settlement.batch.itemsFailed')}>
        {({ items, nextCursor }) => (
          <>
            <ItemRows items={items} currency={currency} />
            <NextPages
              place={{ to: '/settlement/batches/$batchId', params: { batchId } }}
              search={search}
              nextCursor={nextCursor}
            />
          </>
        )}
      </Loaded>
    </section>
  )
}

function ItemRows({ items, currency = '' }: { items: readonly ItemView[]; currency: string | undefined }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const amount = (label: string, of: (item: ItemView) => number) => ({
    ...{ label, isAmount: true },
    cell: (item: ItemView) => formatMoney(of(item), currency, language),
  })
  return (
    <Rows
      rows={items}
      keyOf={({ itemId }) => itemId}
      labelledBy="items-title"
      empty={t('settlement.batch.itemsEmpty')}
      columns={[
        { label: t('settlement.batch.soldOn'), cell: ({ soldOn }) => soldOn },
        { label: t('settlement.batch.type'), cell: ({ type }) => t(`settlement.itemTypes.${type}`) },
        amount(t('settlement.batch.gross'), ({ gross }) => gross),
        amount(t('settlement.batch.fee'), ({ fee }) => fee),
        amount(t('settlement.batch.vat'), ({ vat }) => vat),
        amount(t('settlement.batch.net'), ({ net }) => net),
        {
          label: t('settlement.batch.payment'),
          cell: ({ paymentId }) =>
            paymentId === null ? (
              t('settlement.none')
            ) : (
              <Link className="row-link" to="/payments/$paymentId" params={{ paymentId }}>
                <code>{paymentId}</code>
              </Link>
            ),
        },
      ]}
    />
  )
}
