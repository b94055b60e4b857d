/** The sandbox clocks of the system that all tests of a run share: its own, and those of its bank and its acquirer. */
import { Database } from '../../../shared/stores/database.ts'
import { SandboxClockTable } from '../../../shared/stores/sandbox-clock.ts'
import type { SystemEnv } from '../../local/run-file.ts'
import type { Reporter } from '../../terminal/output.ts'
import { nothing, oneFailed, type Tally } from './tally.ts'

/**
 * A failure, and a line that says which, when a test has moved one: what comes after would then pass or fail by the order of
 * the files.
 */
export async function unmovedClocks(env: SystemEnv, reporter: Pick<Reporter, 'line'>): Promise<Tally> {
  const [own, bank, acquirer] = await Promise.all([
    hasMoved(env.DATABASE_URL),
    hasMovedAt(env.BANK_URL),
    hasMovedAt(env.ACQUIRER_URL),
  ])
  const moved = Object.entries({ system: own, bank, acquirer }).flatMap(([name, isMoved]) => (isMoved ? [name] : []))
  if (moved.length === 0) return nothing
  reporter.line(
    `A test has moved the clock that all tests share (of ${moved.join(', ')}): it needs a system of its own (test/support/own-system.ts), or an API with its own database, bank and acquirer.`,
  )
  return oneFailed
}

async function hasMoved(databaseUrl: string): Promise<boolean> {
  const database = new Database({ url: databaseUrl, connectionsMax: 1 })
  try {
    return (await new SandboxClockTable(database).read()).targetOffsetMs !== 0
  } finally {
    await database.close()
  }
}

/** A clock that has moved refuses to go back to where it began. */
async function hasMovedAt(serviceUrl: string): Promise<boolean> {
  const { status } = await fetch(new URL('clock', serviceUrl), { method: 'PUT', body: JSON.stringify({ offsetMs: 0 }) })
  if (status !== 200 && status !== 409)
    throw new Error(`${serviceUrl} answered ${status} when it was asked for its clock`)
  return status === 409
}
