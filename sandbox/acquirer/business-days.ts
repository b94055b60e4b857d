/**
 * The days on which batches are paid and card holders take back. The acquirer knows the country's holidays by itself: nobody tells it
 * which days we hold to be closed.
 */
import * as holidaysByYear from '@hyunbinseo/holidays-kr/all'
import { nextDay } from '../service/days.ts'

const DELAY_BUSINESS_DAYS = 2

const holidays = new Set(Object.values(holidaysByYear).flatMap(days => Object.keys(days)))

/** In years whose holidays are not known yet only weekends are closed. */
const isClosed = (day: string): boolean => new Date(day).getUTCDay() % 6 === 0 || holidays.has(day)

/** Two business days after the day that the batch settles. */
export const paymentDayOf = (day: string): string => businessDaysAfter(day, DELAY_BUSINESS_DAYS)

/** The day itself may be closed: the first business day after it counts as one. */
export function businessDaysAfter(day: string, count: number): string {
  let found = day
  for (let left = count; left > 0; ) {
    found = nextDay(found)
    if (!isClosed(found)) left--
  }
  return found
}
