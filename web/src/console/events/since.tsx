/** For how long something has been so when it was looked at, with the whole time on hover. */
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { formatDuration } from '../view/durations.ts'
import { formatFullTime } from '../view/times.ts'

export function Since({ at, asOf }: { at: string; asOf: string }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const duration = formatDuration(Date.parse(asOf) - Date.parse(at), language)
  return (
    <time dateTime={at} title={formatFullTime(at, language)}>
      {t('events.outbox.for', { duration })}
    </time>
  )
}
