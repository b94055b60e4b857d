/** Runs the service's functions through serverless-offline, each behind its shim. */
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

export class Functions {
  readonly #serverless: OfflineService
  readonly #lambda: Lambda
  readonly #options: Record<string, unknown>
  readonly #log: Log
  readonly #shims = new Map<string, Shim>()
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
        this.#addShim(functionKey)
        await withDeadline(this.run(functionKey), LOAD_MS_MAX)
      } catch (error) {
        problems.push(`function ${functionKey} cannot be run: ${messageOf(error)}`)
      }
    return problems
  }

  #addShim(functionKey: string): void {
    const { service, config } = this.#serverless
    const shim = shimOf(service.getFunction(functionKey), {
      codeFolder: codeFolderOf(config.servicePath, this.#options.location),
      runtime: service.provider.runtime,
      artifact: service.package?.artifact,
      useDocker: Boolean(this.#options.useDocker),
    })
    this.#shims.set(functionKey, shim)
    this.#lambda.create([{ functionKey, functionDefinition: shim.definition }])
  }

  /** Without an event the function is only loaded. Rejects with what it throws. */
  async run(functionKey: string, event?: LambdaKafkaEvent): Promise<unknown> {
    const shim = this.#shims.get(functionKey)!
    const threadOver = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
    const instance = this.#lambda.get(functionKey)
    instance.setEvent(shim.eventOf(event, threadOver))
    const { answer, warnings } = shim.replyOf(await endOf(instance, new Int32Array(threadOver)))
    for (const warning of warnings) this.#warnOnce(functionKey, warning)
    return answer
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

/** serverless-offline waits for ever for a thread that has ended, and would use one again that is of no more use. */
async function endOf(instance: LambdaFunction, threadOver: Int32Array<SharedArrayBuffer>): Promise<unknown> {
  const over = Atomics.waitAsync(threadOver, 0, 0)
  const gone = Promise.resolve(over.value).then(() => {
    throw new Error('it ended its worker thread, as with process.exit()')
  })
  try {
    return await Promise.race([instance.runHandler(), gone])
  } finally {
    if (Atomics.load(threadOver, 0) === 1) await instance.cleanup()
    // Lets go of the wait.
    Atomics.notify(threadOver, 0)
  }
}

async function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`it did not load within ${deadlineMs / 1000} s`)), deadlineMs)
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
