/** One file of the acquirer or the bank: what it says of itself, and the breaks that came of its lines. */
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReconFileDetail } from '../../../../shared/contracts/recon-views.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { useOperatorQuery, useTogether } from '../view/use-operator-query.ts'
import { BreakRows } from './break-rows.tsx'
import { Facts, NextPages, Rows } from './list-parts.tsx'
import { isMissing, Missing } from './missing.tsx'
import { PAGE_LIMIT } from './search.ts'
import { ReconFileTag } from './tags.tsx'

const route = getRouteApi('/reconciliation/files/$fileId')

export function ReconFilePage() {
  const { t } = useConsoleTexts()
  const { fileId } = route.useParams()
  const read = useTogether(useOperatorQuery('inspectReconFile', { path: { fileId } }))
  return (
    <article aria-labelledby="file-title">
      <p>
        <Link to="/reconciliation/files">← {t('settlement.reconFile.back')}</Link>
      </p>
      <h1 id="file-title">{read.body?.name ?? t('settlement.reconFile.title', { id: fileId })}</h1>
      {isMissing(read) ? (
        <Missing title={t('settlement.reconFile.missing')} read={read} />
      ) : (
        <>
          <Loaded read={read} loading={t('settlement.reconFile.loading')} failed={t('settlement.reconFile.failed')}>
            {file => <Summary file={file} />}
          </Loaded>
          <Breaks fileId={fileId} />
        </>
      )}
    </article>
  )
}

function Summary({ file }: { file: ReconFileDetail }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const balance = (minor: number | null, currency: string) =>
    minor === null ? t('settlement.none') : formatMoney(minor, currency, language)
  return (
    <>
      <p className="payment-heading">
        <ReconFileTag state={file.state} />
      </p>
      {file.failure !== null && (
        <p className="console-failure" role="status">
          <strong>{t('settlement.reconFile.failure')}</strong> {file.failure}
        </p>
      )}
      <section className="room-facts" aria-labelledby="file-facts">
        <h2 id="file-facts">{t('settlement.reconFile.facts')}</h2>
        <Facts
          facts={[
            [t('settlement.reconFiles.source'), file.sourceId],
            [t('settlement.reconFile.externalId'), file.externalId ?? t('settlement.none')],
            [t('settlement.reconFile.revision'), file.revision ?? t('settlement.none')],
            [t('settlement.reconFiles.day'), file.day ?? t('settlement.none')],
            [t('settlement.reconFile.dueOn'), file.dueOn ?? t('settlement.none')],
            [
              t('settlement.reconFiles.lines'),
              t('settlement.reconFiles.matched', { matched: file.matchedTo, lines: file.lineCount }),
              true,
            ],
            [t('settlement.reconFiles.receivedAt'), <Moment key="received" at={file.receivedAt} />],
            [
              t('settlement.reconFile.doneAt'),
              file.doneAt === null ? t('settlement.none') : <Moment key="done" at={file.doneAt} />,
            ],
          ]}
        />
      </section>
      <section aria-labelledby="file-totals">
        <h2 id="file-totals">{t('settlement.reconFile.totals')}</h2>
        <Rows
          rows={file.totals}
          keyOf={({ currency }) => currency}
          labelledBy="file-totals"
          empty={t('settlement.none')}
          columns={[
            { label: t('settlement.currency'), cell: ({ currency }) => currency },
            { label: t('settlement.reconFiles.lines'), isAmount: true, cell: ({ lineCount }) => lineCount },
            {
              label: t('settlement.reconFile.net'),
              isAmount: true,
              cell: ({ net, currency }) => formatMoney(net, currency, language),
            },
            {
              label: t('settlement.reconFile.opening'),
              isAmount: true,
              cell: ({ opening, currency }) => balance(opening, currency),
            },
            {
              label: t('settlement.reconFile.closing'),
              isAmount: true,
              cell: ({ closing, currency }) => balance(closing, currency),
            },
          ]}
        />
      </section>
    </>
  )
}

function Breaks({ fileId }: { fileId: string }) {
  const { t } = useConsoleTexts()
  const read = useTogether(useOperatorQuery('findBreaks', { query: { fileId, limit: PAGE_LIMIT } }))
  return (
    <section aria-labelledby="file-breaks">
      <h2 id="file-breaks">{t('settlement.reconFile.breaks')}</h2>
      <Loaded read={read} loading={t('settlement.breaks.loading')} failed={t('settlement.breaks.failed')}>
        {({ items, nextCursor }) => (
          <>
            <BreakRows breaks={items} labelledBy="file-breaks" />
            <NextPages place={{ to: '/reconciliation/breaks' }} search={{ fileId }} nextCursor={nextCursor} />
          </>
        )}
      </Loaded>
    </section>
  )
}
