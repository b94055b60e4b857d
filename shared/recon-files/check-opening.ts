/** Whether a statement follows the one before it: a day that is missing would leave a hole in cash. */
import { addDays } from '../domain/business-days.ts'
import { type ClosingBalance, ReconFileError } from '../reconciliation/ports.ts'
import { decimalOf } from './amounts.ts'

/** Statements come in the order of their days. */
export function checkOrder(day: string, closings: readonly ClosingBalance[]): void {
  const last = closings
    .map(closing => closing.day)
    .sort()
    .at(-1)
  if (last !== undefined && day <= last)
    throw new ReconFileError(
      `the statement is of ${day}, and that of ${last} was imported: a day that is over cannot change`,
    )
}

/** Whether it is the first in its currency. Throws ReconFileError when it does not open as the last one closed. */
export function checkOpening(
  { currency, day, openingMinor }: { currency: string; day: string; openingMinor: bigint },
  closings: readonly ClosingBalance[],
): boolean {
  const last = closings.find(closing => closing.currency === currency)
  if (last === undefined) return true
  if (BigInt(last.closingMinor) === openingMinor) return false
  const [opened, closed] = [openingMinor, BigInt(last.closingMinor)].map(minor => decimalOf(minor, currency))
  const next = addDays(last.day, 1)
  const what =
    next < day ? `the statement of ${next} is missing: import it first` : 'ask the bank which of them is right'
  throw new ReconFileError(`${currency} opens with ${opened}, and closed with ${closed} on ${last.day}: ${what}`)
}
