/** After the last fault: everything is up again, and nothing is on its way any more. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { until } from '../../../shared/runtime/until.ts'
import { connectDatabase } from '../../operate/connections.ts'
import { RECOVERY_DEADLINE_MS, untilAllUp } from '../service-faults.ts'
import { type Stage, victims } from './stage.ts'

/** How long clients may go on, and operations may be pending, after the last fault. */
export const HEAL_MS_MAX = 120_000

/** Resolves when every part answers, through its proxy too. Throws when one does not come back. */
export async function untilAllIsUp({ control, system, apiUrl, proxies }: Stage): Promise<void> {
  for (const victim of victims) proxies[victim].weather = { kind: 'calm' }
  await until(
    async () => {
      const waiting = (await control.status()).processes.filter(({ state }) => state !== 'ready')
      return waiting.length === 0 || Promise.reject(new Error(JSON.stringify(waiting)))
    },
    { what: `all parts of ${system.apiUrl} to be ready`, deadlineMs: RECOVERY_DEADLINE_MS },
  )
  await untilAllUp(apiUrl, `${apiUrl} to find everything up`)
}

/**
 * Resolves when no operation is pending and no event waits. `hurry` lets the sandbox clock do what is due, as often as it takes,
 * instead of the jobs that run each minute. Throws when something is still open after HEAL_MS_MAX.
 */
export async function untilNothingIsOpen({ system }: Stage, hurry: boolean): Promise<void> {
  const database = await connectDatabase(system.databaseUrl)
  try {
    await until(
      async () => {
        if (hurry) await advanceClock(system.apiUrl)
        const open = await openWork(database)
        return open.pending + open.waiting === 0 || Promise.reject(new Error(JSON.stringify(open)))
      },
      { what: 'everything to be decided and published', deadlineMs: HEAL_MS_MAX, intervalMs: 500 },
    )
  } finally {
    await database.end()
  }
}

/** What is due within the next seconds falls due now. It may be busy; then the next call goes on. */
async function advanceClock(apiUrl: string): Promise<void> {
  await fetch(`${apiUrl}/sandbox/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advance: 'PT10S' }),
  }).then(response => response.arrayBuffer())
}

async function openWork(database: Connection): Promise<{ pending: number; waiting: number }> {
  const [rows] = await database.query<RowDataPacket[]>(
    `SELECT (SELECT COUNT(*) FROM payment_operation WHERE state = 'PENDING') AS pending,
      (SELECT COUNT(*) FROM outbox_event WHERE published_at IS NULL) AS waiting`,
  )
  return rows[0] as { pending: number; waiting: number }
}
