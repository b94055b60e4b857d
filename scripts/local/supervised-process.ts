/** One child in its own process group: started, watched, restarted when it dies, held down or paused when asked. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CalledOff, formatDuration, StepFailure } from '../terminal/output.ts'
import { tailOf } from './log-file.ts'
import { projectRoot } from './paths.ts'
import { signalGroup, startedAt } from './process-table.ts'
import type { ProcessName, ProcessRow, ProcessState } from './run-file.ts'

/** What the system can do with a part of itself, whether it is a child, a container or somebody else's. */
export interface SystemPart {
  readonly name: ProcessName
  row(): ProcessRow
  /** Resolves when it is ready. */
  start(): Promise<void>
  /** Ends it in an orderly way and holds it down until `start`. */
  stop(): Promise<void>
  /** SIGKILL; it comes back by itself. */
  kill(): Promise<void>
  /** SIGSTOP: it keeps its connections and does not run, like a machine that swaps or is suspended. Throws unless it is ready. */
  pause(): Promise<void>
  /** SIGCONT. Throws unless it is paused. */
  resume(): Promise<void>
  /** SIGKILL for good: for the second Ctrl-C. */
  killNow(): Promise<void>
}

export interface ChildSpec {
  name: ProcessName
  command: string
  args: string[]
  argv0?: string
  cwd?: string
  env: NodeJS.ProcessEnv
  port: number
  log: string
  /** Resolves when the child answers, throws while it does not. */
  probe: (signal: AbortSignal) => Promise<void>
  readyDeadlineMs: number
  stopDeadlineMs: number
  /** Whether the disk that it writes to has room. A restart waits until it has. */
  hasRoom?: () => boolean
  /** What a person can do, derived from the last lines of the log. */
  fixFor?: (tail: string[]) => string | undefined
}

export interface PartEvents {
  changed(): void
  say(text: string): void
}

const FIRST_BACKOFF_MS = 250
const LONGEST_BACKOFF_MS = 10_000
/** A child that was ready for so long starts again with the shortest back-off. */
const STEADY_MS = 10_000
const PROBE_INTERVAL_MS = 50
const ROOM_INTERVAL_MS = 500

export class SupervisedProcess implements SystemPart {
  readonly name: ProcessName
  readonly #spec: ChildSpec
  readonly #events: PartEvents
  #child?: ChildProcess
  #startedAt?: string
  #exited: Promise<void> = Promise.resolve()
  #state: ProcessState = 'stopped'
  #wasReady = false
  #spawnError?: string
  #restarts = 0
  #backoffMs = FIRST_BACKOFF_MS
  /** Aborted when the child is no longer wanted: ends probes and back-offs. */
  #wanted = new AbortController()
  #settled: Promise<void> = Promise.resolve()

  constructor(spec: ChildSpec, events: PartEvents) {
    this.name = spec.name
    this.#spec = spec
    this.#events = events
    this.#wanted.abort()
  }

  row(): ProcessRow {
    const { name, port, log } = this.#spec
    const state = this.#state
    return { name, pid: this.#child?.pid, startedAt: this.#startedAt, port, log, state, restarts: this.#restarts }
  }

  /** Rejects with a StepFailure when the very first start fails; one that was ready once is tried again and again. */
  async start(): Promise<void> {
    if (this.#state === 'paused') return this.resume()
    if (!this.#wanted.signal.aborted) return this.#settled
    this.#wanted = new AbortController()
    const wanted = this.#wanted.signal
    this.#settled = this.#launch(wanted)
    if (this.#wasReady) this.#settled = this.#settled.catch(() => this.#bringBack(wanted))
    try {
      await this.#settled
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#wanted.abort()
    const child = this.#child
    if (child?.pid) {
      signalGroup(child.pid, 'SIGTERM')
      // A paused process, whoever paused it, receives the first signal only after SIGCONT.
      signalGroup(child.pid, 'SIGCONT')
      const giveUp = new AbortController()
      await Promise.race([
        this.#exited,
        sleep(this.#spec.stopDeadlineMs, undefined, { signal: giveUp.signal }).catch(() => {}),
      ])
      giveUp.abort()
      if (this.#child === child) signalGroup(child.pid, 'SIGKILL')
      await this.#exited
    }
    this.#change('stopped')
  }

  async kill(): Promise<void> {
    if (this.#child?.pid) signalGroup(this.#child.pid, 'SIGKILL')
    await this.#exited
  }

  async pause(): Promise<void> {
    this.#signalWhen('ready', 'SIGSTOP', 'paused')
  }

  async resume(): Promise<void> {
    this.#signalWhen('paused', 'SIGCONT', 'ready')
  }

  killNow(): Promise<void> {
    this.#wanted.abort()
    return this.kill()
  }

  #signalWhen(from: ProcessState, signal: NodeJS.Signals, to: ProcessState) {
    if (this.#state !== from || !this.#child?.pid) throw new Error(`${this.name} is ${this.#state}, not ${from}`)
    signalGroup(this.#child.pid, signal)
    this.#change(to)
  }

  #change(state: ProcessState) {
    this.#state = state
    this.#events.changed()
  }

  /** Starts a child and waits until it answers. Rejects when it dies first, is too late, or is no longer wanted. */
  async #launch(wanted: AbortSignal): Promise<void> {
    const startMs = performance.now()
    const child = this.#spawn(wanted)
    this.#change('starting')
    let last: unknown
    while (!wanted.aborted) {
      if (this.#child !== child) throw this.#startFailure(this.#howItEnded(child), startMs)
      try {
        await this.#spec.probe(wanted)
        if (this.#child !== child) continue
        this.#wasReady = true
        this.#change('ready')
        return
      } catch (error) {
        last = error
      }
      if (performance.now() - startMs > this.#spec.readyDeadlineMs)
        throw this.#startFailure(`did not answer: ${last instanceof Error ? last.message : last}`, startMs)
      await sleep(PROBE_INTERVAL_MS)
    }
    throw new CalledOff(`${this.name} was stopped while it started`)
  }

  #spawn(wanted: AbortSignal): ChildProcess {
    const { command, args, argv0, cwd, env, log } = this.#spec
    const file = openSync(log, 'a')
    const child = spawn(command, args, { argv0, cwd, env, stdio: ['ignore', file, file], detached: true })
    closeSync(file)
    this.#child = child
    this.#spawnError = undefined
    this.#startedAt = child.pid ? startedAt(child.pid) : undefined
    const startMs = performance.now()
    this.#exited = new Promise(resolve => {
      const over = () => {
        if (this.#child !== child) return
        // What the child started itself must not outlive it, nor hold its port.
        if (child.pid) signalGroup(child.pid, 'SIGKILL')
        this.#child = undefined
        this.#startedAt = undefined
        this.#onExit(child, wanted, performance.now() - startMs)
        resolve()
      }
      child.once('error', error => {
        this.#spawnError = error.message
        over()
      })
      child.once('exit', over)
    })
    return child
  }

  #onExit(child: ChildProcess, wanted: AbortSignal, livedMs: number) {
    if (wanted.aborted || this.#state === 'starting') return
    if (this.#state !== 'ready' && this.#state !== 'paused') return
    if (livedMs > STEADY_MS) this.#backoffMs = FIRST_BACKOFF_MS
    this.#events.say(`${this.name} ${this.#howItEnded(child)}: starting it again`)
    this.#change('restarting')
    this.#settled = this.#bringBack(wanted)
    this.#settled.catch(() => {})
  }

  async #bringBack(wanted: AbortSignal): Promise<void> {
    const downMs = performance.now()
    for (;;) {
      this.#change('restarting')
      await sleep(this.#backoffMs, undefined, { signal: wanted })
      await this.#waitForRoom(wanted)
      this.#backoffMs = Math.min(this.#backoffMs * 2, LONGEST_BACKOFF_MS)
      this.#restarts++
      try {
        await this.#launch(wanted)
        this.#events.say(
          `${this.name} is back after ${formatDuration(performance.now() - downMs)} (restart ${this.#restarts})`,
        )
        return
      } catch (error) {
        if (wanted.aborted) throw error
        if (this.#child?.pid) signalGroup(this.#child.pid, 'SIGKILL')
        await this.#exited
        this.#events.say(
          `${error instanceof Error ? error.message : error}: trying again in ${formatDuration(this.#backoffMs)}`,
        )
      }
    }
  }

  /** On a full disk it would end again, or hang until its deadline even when there is room before that. */
  async #waitForRoom(wanted: AbortSignal): Promise<void> {
    const { hasRoom = () => true } = this.#spec
    if (hasRoom()) return
    this.#events.say(`${this.name} waits for room: its disk is full`)
    while (!hasRoom()) await sleep(ROOM_INTERVAL_MS, undefined, { signal: wanted })
    this.#backoffMs = FIRST_BACKOFF_MS
  }

  #startFailure(why: string, startMs: number): StepFailure {
    const tail = tailOf(this.#spec.log)
    return new StepFailure(
      `${this.name} did not start: it ${why} (after ${formatDuration(performance.now() - startMs)})`,
      {
        fix:
          this.#spec.fixFor?.(tail) ??
          '`npm run doctor` looks at this machine; `npm run reset` starts over with empty data',
        log: { path: relative(projectRoot, this.#spec.log), tail },
      },
    )
  }

  #howItEnded(child: ChildProcess): string {
    if (child.signalCode) return `was ended by ${child.signalCode}`
    if (child.exitCode !== null && !this.#spawnError) return `exited with code ${child.exitCode}`
    return `could not be run: ${this.#spawnError}`
  }
}
