/** Times of today, short to read, in figures of one width. `Moment` has the whole of a time on hover. */
import type { Language } from '../../../../shared/contracts/errors.ts'
import { formatShortTime } from '../view/times.ts'

/** In the browser's time zone. */
export const timeOfDay = (iso: string, language: Language): string => formatShortTime(iso, language).split(' ')[1]!

const two = (count: number): string => String(count).padStart(2, '0')

/** Hours, minutes and seconds: `26:01:09`. A clock that is behind another one's gives no time before the beginning. */
export function upTimeOf(sinceMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - sinceMs) / 1_000))
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
