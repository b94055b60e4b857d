/** Moves the sandbox clock of a system, until everything that falls due on the way is done. */
import { until } from '../../../shared/runtime/until.ts'

const ADVANCE_MS_MAX = 120_000

/** `duration` as ISO 8601. Returns the virtual time then. Throws when it does not get there. */
export async function advance(apiUrl: string, duration: string): Promise<Date> {
  let next = duration
  const now = await until(
    async () => {
      const response = await fetch(`${apiUrl}/sandbox/clock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ advance: next }),
      })
      // An answer that was lost may have moved the clock: it is only asked to finish.
      next = 'PT0S'
      const body = (await response.json()) as { now?: string }
      return response.status === 200 ? new Date(body.now!) : undefined
    },
    { what: 'the sandbox clock to arrive', deadlineMs: ADVANCE_MS_MAX, intervalMs: 20 },
  )
  return now
}
