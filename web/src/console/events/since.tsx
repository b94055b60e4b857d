/** For how long something has been so when it was looked at, with the whole time on hover. */
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { formatFullTime } from '../view/times.ts'
import { lengthOf } from './length-of.ts'

export function Since({ at, asOf }: { at: string; asOf: string }) {
  const { t } = useConsoleTexts()
  const { unit, count } = lengthOf(Date.parse(asOf) - Date.parse(at))
  return (
    <time dateTime={at} title={formatFullTime(at, useLanguage())}>
      {t(`events.outbox.for_${unit}`, { count })}
    </time>
  )
}
