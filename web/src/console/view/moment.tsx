/** A time: short to read, whole and with its zone on hover. */
import { useLanguage } from '../console-context.ts'
import { formatFullTime, formatShortTime } from './times.ts'

/** `text` is given the whole time to put into a sentence. */
export function Moment({ at, text }: { at: string; text?: (full: string) => string }) {
  const language = useLanguage()
  const full = formatFullTime(at, language)
  return (
    <time dateTime={at} title={full}>
      {text ? text(full) : formatShortTime(at, language)}
    </time>
  )
}
