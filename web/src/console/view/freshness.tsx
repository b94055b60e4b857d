/** How old what is shown is, whether loading it anew has failed, and the button that does so. */
import { useNowMs } from '../../times.ts'
import { useConsoleTexts } from '../console-context.ts'
import { Failure } from './failure.tsx'
import { ageOf } from './times.ts'
import type { Read } from './use-operator-query.ts'

export function Freshness({ read }: { read: Read<unknown> }) {
  const { t } = useConsoleTexts()
  const { unit, count } = ageOf(read.asOfMs, useNowMs())
  return (
    <div className="console-freshness">
      <span className="small">{t(`freshness.asOf_${unit}`, { count })}</span>
      <button type="button" className="button button-small" disabled={read.isLoading} onClick={read.refresh}>
        {read.isLoading ? t('freshness.refreshing') : t('freshness.refresh')}
      </button>
      {read.failure !== null && <Failure title={t('freshness.stale')} failure={read.failure} />}
    </div>
  )
}
