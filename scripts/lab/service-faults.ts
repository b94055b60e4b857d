/** What the tools that disturb a system do to one of its parts, and how they see that it is back. */
import type { Readiness } from '../../shared/runtime/health.ts'
import { until } from '../../shared/runtime/until.ts'
import type { Control } from '../local/control.ts'
import type { ProcessName, ProcessRow } from '../local/run-file.ts'

export const RECOVERY_DEADLINE_MS = 120_000
const READY_TIMEOUT_MS = 5_000

/** SIGKILL; resolves when the starter has brought it back and it answers. */
export async function killAndWait(control: Control, victim: ProcessName): Promise<void> {
  const { restarts } = await rowOf(control, victim)
  await control.kill(victim)
  const isBack = async () => {
    const row = await rowOf(control, victim)
    return row.restarts > restarts && row.state === 'ready'
  }
  await until(isBack, { what: `${victim} to be ready again`, deadlineMs: RECOVERY_DEADLINE_MS })
}

/** Throws when the system has no such part. */
export async function rowOf(control: Control, victim: ProcessName): Promise<ProcessRow> {
  const row = (await control.status()).processes.find(process => process.name === victim)
  if (!row) throw new Error(`${victim} is not part of this system`)
  return row
}

/**
 * Resolves when the API reaches everything it depends on. What else it reports as a problem, like an outcome that is not decided yet,
 * is no part that is away: the audit afterwards judges what came of it.
 * Throws with what it said last when it does not come to that in time.
 */
export async function untilAllUp(apiUrl: string, what: string): Promise<void> {
  const areUp = async () => {
    const { dependencies, problems } = await readinessOf(apiUrl)
    const isUp = Object.values(dependencies).every(state => state === 'up')
    return isUp || Promise.reject(new Error(JSON.stringify({ dependencies, problems })))
  }
  await until(areUp, { what, deadlineMs: RECOVERY_DEADLINE_MS })
}

/** What `/health/ready` answers. Rejects when the API does not answer in time. */
export async function readinessOf(apiUrl: string, timeoutMs = READY_TIMEOUT_MS): Promise<Readiness> {
  const response = await fetch(`${apiUrl}/health/ready`, { signal: AbortSignal.timeout(timeoutMs) })
  return (await response.json()) as Readiness
}
