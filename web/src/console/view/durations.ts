/** Durations of the console, short to read: below a second in milliseconds, then in seconds, then in the two largest units. */
import type { Language } from '../../../../shared/contracts/errors.ts'

const units = {
  en: { ms: ' ms', s: ' s', min: ' min', h: ' h', d: ' d' },
  ko: { ms: ' ms', s: '초', min: '분', h: '시간', d: '일' },
} as const satisfies Record<Language, Record<string, string>>

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const pairs = [
  ['d', DAY_MS, 'h', HOUR_MS],
  ['h', HOUR_MS, 'min', MINUTE_MS],
  ['min', MINUTE_MS, 's', SECOND_MS],
] as const

/**
 * `320 ms`, `4.2 s`, `3 min 05 s`, `2 h 00 min`, `3 d 04 h`. Rounded down, so that no unit is full. What is negative, by two clocks,
 * counts as none.
 */
export function formatDuration(durationMs: number, language: Language): string {
  const words = units[language]
  for (const [large, largeMs, small, smallMs] of pairs)
    if (durationMs >= largeMs) {
      const rest = String(Math.floor((durationMs % largeMs) / smallMs)).padStart(2, '0')
      return `${Math.floor(durationMs / largeMs)}${words[large]} ${rest}${words[small]}`
    }
  return durationMs >= SECOND_MS
    ? `${(Math.floor(durationMs / 100) / 10).toFixed(1)}${words.s}`
    : `${Math.max(0, Math.floor(durationMs))}${words.ms}`
}
