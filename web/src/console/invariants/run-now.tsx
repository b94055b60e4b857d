/** Asks for a run, and says how far one has come that is going on, or why one came to no result. */
import { useState } from 'react'
import type { VerifyRunsView, VerifyRunView } from '../../../../shared/contracts/verify-run-views.ts'
import { useConsoleTexts, useLanguage, useMay } from '../console-context.ts'
import { Moment } from '../view/moment.tsx'
import { WriteDialog } from '../view/write-dialog.tsx'

export const isGoingOn = (run: VerifyRunView | null | undefined): boolean =>
  run?.state === 'REQUESTED' || run?.state === 'RUNNING'

export function RunNow({ runs: { newest, lastResult, canRunNow } }: { runs: VerifyRunsView }) {
  const { t } = useConsoleTexts()
  const [isOpen, setOpen] = useState(false)
  const mayAsk = useMay('operator')
  const isBusy = isGoingOn(newest)
  const broken = lastResult?.rules.filter(({ failed }) => failed > 0).length ?? 0
  return (
    <div className="invariant-run" data-run={newest?.state} data-run-id={newest?.runId}>
      {canRunNow && mayAsk && (
        <button
          type="button"
          className="button button-small"
          // Not `disabled`: the focus comes back to it when the dialog closes.
          aria-disabled={isBusy}
          onClick={() => !isBusy && setOpen(true)}
        >
          {t('invariants.run.now')}
        </button>
      )}
      {canRunNow && !mayAsk && <p className="small">{t('invariants.run.viewer')}</p>}
      {!canRunNow && <ByCommand />}
      <div role="status">
        {newest !== null && <Newest run={newest} />}
        {newest?.state === 'DONE' && <span className="visually-hidden">{t('invariants.run.over', { broken })}</span>}
      </div>
      {isOpen && <AskDialog onClose={() => setOpen(false)} />}
    </div>
  )
}

function ByCommand() {
  const { t } = useConsoleTexts()
  return (
    <>
      <p className="small">{t('invariants.run.noStarter')}</p>
      <code className="console-command">npm run verify -- --save</code>
    </>
  )
}

function AskDialog({ onClose }: { onClose: () => void }) {
  const { t } = useConsoleTexts()
  return (
    <WriteDialog
      name="requestVerifyRun"
      title={t('invariants.run.ask')}
      confirm={t('invariants.run.now')}
      callOf={fields => ({ body: fields })}
      told={() => <p>{t('invariants.run.asked')}</p>}
      refused={({ code, details }) =>
        code === 'VERIFY_CONFLICT' && details.reason === 'busy'
          ? t('invariants.run.busy', { name: String(details.askedBy) })
          : undefined
      }
      onClose={onClose}
    />
  )
}

function Newest({ run }: { run: VerifyRunView }) {
  if (isGoingOn(run)) return <Going run={run} />
  return run.state === 'FAILED' ? <WithoutResult run={run} /> : null
}

function Going({ run: { state, askedBy, askedAt, progress } }: { run: VerifyRunView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const { decisions, records, payments, lines, answers } = progress
  const counts = { decisions, records, payments, lines, answers }
  const shown = Object.fromEntries(
    Object.entries(counts).map(([what, count]) => [what, count.toLocaleString(language)]),
  ) as Record<keyof typeof counts, string>
  return (
    <>
      <p>
        <strong>{state === 'REQUESTED' ? t('invariants.run.starting') : t('invariants.run.going')}</strong>{' '}
        <span className="small">
          <Moment at={askedAt} text={time => t('invariants.run.since', { name: askedBy, time })} />
        </span>
      </p>
      <p className="small" aria-live="off">
        {t('invariants.run.counts', shown)}
      </p>
    </>
  )
}

function WithoutResult({ run: { problem, askedBy, askedAt } }: { run: VerifyRunView }) {
  const { t } = useConsoleTexts()
  return (
    <div className="console-undecided">
      <strong>{t('invariants.run.noResult')}</strong>
      {/* A problem is told in English in every language. */}
      {problem === null ? <p>{t('invariants.run.lost')}</p> : <p lang="en">{problem}</p>}
      <p>
        <Moment at={askedAt} text={time => t('invariants.run.since', { name: askedBy, time })} />
      </p>
    </div>
  )
}
