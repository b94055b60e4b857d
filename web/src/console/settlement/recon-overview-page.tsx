/** Reconciliation at a glance: open breaks by class and age, whether they are all that is in suspense, and files by state. */
import { Link } from '@tanstack/react-router'
import type { ReconOverviewView } from '../../../../shared/contracts/break-views.ts'
import { ageNames } from '../../../../shared/contracts/lists.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { ListLink, Rows } from './list-parts.tsx'
import { addUp, formatSum } from './money.ts'
import { ReconNav } from './room-nav.tsx'
import { isOld, ReconFileTag } from './tags.tsx'

export function ReconOverviewPage() {
  const { t } = useConsoleTexts()
  const read = useOperatorQuery('getReconOverview', {})
  return (
    <section aria-labelledby="recon-title">
      <h1 id="recon-title">{t('settlement.reconTitle')}</h1>
      <ReconNav current="overview" />
      <Loaded read={read} loading={t('settlement.recon.loading')} failed={t('settlement.recon.failed')}>
        {overview => (
          <>
            <OpenBreaks overview={overview} />
            <Suspense overview={overview} />
            <Files files={overview.files} />
          </>
        )}
      </Loaded>
    </section>
  )
}

function OpenBreaks({ overview: { open } }: { overview: ReconOverviewView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <section aria-labelledby="open-title">
      <h2 id="open-title">{t('settlement.recon.open')}</h2>
      <p className="small">{t('settlement.recon.debitPositive')}</p>
      <Rows
        rows={open}
        keyOf={row => `${row.class} ${row.currency}`}
        labelledBy="open-title"
        empty={t('settlement.recon.openEmpty')}
        columns={[
          {
            label: t('settlement.recon.class'),
            cell: row => (
              <ListLink
                className="row-link"
                place={{ to: '/reconciliation/breaks' }}
                search={{ class: row.class, currency: row.currency }}
              >
                {t(`settlement.breakClasses.${row.class}`)}
              </ListLink>
            ),
          },
          { label: t('settlement.currency'), cell: ({ currency }) => currency },
          { label: t('settlement.recon.count'), isAmount: true, cell: ({ count }) => count },
          ...ageNames.map(name => ({
            label: t(`settlement.ages.${name}`),
            isAmount: true,
            cell: ({ byAge }: ReconOverviewView['open'][number]) => (
              <span className={isOld(name) && byAge[name] > 0 ? 'room-missing' : undefined}>{byAge[name]}</span>
            ),
          })),
          {
            label: t('settlement.recon.remaining'),
            isAmount: true,
            cell: ({ remaining, currency }) => formatSum(remaining, currency, language),
          },
          {
            label: t('settlement.recon.absolute'),
            isAmount: true,
            cell: ({ absolute, currency }) => formatSum(absolute, currency, language),
          },
        ]}
      />
    </section>
  )
}

/** The account is the open breaks and nothing else. */
function Suspense({ overview: { open, suspense } }: { overview: ReconOverviewView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  if (suspense.length === 0) return null
  return (
    <section aria-labelledby="suspense-title">
      <h2 id="suspense-title">{t('settlement.recon.suspense')}</h2>
      <ul className="room-suspense">
        {suspense.map(({ currency, balance }) => {
          const held = addUp(open.filter(row => row.currency === currency).map(({ remaining }) => remaining))
          return (
            <li key={currency} data-agrees={held === balance}>
              <strong className="amount">{formatSum(balance, currency, language)}</strong>{' '}
              {held === balance
                ? t('settlement.recon.suspenseSame')
                : t('settlement.recon.suspenseDiffers', { sum: formatSum(held, currency, language) })}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Files({ files }: { files: ReconOverviewView['files'] }) {
  const { t } = useConsoleTexts()
  return (
    <section aria-labelledby="recon-files-title">
      <h2 id="recon-files-title">{t('settlement.recon.files')}</h2>
      <Rows
        rows={files}
        keyOf={({ sourceId, state }) => `${sourceId} ${state}`}
        labelledBy="recon-files-title"
        empty={t('settlement.recon.filesEmpty')}
        columns={[
          {
            label: t('settlement.recon.source'),
            cell: ({ sourceId, state }) => (
              <Link className="row-link" to="/reconciliation/files" search={{ sourceId, state }}>
                {sourceId}
              </Link>
            ),
          },
          { label: t('settlement.state'), cell: ({ state }) => <ReconFileTag state={state} /> },
          { label: t('settlement.recon.count'), isAmount: true, cell: ({ count }) => count },
        ]}
      />
    </section>
  )
}
