/** What the job `check-invariants` found last, as the overview tells it: it goes on by itself, whether or not a full run was kept. */
import type { OverviewView } from '../../../../shared/contracts/routes/get-overview.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Failure } from '../view/failure.tsx'
import { Moment } from '../view/moment.tsx'
import type { Read } from '../view/use-operator-query.ts'

export function ByJob({ read: { body, failure, isLoading, refresh } }: { read: Read<OverviewView> }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  if (failure !== null && !isLoading)
    return <Failure title={t('invariants.job.failed')} failure={failure} onAgain={refresh} />
  const found = body?.invariants
  const reason = body?.missing.find(({ part }) => part === 'invariants')?.reason ?? 'unavailable'
  return (
    <section
      className="invariant-job"
      aria-labelledby="job-title"
      data-tone={found ? (found.failed > 0 ? 'bad' : 'good') : 'unknown'}
    >
      <h2 id="job-title">{t('invariants.job.title')}</h2>
      {body === undefined && <p role="status">{t('invariants.job.loading')}</p>}
      {found === null && <p>{t(`overview.missing.${reason}`)}</p>}
      {found && (
        <p>
          {t('invariants.job.found', {
            rules: found.rules.toLocaleString(language),
            broken: found.failed.toLocaleString(language),
          })}{' '}
          <Moment at={found.checkedAt} />
        </p>
      )}
    </section>
  )
}
