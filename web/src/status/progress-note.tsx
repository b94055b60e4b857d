/** What is going on while an outcome is awaited. The live region stays in the page, so that each change is announced. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Progress } from '../shop-context.ts'

const SLOW_AFTER_MS = 1_000

/** Empty once the waiting is uncertain: uncertain-note.tsx then says more. */
export function ProgressNote({ progress }: { progress: Progress | undefined }) {
  return (
    <div role="status" className="progress">
      {progress && !progress.waiting?.isUncertain && <Waiting progress={progress} />}
    </div>
  )
}

function Waiting({ progress: { operation, waiting } }: { progress: Progress }) {
  const { t } = useTranslation()
  const slow = useLongerThan(SLOW_AFTER_MS)
  return (
    <div className="progress-body">
      <span className="spinner" aria-hidden="true" />
      <div>
        <p>{waiting ? t(`progress.waiting.${waiting.reason}`) : t(`progress.${operation}`)}</p>
        {slow && <p className="small">{t('progress.slow')}</p>}
        {waiting && <p className="small">{t('progress.attempt', { attempt: waiting.attempt + 1 })}</p>}
      </div>
    </div>
  )
}

/** True once the component has been shown for `delayMs`. */
function useLongerThan(delayMs: number): boolean {
  const [passed, setPassed] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setPassed(true), delayMs)
    return () => clearTimeout(timer)
  }, [delayMs])
  return passed
}
