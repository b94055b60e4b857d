/** What a starter that was killed left behind: found again by pid and start time, and stopped. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Reporter } from '../terminal/output.ts'
import { Compose } from './docker.ts'
import type { DataFolder } from './paths.ts'
import { isAlive, type ProcessIdentity, signalGroup } from './process-table.ts'
import { type ProcessRow, type RunFile, readRunFile, removeRunFile } from './run-file.ts'

const STANDARD_GRACE_MS = 15_000

/** The processes of an old run that still run; never one that only has the same pid. */
export function leftoversOf(run: RunFile, alive: (identity: ProcessIdentity) => boolean = isAlive): ProcessRow[] {
  return run.processes.filter(({ pid, startedAt }) => pid !== undefined && startedAt && alive({ pid, startedAt }))
}

/** Stops them in the order of an orderly stop, each with its group: TERM, then KILL. */
export async function stopLeftovers(rows: ProcessRow[], graceMs = STANDARD_GRACE_MS): Promise<void> {
  for (const row of rows.toReversed()) await stopGroup({ pid: row.pid!, startedAt: row.startedAt! }, graceMs)
}

async function stopGroup(identity: ProcessIdentity, graceMs: number): Promise<void> {
  signalGroup(identity.pid, 'SIGTERM')
  // A paused process receives the signal only after SIGCONT.
  signalGroup(identity.pid, 'SIGCONT')
  const end = performance.now() + graceMs
  while (isAlive(identity) && performance.now() < end) await sleep(50)
  signalGroup(identity.pid, 'SIGKILL')
  while (isAlive(identity)) await sleep(20)
}

/** Stops what the last starter of a data folder left behind. The caller knows that this starter is gone. */
export async function clearLeftovers(folder: DataFolder, reporter: Reporter): Promise<void> {
  const old = readRunFile(folder.runFile)
  if (!old) return
  const rows = leftoversOf(old)
  if (rows.length > 0)
    await reporter.step('leftovers', async detail => {
      detail(`stopped ${rows.map(row => `${row.name} (pid ${row.pid})`).join(', ')} of a starter that was killed`)
      await stopLeftovers(rows)
    })
  if (old.mode === 'docker') await takeDownContainers(new Compose(folder), old.processes)
  removeRunFile(folder.runFile)
}

async function takeDownContainers(compose: Compose, rows: ProcessRow[]): Promise<void> {
  const paused = rows.filter(({ state }) => state === 'paused').map(({ name }) => name)
  // It may have been resumed or removed since.
  if (paused.length > 0) await compose.run(['unpause', ...paused]).catch(() => {})
  await compose.run(['down'])
}
