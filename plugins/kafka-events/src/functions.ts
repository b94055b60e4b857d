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

/** What a function runs in: a thread, a process, or nothing of its own. It takes one event at a time. */
interface Instance {
  functionKey: string
  shim: Shim
  lambdaFunction: LambdaFunction
  /** Becomes 1 when its thread is of no more use. */
  threadOver: Int32Array<SharedArrayBuffer>
  /** Of its process, when it has one of its own and has answered. */
  pid?: number
}

export class Functions {
  readonly #serverless: OfflineService
  readonly #options: Record<string, unknown>
  readonly #log: Log
  readonly #shims = new Map<string, Shim>()
  readonly #instances = new Set<Instance>()
  readonly #idle: Instance[] = []
  readonly #said = new Set<string>()
  readonly #loadMsMax: number

  /** `options` are serverless-offline's. */
  constructor(serverless: OfflineService, options: Record<string, unknown>, log: Log, loadMsMax = LOAD_MS_MAX) {
    this.#serverless = serverless
    this.#options = options
    this.#log = log
    this.#loadMsMax = loadMsMax
  }

  /** Loads them, one after the other: their modules read an environment that they share. Gives what is wrong, by function. */
  async load(functionKeys: readonly string[]): Promise<string[]> {
    const problems: string[] = []
    for (const functionKey of functionKeys)
      try {
        await this.#addShim(functionKey)
        await this.#putBack(await this.#begin(functionKey))
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
  }

  /** Rejects with what the function throws. */
  async run(functionKey: string, event: LambdaKafkaEvent): Promise<unknown> {
    const instance = (await this.#takeIdle(functionKey)) ?? (await this.#begin(functionKey))
    try {
      return await this.#runIn(instance, event)
    } finally {
      await this.#putBack(instance)
    }
  }

  async #takeIdle(functionKey: string): Promise<Instance | undefined> {
    for (;;) {
      const index = this.#idle.findIndex(instance => instance.functionKey === functionKey)
      const [instance] = index < 0 ? [] : this.#idle.splice(index, 1)
      if (!instance || !isOver(instance)) return instance
      await this.#discard(instance)
    }
  }

  /** A new one, with the function loaded. It is no part of serverless-offline's pool, which uses one again whose thread has ended. */
  async #begin(functionKey: string): Promise<Instance> {
    const shim = this.#shims.get(functionKey)!
    const lambda = new Lambda(this.#serverless, this.#options)
    lambda.create([{ functionKey, functionDefinition: shim.definition }])
    const threadOver = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const instance: Instance = { functionKey, shim, lambdaFunction: lambda.get(functionKey), threadOver }
    this.#instances.add(instance)
    try {
      await withDeadline(this.#runIn(instance), this.#loadMsMax)
    } catch (error) {
      await this.#discard(instance)
      throw error
    }
    return instance
  }

  /** Without an event the function is only loaded. */
  async #runIn(instance: Instance, event?: LambdaKafkaEvent): Promise<unknown> {
    const { functionKey, shim, lambdaFunction, threadOver } = instance
    lambdaFunction.setEvent(shim.eventOf(event, threadOver.buffer))
    const reply = shim.replyOf(await endOf(instance))
    instance.pid = reply.pid
    for (const warning of reply.warnings) this.#warnOnce(functionKey, warning)
    return reply.answer
  }

  /** To be used again, unless its thread or process is over: writing to a process that has ended would end the service. */
  async #putBack(instance: Instance): Promise<void> {
    if (isOver(instance) || this.#options.reloadHandler) await this.#discard(instance)
    else this.#idle.push(instance)
  }

  async #discard(instance: Instance): Promise<void> {
    this.#instances.delete(instance)
    if (instance.pid !== undefined) endProcess(instance.pid)
    await instance.lambdaFunction.cleanup()
  }

  async cleanup(): Promise<void> {
    await Promise.all([...this.#instances].map(instance => this.#discard(instance)))
  }

  #warnOnce(functionKey: string, warning: string): void {
    const line = `function ${functionKey}: ${warning}`
    if (this.#said.has(line)) return
    this.#said.add(line)
    this.#log.warning(line, { event: 'handler', functionKey })
  }
}

const isOver = ({ threadOver, pid }: Instance): boolean =>
  Atomics.load(threadOver, 0) === 1 || (pid !== undefined && !isAlive(pid))

/** serverless-offline waits for ever for a thread or process that has ended. */
async function endOf({ lambdaFunction, threadOver, pid }: Instance): Promise<unknown> {
  const ended = new AbortController()
  try {
    return await Promise.race([lambdaFunction.runHandler(), endOfThread(threadOver), endOfProcess(pid, ended.signal)])
  } finally {
    ended.abort()
    // Lets go of the wait.
    Atomics.notify(threadOver, 0)
  }
}

async function endOfThread(threadOver: Int32Array<SharedArrayBuffer>): Promise<never> {
  await Atomics.waitAsync(threadOver, 0, 0).value
  throw new Error('it ended its worker thread, as with process.exit()')
}

async function endOfProcess(pid: number | undefined, ended: AbortSignal): Promise<never> {
  if (pid === undefined) return new Promise(() => {})
  while (isAlive(pid) && !ended.aborted) await sleep(PROCESS_LOOK_MS, undefined, { signal: ended, ref: false })
  throw new Error('its process has ended')
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** serverless-offline ends the shell that has begun it, and nothing more: the handler would run on beside its own next attempt. */
function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

async function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`it did not load within ${deadlineMs / 1000} s`)), deadlineMs)
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
