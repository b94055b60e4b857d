/** A time: short to read, whole and with its zone on hover. On paper the short form has its year. */
import { useLanguage } from '../console-context.ts'
import { formatFullTime, formatShortTime, yearOf } from './times.ts'

/** `text` is given the whole time to put into a sentence. */
export function Moment({ at, text }: { at: string; text?: (full: string) => string }) {
  const language = useLanguage()
  const full = formatFullTime(at, language)
  return (
    <time dateTime={at} title={full} data-year={text === undefined ? yearOf(at) : undefined}>
      {text ? text(full) : formatShortTime(at, language)}
    </time>
  )
}
