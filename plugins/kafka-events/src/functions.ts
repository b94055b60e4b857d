/** Runs the service's functions through serverless-offline, each behind its shim. */
import { setTimeout as sleep } from 'node:timers/promises'
import Lambda, { type LambdaFunction } from 'serverless-offline/lambda'
import { messageOf } from './errors.ts'
import type { LambdaKafkaEvent } from './lambda-event.ts'
import type { Log } from './log.ts'
import { codeFolderOf, type FunctionDefinition, type Shim, shimOf } from './shims.ts'

export interface OfflineService {
  config: { servicePath: string }
  service: {
    getFunction(functionKey: string): FunctionDefinition
    provider: { runtime?: string }
    package?: { artifact?: string }
  }
}

/** A module that takes longer is taken for one that never loads. Lambda gives it 10 s. */
const LOAD_MS_MAX = 60_000

const PROCESS_LOOK_MS = 500
/** serverless-offline's. */
const RUNTIME_DEFAULT = 'nodejs20.x'

export class Functions {
  readonly #serverless: OfflineService
  readonly #lambda: Lambda
  readonly #options: Record<string, unknown>
  readonly #log: Log
  readonly #shims = new Map<string, Shim>()
  /** Of instances that have a process of their own. */
  readonly #pids = new WeakMap<LambdaFunction, number>()
  readonly #said = new Set<string>()

  /** `options` are serverless-offline's. */
  constructor(serverless: OfflineService, options: Record<string, unknown>, log: Log) {
    this.#serverless = serverless
    this.#options = options
    this.#log = log
    this.#lambda = new Lambda(serverless, options)
  }

  /** Loads them, one after the other: their modules read an environment that they share. Gives what is wrong, by function. */
  async load(functionKeys: readonly string[]): Promise<string[]> {
    const problems: string[] = []
    for (const functionKey of functionKeys)
      try {
        await this.#addShim(functionKey)
        await withDeadline(this.run(functionKey), LOAD_MS_MAX)
      } catch (error) {
        problems.push(`function ${functionKey} cannot be run (${this.#runtimeOf(functionKey)}): ${messageOf(error)}`)
      }
    return problems
  }

  #runtimeOf(functionKey: string): string {
    const { service } = this.#serverless
    return service.getFunction(functionKey).runtime ?? service.provider.runtime ?? RUNTIME_DEFAULT
  }

  async #addShim(functionKey: string): Promise<void> {
    const { service, config } = this.#serverless
    const shim = shimOf(service.getFunction(functionKey), {
      codeFolder: codeFolderOf(config.servicePath, this.#options.location),
      runtime: this.#runtimeOf(functionKey),
      artifact: service.package?.artifact,
      useDocker: Boolean(this.#options.useDocker),
    })
    await shim.check?.()
    this.#shims.set(functionKey, shim)
    this.#lambda.create([{ functionKey, functionDefinition: shim.definition }])
  }

  /** Without an event the function is only loaded. Rejects with what it throws. */
  async run(functionKey: string, event?: LambdaKafkaEvent): Promise<unknown> {
    const shim = this.#shims.get(functionKey)!
    const instance = this.#lambda.get(functionKey)
    const pid = this.#pids.get(instance)
    if (event && shim.hasOwnProcess && !isAlive(pid)) {
      await this.#beginProcess(functionKey, instance)
      return this.run(functionKey, event)
    }
    const threadOver = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
    instance.setEvent(shim.eventOf(event, threadOver))
    const reply = shim.replyOf(await endOf(instance, new Int32Array(threadOver), pid))
    if (reply.pid !== undefined) this.#pids.set(instance, reply.pid)
    for (const warning of reply.warnings) this.#warnOnce(functionKey, warning)
    return reply.answer
  }

  /** An instance whose process is not known, or has ended: writing to that one would end the service. */
  async #beginProcess(functionKey: string, instance: LambdaFunction): Promise<void> {
    if (this.#pids.delete(instance)) await instance.cleanup()
    await this.run(functionKey)
  }

  cleanup(): Promise<void> {
    return this.#lambda.cleanup()
  }

  #warnOnce(functionKey: string, warning: string): void {
    const line = `function ${functionKey}: ${warning}`
    if (this.#said.has(line)) return
    this.#said.add(line)
    this.#log.warning(line, { event: 'handler', functionKey })
  }
}

/** serverless-offline waits for ever for a thread or process that has ended, and would use it again. */
async function endOf(
  instance: LambdaFunction,
  threadOver: Int32Array<SharedArrayBuffer>,
  pid: number | undefined,
): Promise<unknown> {
  const ended = new AbortController()
  try {
    return await Promise.race([instance.runHandler(), endOfThread(threadOver), endOfProcess(pid, ended.signal)])
  } finally {
    ended.abort()
    if (Atomics.load(threadOver, 0) === 1) await instance.cleanup()
    // Lets go of the wait.
    Atomics.notify(threadOver, 0)
  }
}

async function endOfThread(threadOver: Int32Array<SharedArrayBuffer>): Promise<never> {
  await Atomics.waitAsync(threadOver, 0, 0).value
  throw new Error('it ended its worker thread, as with process.exit()')
}

async function endOfProcess(pid: number | undefined, ended: AbortSignal): Promise<never> {
  while (isAlive(pid) && !ended.aborted) await sleep(PROCESS_LOOK_MS, undefined, { signal: ended, ref: false })
  if (pid === undefined) return new Promise(() => {})
  throw new Error('its process has ended')
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}

async function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`it did not load within ${deadlineMs / 1000} s`)), deadlineMs)
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
