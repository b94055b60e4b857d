/** The system that the kill tool works on: the one that is named or running, else one of its own on free ports. */
import { type Control, connectControl } from '../../local/control.ts'
import { readRunFile, runFilePath } from '../../local/run-file.ts'
import { type FoundSystem, findSystem } from '../../operate/find-system.ts'
import type { Reporter } from '../../terminal/output.ts'
import { withOwnSystem } from '../own-system.ts'
import { leavingNonePaused } from './resume-paused.ts'

/**
 * Runs `work` on a system. One of our own is stopped afterwards; its data is removed when `isGood` says so, else kept.
 * A named one goes on with no service paused.
 * Throws when a named system does not run, and what `work` throws.
 */
export async function withSystem<T>(
  runFileOption: string | undefined,
  reporter: Reporter,
  work: (system: FoundSystem, control: Control, isOwn: boolean) => Promise<T>,
  isGood: (result: T) => boolean,
): Promise<T> {
  const named = runFileOption ?? process.env.PAY_RUN_FILE
  if (named === undefined && !(await isRunning(runFilePath())))
    return withOwnSystem(
      { data: `kill-${process.pid}` },
      reporter,
      (system, control) => work(system, control, true),
      isGood,
    )
  const runFile = named ?? runFilePath()
  const control = connectControl(runFile)
  const system = await findSystem(runFile, process.env)
  return leavingNonePaused(control, () => work(system, control, false))
}

/** A run file may be left over from a starter that was killed; then nobody answers. */
async function isRunning(runFile: string): Promise<boolean> {
  if (readRunFile(runFile) === undefined) return false
  return connectControl(runFile)
    .status()
    .then(
      () => true,
      () => false,
    )
}
