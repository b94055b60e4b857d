/** Payout files, the newest first. Those that wait for an approval are amber. */
import { getRouteApi, Link } from '@tanstack/react-router'
import { type PayoutFileState, payoutFileStates } from '../../../../shared/contracts/lists.ts'
import type { PayoutFileView } from '../../../../shared/contracts/settlement-views.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { FilterForm, ListLink, NextPages, Rows } from './list-parts.tsx'
import { SettlementNav } from './room-nav.tsx'
import { PAGE_LIMIT, searchOf } from './search.ts'
import { FileTag } from './tags.tsx'

const route = getRouteApi('/settlement/files')
const place = { to: '/settlement/files' } as const

export function PayoutFilesPage() {
  const { t } = useConsoleTexts()
  const search = searchOf('files')(route.useSearch())
  const query = { ...search, state: search.state as PayoutFileState | undefined, limit: PAGE_LIMIT }
  const read = useOperatorQuery('findPayoutFiles', { query })
  const states = payoutFileStates.map(state => [state, t(`settlement.fileStates.${state}`)] as const)
  return (
    <section aria-labelledby="files-title">
      <h1 id="files-title">{t('settlement.tabs.files')}</h1>
      <SettlementNav current="files" />
      <p className="small room-about">
        {t('settlement.files.waits')}{' '}
        <ListLink place={{ to: '/settlement' }} search={{ usedUp: 'true' }}>
          {t('settlement.files.usedUp')}
        </ListLink>
      </p>
      <FilterForm
        place={place}
        search={search}
        fields={[{ name: 'state', label: t('settlement.fields.state'), type: states }]}
      />
      <Loaded read={read} loading={t('settlement.files.loading')} failed={t('settlement.files.failed')}>
        {({ items, nextCursor }) => (
          <>
            <FileRows files={items} />
            <NextPages place={place} search={search} nextCursor={nextCursor} />
          </>
        )}
      </Loaded>
    </section>
  )
}

function FileRows({ files }: { files: readonly PayoutFileView[] }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <Rows
      rows={files}
      keyOf={({ fileId }) => fileId}
      labelledBy="files-title"
      empty={t('settlement.files.empty')}
      columns={[
        { label: t('settlement.files.executeOn'), cell: ({ executeOn }) => executeOn },
        { label: t('settlement.state'), cell: ({ state }) => <FileTag state={state} /> },
        {
          label: t('settlement.files.total'),
          isAmount: true,
          cell: ({ total, currency }) => formatMoney(total, currency, language),
        },
        { label: t('settlement.files.count'), isAmount: true, cell: ({ payoutCount }) => payoutCount },
        { label: t('settlement.files.preparedAt'), cell: ({ preparedAt }) => <Moment at={preparedAt} /> },
        { label: t('settlement.files.approvedBy'), cell: ({ approvedBy }) => approvedBy ?? t('settlement.none') },
        {
          label: t('settlement.files.file'),
          cell: ({ fileId }) => (
            <Link className="row-link" to="/settlement/files/$fileId" params={{ fileId }}>
              <code>{fileId}</code>
            </Link>
          ),
        },
      ]}
    />
  )
}
