/** One execution environment: a process with a Runtime API of its own, killed at its time-out and frozen between invocations. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type PostedAnswer, RuntimeApi } from './runtime-api.ts'

export interface FunctionSettings {
  name: string
  /** `functions/api/authorize.handler` */
  handler: string
  timeoutMs: number
  memoryMb: number
  /** What the function's configuration gives it, and nothing else. */
  environment: Record<string, string>
}

export interface EnvironmentOptions {
  settings: FunctionSettings
  /** The unpacked code, the only folder that the process may read. */
  taskRoot: string
  /** What it may write: Lambda's /tmp. */
  scratch: string
  logFile: string
  /** Lambda stops the process after an answer; what it left undone goes on with the next invocation. */
  freezes: boolean
}

/** What the Invoke API gives back. */
export interface Invocation {
  requestId: string
  /** JSON. */
  payload: string
  /** Set when the payload tells of an error, as in the header X-Amz-Function-Error. */
  functionError?: 'Unhandled'
  /** From the start of the process until the code was loaded; only for the first invocation of an environment. */
  initMs?: number
  durationMs: number
}

type End = { kind: 'ready' } | PostedAnswer | { kind: 'timeout' } | { kind: 'exit'; how: string }

/** Lambda's limit for loading the code; it is not part of the function's time-out. */
const INIT_TIMEOUT_MS = 10_000
const RUNTIME = fileURLToPath(new URL('./managed-runtime.mjs', import.meta.url))
const REGION = 'ap-northeast-2'
const ACCOUNT = '123456789012'

export class ExecutionEnvironment {
  readonly #options: EnvironmentOptions
  readonly #api: RuntimeApi
  readonly #child: ChildProcess
  readonly #executioner: ChildProcess
  readonly #exited: Promise<End>
  readonly #startedMs = performance.now()
  /** What the runtime does next: it loads the code, it answers. */
  #step = Promise.withResolvers<End>()
  #waits = Promise.withResolvers<End>()
  #initMs: number | undefined
  #busy = false
  #frozen = false
  #alive = true

  private constructor(options: EnvironmentOptions, api: RuntimeApi, child: ChildProcess) {
    this.#options = options
    this.#api = api
    this.#child = child
    this.#executioner = killWhenWeAreGone(this.pid)
    this.#exited = new Promise(resolve => {
      child.once('exit', (code, signal) => {
        this.#alive = false
        resolve({ kind: 'exit', how: exitText(code, signal) })
      })
    })
  }

  /** Starts the process; the code is loaded meanwhile. */
  static async start(options: EnvironmentOptions): Promise<ExecutionEnvironment> {
    // The process asks for nothing before the constructor has run: it has yet to start.
    let listener: ExecutionEnvironment
    const api = await RuntimeApi.listen({
      ready: () => listener.onReady(),
      initFailed: payload => listener.onStep({ kind: 'error', payload }),
      answered: answer => listener.onStep(answer),
    })
    listener = new ExecutionEnvironment(options, api, launch(options, api.address))
    return listener
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  get alive(): boolean {
    return this.#alive
  }

  /** Whether it may take an invocation. */
  get idle(): boolean {
    return this.#alive && !this.#busy
  }

  get frozen(): boolean {
    return this.#frozen
  }

  /**
   * Throws when an invocation is under way. Resolves when the answer is there and the runtime waits again, frozen if it freezes.
   * After a time-out, a crash or a failed start this environment is dead.
   */
  async invoke(payload: string): Promise<Invocation> {
    if (!this.idle) throw new Error(`${this.#options.settings.name} takes one invocation at a time`)
    this.#busy = true
    const requestId = randomUUID()
    const cold = this.#initMs === undefined
    const init = await this.#within(INIT_TIMEOUT_MS, this.#waits.promise, this.#step.promise)
    if (init.kind !== 'ready') return this.#failed(requestId, init, this.#startedMs)
    const startedMs = performance.now()
    const deadlineMs = Date.now() + this.#options.settings.timeoutMs
    this.#hand(requestId, payload, deadlineMs)
    const end = await this.#within(this.#options.settings.timeoutMs, this.#step.promise)
    if (end.kind !== 'response' && end.kind !== 'error') return this.#failed(requestId, end, startedMs)
    const durationMs = performance.now() - startedMs
    await this.#settle(deadlineMs)
    const functionError = end.kind === 'error' ? { functionError: 'Unhandled' as const } : {}
    return { requestId, payload: end.payload, ...functionError, ...(cold && { initMs: this.#initMs }), durationMs }
  }

  /** Stops the process in the middle of its work, as a host that has no time for it; the deadline stays. */
  stall(): void {
    this.#child.kill('SIGSTOP')
  }

  async stop(): Promise<void> {
    if (this.#alive) this.#child.kill('SIGKILL')
    await this.#exited
    this.#executioner.kill('SIGKILL')
    await this.#api.close()
  }

  /** The runtime asks for the next invocation. */
  onReady(): void {
    this.#initMs ??= performance.now() - this.#startedMs
    this.#waits.resolve({ kind: 'ready' })
  }

  onStep(end: PostedAnswer): void {
    this.#step.resolve(end)
  }

  #hand(requestId: string, payload: string, deadlineMs: number): void {
    const { settings } = this.#options
    this.#step = Promise.withResolvers()
    this.#waits = Promise.withResolvers()
    if (this.#frozen) this.#child.kill('SIGCONT')
    this.#frozen = false
    this.#api.hand({
      requestId,
      payload,
      deadlineMs,
      functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${settings.name}`,
      traceId: `Root=1-${Math.floor(Date.now() / 1_000).toString(16)}-${hex(12)};Parent=${hex(8)};Sampled=0`,
    })
  }

  /** The invocation is over when the runtime waits for the next one. */
  async #settle(deadlineMs: number): Promise<void> {
    const end = await this.#within(deadlineMs - Date.now(), this.#waits.promise)
    if (end.kind !== 'ready') return this.stop()
    if (this.#options.freezes) this.#child.kill('SIGSTOP')
    this.#frozen = this.#options.freezes
    this.#busy = false
  }

  async #within(timeoutMs: number, ...ends: Promise<End>[]): Promise<End> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<End>(resolve => {
      timer = setTimeout(() => resolve({ kind: 'timeout' }), timeoutMs)
    })
    try {
      return await Promise.race([...ends, this.#exited, late])
    } finally {
      clearTimeout(timer)
    }
  }

  async #failed(requestId: string, end: End, startedMs: number): Promise<Invocation> {
    await this.stop()
    const durationMs = performance.now() - startedMs
    const payload = 'payload' in end ? end.payload : this.#platformError(requestId, end)
    return { requestId, payload, functionError: 'Unhandled', durationMs }
  }

  #platformError(requestId: string, end: End): string {
    const seconds = (this.#options.settings.timeoutMs / 1_000).toFixed(2)
    const [errorType, text] =
      end.kind === 'exit'
        ? ['Runtime.ExitError', end.how]
        : ['Sandbox.Timedout', `Task timed out after ${seconds} seconds`]
    return JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${text}` })
  }
}

function exitText(code: number | null, signal: NodeJS.Signals | null): string {
  if (code === 0) return 'Runtime exited without providing a reason'
  return `Runtime exited with error: ${signal === null ? `exit status ${code}` : `signal: ${signal}`}`
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex')

/** A frozen process cannot notice that the test run has ended, whatever ended it: this one does, when its input closes. */
const killWhenWeAreGone = (pid: number): ChildProcess =>
  spawn('/bin/sh', ['-c', 'read _; kill -9 "$0"', String(pid)], { stdio: ['pipe', 'ignore', 'ignore'] })

function launch(options: EnvironmentOptions, runtimeApi: string): ChildProcess {
  const { taskRoot, scratch, logFile, settings } = options
  const log = openSync(logFile, 'a')
  // Code that is not in the zip must not be found, and Lambda's disk is read-only but for /tmp.
  const confined = [
    '--permission',
    `--allow-fs-read=${taskRoot}`,
    `--allow-fs-read=${scratch}`,
    `--allow-fs-read=${RUNTIME}`,
    `--allow-fs-write=${scratch}`,
  ]
  // A tenth for the young generation, the rest of the memory for the old one.
  const heap = [`--max-old-space-size=${Math.floor(settings.memoryMb * 0.9)}`]
  const child = spawn(process.execPath, [...heap, ...confined, RUNTIME], {
    cwd: taskRoot,
    env: { ...settings.environment, ...reservedVariables(options, runtimeApi) },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  return child
}

/** Those that Lambda sets itself. No credentials: nothing of ours calls AWS. */
function reservedVariables({ settings, taskRoot, scratch }: EnvironmentOptions, runtimeApi: string) {
  return {
    _HANDLER: settings.handler,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: settings.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${settings.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `[$LATEST]${hex(16)}`,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_REGION: REGION,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: taskRoot,
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TMPDIR: scratch,
    TZ: ':UTC',
  }
}
