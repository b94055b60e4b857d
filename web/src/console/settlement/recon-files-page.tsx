/** Files of the acquirer and the bank, the newest first, and how far each is. */
import { getRouteApi, Link } from '@tanstack/react-router'
import { type ReconFileState, reconFileStates } from '../../../../shared/contracts/lists.ts'
import type { ReconFileView } from '../../../../shared/contracts/recon-views.ts'
import { useConsoleTexts } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { FilterForm, NextPages, Rows } from './list-parts.tsx'
import { ReconNav } from './room-nav.tsx'
import { PAGE_LIMIT, searchOf } from './search.ts'
import { ReconFileTag } from './tags.tsx'

const route = getRouteApi('/reconciliation/files')
const place = { to: '/reconciliation/files' } as const

export function ReconFilesPage() {
  const { t } = useConsoleTexts()
  const search = searchOf('reconFiles')(route.useSearch())
  const query = { ...search, state: search.state as ReconFileState | undefined, limit: PAGE_LIMIT }
  const read = useOperatorQuery('findReconFiles', { query })
  const states = reconFileStates.map(state => [state, t(`settlement.reconFileStates.${state}`)] as const)
  return (
    <section aria-labelledby="files-title">
      <h1 id="files-title">{t('settlement.reconTabs.files')}</h1>
      <ReconNav current="files" />
      <FilterForm
        place={place}
        search={search}
        fields={[
          { name: 'state', label: t('settlement.fields.state'), type: states },
          { name: 'sourceId', label: t('settlement.fields.sourceId'), type: 'text' },
        ]}
      />
      <Loaded read={read} loading={t('settlement.reconFiles.loading')} failed={t('settlement.reconFiles.failed')}>
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

function FileRows({ files }: { files: readonly ReconFileView[] }) {
  const { t } = useConsoleTexts()
  return (
    <Rows
      rows={files}
      keyOf={({ fileId }) => fileId}
      labelledBy="files-title"
      empty={t('settlement.reconFiles.empty')}
      columns={[
        { label: t('settlement.reconFiles.day'), cell: ({ day }) => day ?? t('settlement.none') },
        { label: t('settlement.state'), cell: ({ state }) => <ReconFileTag state={state} /> },
        { label: t('settlement.reconFiles.source'), cell: ({ sourceId }) => sourceId },
        {
          label: t('settlement.reconFiles.name'),
          cell: ({ fileId, name }) => (
            <Link className="row-link" to="/reconciliation/files/$fileId" params={{ fileId }}>
              {name}
            </Link>
          ),
        },
        {
          label: t('settlement.reconFiles.lines'),
          isAmount: true,
          cell: ({ matchedTo, lineCount }) =>
            matchedTo === lineCount
              ? lineCount
              : t('settlement.reconFiles.matched', { matched: matchedTo, lines: lineCount }),
        },
        { label: t('settlement.reconFiles.receivedAt'), cell: ({ receivedAt }) => <Moment at={receivedAt} /> },
      ]}
    />
  )
}
