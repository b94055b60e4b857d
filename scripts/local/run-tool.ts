/** Runs a program to its end with its output in a log file: apt-get, mvn, mariadb-install-db, docker. */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { CalledOff, StepFailure } from '../terminal/output.ts'
import { tailOf } from './log-file.ts'
import { signalGroup } from './process-table.ts'

export interface ToolRun {
  log: string
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** Ends the program early; apt-get has none, since a half-installed package is worse than a wait. */
  signal?: AbortSignal
  fix?: string
}

/** How long an aborted program may take to end. */
const GRACE_MS = 15_000

/**
 * Rejects with a StepFailure that carries the log's tail when the program cannot be run or does not exit with 0,
 * and with CalledOff when it was aborted. It rejects only after the program has ended, so that nothing writes any more.
 */
export async function runTool(command: string, args: string[], run: ToolRun): Promise<void> {
  if (run.signal?.aborted) throw new CalledOff(`${command} was called off`)
  mkdirSync(dirname(run.log), { recursive: true })
  const log = openSync(run.log, 'a')
  const child = spawn(command, args, {
    cwd: run.cwd,
    env: run.env ?? process.env,
    stdio: ['ignore', log, log],
    signal: run.signal,
    detached: true,
  })
  closeSync(log)
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) =>
      reject(
        new StepFailure(`${command} ${why}`, { fix: run.fix, log: { path: run.log, tail: tailOf(run.log) }, cause }),
      )
    let late: NodeJS.Timeout | undefined
    child.once('error', error => {
      if (child.pid === undefined) fail(`could not be run: ${error.message}`, error)
      else late = setTimeout(() => signalGroup(child.pid!, 'SIGKILL'), GRACE_MS)
    })
    child.once('exit', (code, signal) => {
      clearTimeout(late)
      if (run.signal?.aborted) reject(new CalledOff(`${command} was called off`))
      else if (code === 0) resolve()
      else fail(signal ? `was ended by ${signal}` : `exited with code ${code}`)
    })
  })
}
