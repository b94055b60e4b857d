/** The process that carries out a run of `npm run verify` which the console has asked for. There is none while nobody asks. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import { join } from 'node:path'
import { type DataFolder, projectRoot } from './paths.ts'
import { signalGroup } from './process-table.ts'

/** It reads only: nothing is lost when it is killed. */
const STOP_DEADLINE_MS = 3_000
const harmless = ['ExperimentalWarning', 'TimeoutNegativeWarning'].map(name => `--disable-warning=${name}`)
const PROGRAM = join(projectRoot, 'scripts/verify.ts')

export class VerifyProcess {
  readonly #folder: Pick<DataFolder, 'logs' | 'runFile'>
  readonly #program: string
  readonly #stopDeadlineMs: number
  #child: ChildProcess | undefined
  #runId: string | undefined
  #exited: Promise<void> = Promise.resolve()

  constructor(folder: Pick<DataFolder, 'logs' | 'runFile'>, program = PROGRAM, stopDeadlineMs = STOP_DEADLINE_MS) {
    this.#folder = folder
    this.#program = program
    this.#stopDeadlineMs = stopDeadlineMs
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /**
   * Resolves when it runs, rejects when it cannot be run. One of an earlier run is ended: whoever asks for another has seen that the earlier
   * one was given up.
   */
  async start(runId: string, env: NodeJS.ProcessEnv): Promise<void> {
    if (this.#child !== undefined && this.#runId === runId) return
    if (this.#child !== undefined) await this.stop()
    this.#runId = runId
    const log = openSync(join(this.#folder.logs, 'verify.log'), 'a')
    const args = [...harmless, '--', this.#program, '--run-file', this.#folder.runFile, '--save', runId]
    const child = spawn(process.execPath, args, { cwd: projectRoot, env, stdio: ['ignore', log, log], detached: true })
    closeSync(log)
    this.#child = child
    this.#exited = new Promise(resolve => {
      const over = () => {
        if (this.#child === child) this.#child = undefined
        resolve()
      }
      child.once('error', over)
      child.once('exit', over)
    })
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    yieldToOthers(child.pid!)
  }

  async stop(): Promise<void> {
    const pid = this.#child?.pid
    if (pid === undefined) return
    signalGroup(pid, 'SIGTERM')
    const late = setTimeout(() => signalGroup(pid, 'SIGKILL'), this.#stopDeadlineMs)
    await this.#exited
    clearTimeout(late)
  }
}

/** Payments go first. A system that does not allow it verifies all the same. */
function yieldToOthers(pid: number): void {
  try {
    if (getPriority(pid) < constants.priority.PRIORITY_BELOW_NORMAL)
      setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It has ended already, or may not be changed.
  }
}
