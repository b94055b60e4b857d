/**
 * A bare Debian in a folder, as a small machine: its own process table and mounts, everybody's network.
 * Its mounts exist for its own processes only, and end with them: nobody outside can delete through one.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../../shared/runtime/until.ts'
import { commandOf, identityOf, isAlive, type ProcessIdentity, parentOf } from '../../local/process-table.ts'
import { runTool } from '../../local/run-tool.ts'
import { StepFailure } from '../../terminal/output.ts'

/** Stays as the first process and takes in orphans. */
const FIRST_PROCESS = 'echo up; while :; do sleep 3600 & wait $!; done'

const STANDARD_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const START_DEADLINE_MS = 10_000
const END_DEADLINE_MS = 15_000

export interface InsideRun {
  log: string
  cwd?: string
  env?: Record<string, string>
  signal?: AbortSignal
}

export interface InsideProgram {
  /** As this machine numbers it. */
  pid: number
  /** Its exit code, when it has one. */
  ended: Promise<number | null>
  alive(): boolean
}

export class BareMachine {
  readonly root: string
  /** The PATH inside. */
  readonly path = STANDARD_PATH
  readonly #env: Record<string, string>
  readonly #holder: ChildProcess
  readonly #first: number

  private constructor(root: string, env: Record<string, string>, holder: ChildProcess, first: number) {
    this.root = root
    this.#env = env
    this.#holder = holder
    this.#first = first
  }

  /** Rejects with a StepFailure where we may not make namespaces. Ends with this process, even by SIGKILL. */
  static async start(root: string, env: Record<string, string>): Promise<BareMachine> {
    const namespaces = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
    const args = ['--pdeathsig', 'KILL', ...namespaces, 'sh', '-c', FIRST_PROCESS]
    const holder = spawn('setpriv', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let output = ''
    for (const stream of [holder.stdout, holder.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
    const ended = once(holder, 'exit')
    const up = await until(() => holder.exitCode !== null || output === 'up\n', {
      what: 'the first process of the bare machine',
      deadlineMs: START_DEADLINE_MS,
    }).catch(() => false)
    const first = holder.pid && output === 'up\n' ? childrenOf(holder.pid)[0] : undefined
    if (!up || first === undefined) {
      holder.kill('SIGKILL')
      await ended
      throw new StepFailure(`no bare machine could be made: ${output.trim() || 'unshare did not answer'}`, {
        fix: 'root may make mount and process namespaces on a usual machine; a container needs CAP_SYS_ADMIN for it',
      })
    }
    return new BareMachine(root, { HOME: '/root', PATH: STANDARD_PATH, ...env }, holder, first)
  }

  /** Runs a program of this machine in there, with this machine's files: what it mounts, nobody else sees. */
  runBeside(command: string[], { log, signal, fix }: Omit<InsideRun, 'cwd' | 'env'> & { fix?: string }): Promise<void> {
    return runTool('nsenter', [...this.#entering, ...command], { log, signal, fix })
  }

  /** What a booted Debian has mounted. Once the folder holds one. */
  async mount(log: string): Promise<void> {
    await this.runBeside(['mount', '-t', 'proc', 'proc', join(this.root, 'proc')], { log })
    await this.runBeside(['mount', '-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', join(this.root, 'dev/shm')], { log })
  }

  /** Runs a program inside to its end. Rejects with a StepFailure that carries the log's tail. */
  run(command: string[], { log, cwd, env, signal }: InsideRun): Promise<void> {
    return runTool('nsenter', this.#inside(command, cwd, env), { log, signal })
  }

  /** Starts a program inside that goes on. */
  async startProgram(command: string[], { log, cwd, env }: InsideRun): Promise<InsideProgram> {
    const output = openSync(log, 'a')
    const child = spawn('nsenter', this.#inside(command, cwd, env), {
      stdio: ['ignore', output, output],
      detached: true,
    })
    closeSync(output)
    const ended = once(child, 'exit').then(([code]) => code as number | null)
    const pid = await until(() => child.exitCode !== null || childrenOf(child.pid!)[0], { what: command.join(' ') })
    return { pid: Number(pid), ended, alive: () => child.exitCode === null && child.signalCode === null }
  }

  get #entering(): string[] {
    return ['--target', String(this.#first), '--mount', '--pid', '--']
  }

  #inside(command: string[], cwd = '/root', env: Record<string, string> = {}): string[] {
    const variables = Object.entries({ ...this.#env, ...env }).map(([name, value]) => `${name}=${value}`)
    return [...this.#entering, 'chroot', this.root, 'env', '-i', '-C', cwd, ...variables, ...command]
  }

  /** What runs inside beside its first process, as `pid command`. */
  processes(): string[] {
    const own = namespaceOf(this.#first)
    return processIds()
      .filter(pid => pid !== this.#first && own !== undefined && namespaceOf(pid) === own)
      .map(pid => ({ pid, parent: parentOf(pid), command: commandOf(pid) }))
      .filter(({ parent, command }) => command && !(parent === this.#first && command === 'sleep 3600'))
      .map(({ pid, command }) => `${pid} ${command!.slice(0, 120)}`)
  }

  /**
   * Ends it with everything that runs inside, and its mounts; the folder stays. The kernel lets the first process end
   * when all others have: afterwards nothing writes into the folder any more.
   */
  async end(): Promise<void> {
    const holder: ProcessIdentity = identityOf(this.#holder.pid!)
    try {
      process.kill(this.#first, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
    await until(() => !isAlive(holder), { what: 'the end of the bare machine', deadlineMs: END_DEADLINE_MS })
  }
}

function processIds(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
}

const childrenOf = (pid: number) => processIds().filter(one => parentOf(one) === pid)

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(join('/proc', String(pid), 'ns/pid'))
  } catch {
    return undefined
  }
}
