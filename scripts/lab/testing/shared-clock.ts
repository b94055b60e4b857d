/** The sandbox clock of the system that all tests of a run share. */
import { Database } from '../../../shared/stores/database.ts'
import { SandboxClockTable } from '../../../shared/stores/sandbox-clock.ts'
import type { Reporter } from '../../terminal/output.ts'
import { nothing, oneFailed, type Tally } from './tally.ts'

/**
 * A failure, and a line that says why, when a test has moved it: what comes after would then pass or fail by the order of
 * the files.
 */
export async function unmovedClock(databaseUrl: string, reporter: Pick<Reporter, 'line'>): Promise<Tally> {
  const database = new Database({ url: databaseUrl, connectionsMax: 1 })
  try {
    const { targetOffsetMs } = await new SandboxClockTable(database).read()
    if (targetOffsetMs === 0) return nothing
    const hours = (targetOffsetMs / 3_600_000).toFixed(1)
    reporter.line(
      `The sandbox clock of the shared system is ${hours} h ahead: a test that moves it needs a system of its own (test/support/own-system.ts).`,
    )
    return oneFailed
  } finally {
    await database.close()
  }
}
