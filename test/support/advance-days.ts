/** Moves the sandbox clock of a system of the test's own. */
import { until } from '../../shared/runtime/until.ts'
import type { PaymentApi } from './http.ts'

const counted = ['expired', 'resolved', 'pruned', 'settled'] as const

/**
 * Resolves when the clock is there and all that fell due is done, which a busy machine may not have within one answer. Gives what all
 * its answers have counted.
 */
export async function advanceClock(
  api: PaymentApi,
  advance: string,
): Promise<Record<(typeof counted)[number], number>> {
  const done = { expired: 0, resolved: 0, pruned: 0, settled: 0 }
  let left = advance
  await until(
    async () => {
      const { status, text, json } = await api.post('/sandbox/clock', { advance: left })
      // What was added counts from then on.
      left = 'PT0S'
      if (status !== 200 && status !== 202) throw new Error(`${status} ${text}`)
      for (const name of counted) done[name] += json[name]
      return status === 200
    },
    { what: `the clock to go on by ${advance}`, deadlineMs: 120_000 },
  )
  return done
}

/** A day at a time, so that each is settled, paid and matched before the next. */
export async function advanceDays(api: PaymentApi, days: number): Promise<void> {
  for (let day = 0; day < days; day++) await advanceClock(api, 'P1D')
}
