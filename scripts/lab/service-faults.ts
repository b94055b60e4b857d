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

/** Resolves when the API finds everything up; throws with what it said last when it does not come to that in time. */
export async function untilReady(apiUrl: string, what: string): Promise<void> {
  const isReady = async () => {
    const { status, dependencies, problems } = await readinessOf(apiUrl)
    return status === 'ok' || Promise.reject(new Error(JSON.stringify({ status, dependencies, problems })))
  }
  await until(isReady, { what, deadlineMs: RECOVERY_DEADLINE_MS })
}

/** What `/health/ready` answers. Rejects when the API does not answer in time. */
export async function readinessOf(apiUrl: string, timeoutMs = READY_TIMEOUT_MS): Promise<Readiness> {
  const response = await fetch(`${apiUrl}/health/ready`, { signal: AbortSignal.timeout(timeoutMs) })
  return (await response.json()) as Readiness
}
