/** The invariants: what `npm run verify` found last, and having it run now. */
import { useEffect } from 'react'
import type { VerifyRunsView } from '../../../../shared/contracts/verify-run-views.ts'
import { useConsoleTexts, useSessionState } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { type Read, useOperatorQuery } from '../view/use-operator-query.ts'
import { ByJob } from './by-job.tsx'
import { Result } from './rules.tsx'
import { isGoingOn, RunNow } from './run-now.tsx'
import './invariants.css'

export function InvariantsPage() {
  const { t } = useConsoleTexts()
  const read = useOperatorQuery('getVerifyRun', {})
  const overview = useOperatorQuery('getOverview', {})
  const refresh = () => {
    read.refresh()
    overview.refresh()
  }
  useReadingWhileMineGoesOn(read)
  return (
    <section aria-labelledby="invariants-title">
      <h1 id="invariants-title">{t('invariants.title')}</h1>
      <p className="lead invariant-lead">{t('invariants.lead')}</p>
      <ByJob read={overview} />
      <Loaded read={{ ...read, refresh }} loading={t('invariants.loading')} failed={t('invariants.failed')}>
        {runs => (
          <>
            <RunNow runs={runs} />
            {runs.lastResult === null ? (
              <p className="console-note">{t('invariants.never')}</p>
            ) : (
              <Result result={runs.lastResult} />
            )}
          </>
        )}
      </Loaded>
    </section>
  )
}

const READ_EACH_MS = 1_000

/**
 * The one thing that this page asks by itself: how far a run has come that this operator waits for. It ends with the run, and a read that
 * fails ends it, too, so that no session is kept open by a page that nobody looks at.
 */
function useReadingWhileMineGoesOn({ body, asOfMs, failure, refresh }: Read<VerifyRunsView>): void {
  const session = useSessionState()
  const newest = body?.newest
  const isMine = session.kind === 'open' && newest?.askedBy === session.view.name
  const isAwaited = isMine && isGoingOn(newest) && failure === null
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer, by its time, asks for the next; `refresh` is another function each time.
  useEffect(() => {
    if (!isAwaited) return
    const timer = setTimeout(refresh, READ_EACH_MS)
    return () => clearTimeout(timer)
  }, [isAwaited, asOfMs])
}
