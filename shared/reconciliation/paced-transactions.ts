/** Transactions with a rest after each: work in bulk leaves the database, for a part of the time, to those who pay. */
import type { Clock, SeparateTransactions } from '../payments/ports.ts'

export interface Pace {
  clock: Pick<Clock, 'nowMs' | 'sleep'>
  /** Of the time, 1 to 100. At 100 there is no rest. */
  workPercent: number
}

/** A rest is as long as its transaction took, times what is not worked of the time ÷ what is. */
export const pacedTransactions = (
  transactions: SeparateTransactions,
  { clock, workPercent }: Pace,
): SeparateTransactions => ({
  areSeparate: true,
  async run(subject, work) {
    const beganMs = clock.nowMs()
    try {
      return await transactions.run(subject, work)
    } finally {
      const restMs = ((clock.nowMs() - beganMs) * (100 - workPercent)) / workPercent
      if (restMs > 0) await clock.sleep(restMs)
    }
  },
})
