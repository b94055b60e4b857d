/** Lets days pass on a system of the test's own. */
import { until } from '../../shared/runtime/until.ts'
import type { PaymentApi } from './http.ts'

/** A day at a time, so that each is settled, paid and matched before the next. */
export async function advanceDays(api: PaymentApi, days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    let advance = 'P1D'
    await until(
      async () => {
        const { status, text } = await api.post('/sandbox/clock', { advance })
        // What was added counts from then on.
        advance = 'PT0S'
        if (status !== 200 && status !== 202 && status !== 503) throw new Error(`${status} ${text}`)
        return status === 200 ? true : undefined
      },
      { what: `day ${day + 1}`, deadlineMs: 120_000 },
    )
  }
}
