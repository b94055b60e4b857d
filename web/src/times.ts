/** Times as a person reads them, in the browser's own time zone. */
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
