/** One payout file: what it pays, who approved it, and, while it was not sent, what can be decided about it. */
import { getRouteApi, Link } from '@tanstack/react-router'
import type { PayoutFileView } from '../../../../shared/contracts/settlement-views.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { useOperatorQuery, useTogether } from '../view/use-operator-query.ts'
import { CancelPayout, FileActions } from './file-actions.tsx'
import { Facts, NextPages } from './list-parts.tsx'
import { isMissing, Missing } from './missing.tsx'
import { PayoutRows } from './payout-rows.tsx'
import { PAGE_LIMIT, searchOf } from './search.ts'
import { FileTag } from './tags.tsx'

const route = getRouteApi('/settlement/files/$fileId')

export function PayoutFilePage() {
  const { t } = useConsoleTexts()
  const { fileId } = route.useParams()
  const read = useTogether(useOperatorQuery('inspectPayoutFile', { path: { fileId } }))
  return (
    <article aria-labelledby="file-title">
      <p>
        <Link to="/settlement/files">← {t('settlement.file.back')}</Link>
      </p>
      <h1 id="file-title">{t('settlement.file.title', { id: fileId })}</h1>
      {isMissing(read) ? (
        <Missing title={t('settlement.file.missing')} read={read} />
      ) : (
        <>
          <Loaded read={read} loading={t('settlement.file.loading')} failed={t('settlement.file.failed')}>
            {file => <Summary file={file} />}
          </Loaded>
          <Payouts fileId={fileId} />
        </>
      )}
    </article>
  )
}

function Summary({ file }: { file: PayoutFileView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const total = formatMoney(file.total, file.currency, language)
  return (
    <>
      <p className="payment-heading">
        <strong className="payment-amount">{total}</strong> <FileTag state={file.state} />
      </p>
      <FileActions file={file} />
      <section className="room-facts" aria-labelledby="file-facts">
        <h2 id="file-facts">{t('settlement.file.facts')}</h2>
        <Facts
          facts={[
            [t('settlement.files.executeOn'), file.executeOn],
            [t('settlement.files.count'), file.payoutCount, true],
            [t('settlement.files.preparedAt'), <Moment key="prepared" at={file.preparedAt} />],
            [t('settlement.files.approvedBy'), file.approvedBy ?? t('settlement.none')],
            file.approvedAt === null
              ? undefined
              : [t('settlement.file.approvedAt'), <Moment key="approved" at={file.approvedAt} />],
            file.sha256 === null ? undefined : [t('settlement.file.sha256'), <code key="sha256">{file.sha256}</code>],
            file.failure === null ? undefined : [t('settlement.file.failure'), file.failure],
          ]}
        />
      </section>
    </>
  )
}

function Payouts({ fileId }: { fileId: string }) {
  const { t } = useConsoleTexts()
  const search = searchOf('items')(route.useSearch())
  const read = useTogether(useOperatorQuery('findPayouts', { query: { ...search, fileId, limit: PAGE_LIMIT } }))
  return (
    <section aria-labelledby="file-payouts">
      <h2 id="file-payouts">{t('settlement.file.payouts')}</h2>
      <Loaded read={read} loading={t('settlement.payouts.loading')} failed={t('settlement.payouts.failed')}>
        {({ items, nextCursor }) => (
          <>
            <PayoutRows
              payouts={items}
              labelledBy="file-payouts"
              empty={t('settlement.payouts.empty')}
              without="file"
              action={{ label: t('settlement.break.actions'), of: payout => <CancelPayout payout={payout} /> }}
            />
            <NextPages
              place={{ to: '/settlement/files/$fileId', params: { fileId } }}
              search={search}
              nextCursor={nextCursor}
            />
          </>
        )}
      </Loaded>
    </section>
  )
}
