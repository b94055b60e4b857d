/** Spans of time as ISO 8601 writes them, as far as each is always equally long. */
import * as z from 'zod'
import { inBoth, schemaMessages } from './problem-texts.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const unitMs: Record<string, number> = { W: 7 * DAY_MS, D: DAY_MS, H: HOUR_MS, M: MINUTE_MS, S: SECOND_MS }

/** Years and months before the `T`. */
const CALENDAR_UNIT = /^[^T]*[YM]/

/** The milliseconds of a `duration`; a fraction of one is dropped. */
export const durationMs = (text: string): number =>
  Math.trunc(
    [...text.matchAll(/([\d.,]+)([WDHMS])/g)].reduce(
      (sum, [, amount, unit]) => sum + Number(amount!.replace(',', '.')) * unitMs[unit!]!,
      0,
    ),
  )

const notADuration = inBoth('must be an ISO 8601 duration such as P8D', 'P8D 같은 ISO 8601 기간이어야 합니다')
const notEquallyLong = inBoth(
  'must not have years or months, which are not always equally long: say days',
  '길이가 일정하지 않은 연과 월은 쓸 수 없습니다. 일 단위로 적으세요',
)

/** An ISO 8601 duration of weeks, days, hours, minutes and seconds, at most `daysMax` days. */
export const duration = (daysMax: number) => {
  const tooLong = inBoth(`must be at most ${daysMax} days`, `최대 ${daysMax}일이어야 합니다`)
  return z.iso
    .duration({ error: ({ input }) => (input === undefined ? schemaMessages.required : notADuration) })
    .refine(text => !CALENDAR_UNIT.test(text), { error: notEquallyLong, abort: true })
    .refine(text => durationMs(text) <= daysMax * DAY_MS, tooLong)
}
