/** Times of the console: in the browser's time zone, which the whole form names. */
import type { Language } from '../../../../shared/contracts/errors.ts'

const locales: Record<Language, string> = { ko: 'ko-KR', en: 'en-GB' }

const digits = { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const

/** `11-30 18:02:07`: of one width, so that rows can be compared. */
export function formatShortTime(iso: string, language: Language): string {
  const parts = new Intl.DateTimeFormat(locales[language], { ...digits, hourCycle: 'h23' }).formatToParts(new Date(iso))
  const of = (type: string) => parts.find(part => part.type === type)?.value.padStart(2, '0') ?? ''
  return `${of('month')}-${of('day')} ${of('hour')}:${of('minute')}:${of('second')}`
}

/** In the browser's time zone, as the short form. */
export const yearOf = (iso: string): string => String(new Date(iso).getFullYear())

/** With year, milliseconds and zone. */
export const formatFullTime = (iso: string, language: Language): string =>
  new Intl.DateTimeFormat(locales[language], {
    ...digits,
    year: 'numeric',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  }).format(new Date(iso))

export type Age = { unit: 'now'; count: 0 } | { unit: 'seconds' | 'minutes'; count: number }

/** How old what is shown is. */
export function ageOf(sinceMs: number, nowMs: number): Age {
  const seconds = Math.floor((nowMs - sinceMs) / 1_000)
  if (seconds < 3) return { unit: 'now', count: 0 }
  return seconds < 60 ? { unit: 'seconds', count: seconds } : { unit: 'minutes', count: Math.floor(seconds / 60) }
}
