/** Times as a person reads them, in the browser's own time zone. */
import { useEffect, useState } from 'react'
import type { Language } from '../../shared/contracts/errors.ts'

const locales: Record<Language, string> = { ko: 'ko-KR', en: 'en-GB' }

/** Date and time to the second. */
export const formatTime = (iso: string, language: Language): string =>
  new Intl.DateTimeFormat(locales[language], { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(iso))

/** Time of day to the millisecond, for comparing steps of one payment. */
export const formatClock = (iso: string, language: Language): string =>
  new Intl.DateTimeFormat(locales[language], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  }).format(new Date(iso))

/** Day and time of day to the millisecond: the operations of one payment can be days apart. */
export const formatMoment = (iso: string, language: Language): string =>
  `${new Intl.DateTimeFormat(locales[language], { month: 'short', day: 'numeric' }).format(new Date(iso))} ${formatClock(iso, language)}`

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const units = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
  ['second', SECOND_MS],
] as const

/** How long that is in its largest unit and the next one; undefined when nothing is left. */
export function timeLeftOf(leftMs: number, language: Language): string | undefined {
  if (leftMs <= 0) return undefined
  const found = units.findIndex(([, unitMs]) => leftMs >= unitMs)
  const first = found === -1 ? units.length - 1 : found
  const parts = units.slice(first, first + 2).map(([unit, unitMs], index) => {
    const [, largerMs] = units[first + index - 1] ?? [unit, Number.POSITIVE_INFINITY]
    const count = Math.floor((index === 0 ? leftMs : leftMs % largerMs) / unitMs)
    return new Intl.NumberFormat(locales[language], { style: 'unit', unit, unitDisplay: 'long' }).format(count)
  })
  return parts.join(' ')
}

/** The time of day, each second anew. */
export function useNowMs(): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), SECOND_MS)
    return () => clearInterval(timer)
  }, [])
  return nowMs
}
