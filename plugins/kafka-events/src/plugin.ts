/** The Serverless plugin: starts the consumers beside serverless-offline's own servers, and stops them before it exits. */
import './node-version.ts'
import type { Server } from 'node:http'
import { Functions, type OfflineService } from './functions.ts'
import { type GroupStatus, GroupSupervisor } from './group-supervisor.ts'
import { createInvoke } from './invocation.ts'
import { createLog, type Log, type ServerlessLog } from './log.ts'
import {
  hasKafkaEvents,
  type MappingNaming,
  type PluginSettings,
  readSettings,
  type ServiceView,
  SettingsError,
} from './settings/read-settings.ts'
import type { KafkaSource } from './source.ts'
import { watchStalls } from './stalls.ts'
import { startStatusServer, urlOf } from './status-server.ts'

interface Serverless extends OfflineService {
  getProvider(name: 'aws'): { naming: MappingNaming; getStage(): string }
  service: ServiceView & OfflineService['service'] & { provider: { timeout?: number; region?: string } }
}

// serverless-offline's defaults, as far as running a function needs them: it does not export them.
const offlineDefaults = {
  dockerHost: 'localhost',
  dockerHostServicePath: null,
  dockerNetwork: null,
  dockerReadOnly: true,
  host: 'localhost',
  lambdaPort: 3002,
  layersDir: null,
  localEnvironment: false,
  localLayers: {},
  reloadHandler: false,
  useDocker: false,
  useInProcess: false,
}
const TIMEOUT_S_DEFAULT = 6
// A terminal and npm both pass a Ctrl-C on: only a later one is a second wish.
const SECOND_SIGNAL_AFTER_MS = 500

export default class KafkaEventsPlugin {
  readonly hooks: Record<string, () => void | Promise<void>>
  readonly #serverless: Serverless
  readonly #cliOptions: Record<string, unknown>
  readonly #serverlessLog: ServerlessLog
  #log: Log
  #settings: PluginSettings | undefined
  #functions: Functions | undefined
  #groups: GroupSupervisor[] = []
  #statusServer: Server | undefined

  constructor(serverless: Serverless, cliOptions: Record<string, unknown>, { log }: { log: ServerlessLog }) {
    this.#serverless = serverless
    this.#cliOptions = cliOptions
    this.#serverlessLog = log
    this.#log = createLog(log, 'text')
    this.hooks = {
      'before:offline:start': () => this.#refuseWithoutStart(),
      'before:offline:start:init': () => this.#readSettings(),
      'offline:start:init': () => this.#start(),
      'before:offline:start:end': () => this.#stop(),
    }
  }

  /** Plain `serverless offline` fires none of the hooks below: Kafka would silently do nothing. */
  #refuseWithoutStart(): void {
    const provider = this.#serverless.getProvider('aws')
    if (!hasKafkaEvents(this.#serverless.service, provider.naming, provider.getStage())) return
    this.#log.error('Kafka events need the command `serverless offline start` (with `start`)')
    process.exit(1)
  }

  /** Before serverless-offline opens its servers, which would stay up after an error. */
  #readSettings(): void {
    try {
      const provider = this.#serverless.getProvider('aws')
      this.#settings = readSettings(this.#serverless.service, provider.naming, provider.getStage())
    } catch (error) {
      this.#fail(error)
    }
  }

  async #start(): Promise<void> {
    const { sources, local, warnings } = this.#settings!
    this.#log = createLog(this.#serverlessLog, local.logFormat)
    for (const warning of warnings) this.#log.warning(warning, { event: 'setting' })
    if (sources.length === 0) return
    const log = this.#log
    const functions = await this.#loadFunctions(sources)
    const ports = {
      log,
      functionArnOf: (functionKey: string) => this.#functionArnOf(functionKey),
      invoke: createInvoke({
        log,
        run: (functionKey, event) => functions.run(functionKey, event),
        timeoutMsOf: functionKey => this.#timeoutMsOf(functionKey),
      }),
    }
    this.#groups = groupsOf(sources).map(group => new GroupSupervisor(group, local, ports))
    try {
      if (local.statusPort !== undefined)
        this.#statusServer = await startStatusServer(local.statusPort, () => this.#status())
      if (this.#statusServer)
        log.notice(`Kafka events: status at ${urlOf(this.#statusServer)}`, { event: 'status_server' })
    } catch (error) {
      this.#fail(error)
    }
    watchStalls(local.sessionTimeoutMs, log)
    for (const group of this.#groups) group.start()
  }

  #status(): Promise<GroupStatus[]> {
    return Promise.all(this.#groups.map(group => group.status()))
  }

  async #stop(): Promise<void> {
    if (this.#groups.length === 0) return
    quitOnSecondSignal()
    this.#log.notice('Kafka events: letting running handlers finish', { event: 'stopping' })
    await Promise.allSettled(this.#groups.map(group => group.stop()))
    this.#statusServer?.close()
    await this.#functions?.cleanup()
  }

  /** When the bundlers have run, and before a record is read. */
  async #loadFunctions(sources: KafkaSource[]): Promise<Functions> {
    const options = {
      ...offlineDefaults,
      ...(this.#serverless.service.custom?.['serverless-offline'] as object | undefined),
      ...this.#cliOptions,
      // A time-out would not stop the handler: it would run on beside its own second attempt.
      noTimeout: true,
    }
    this.#functions = new Functions(this.#serverless, options, this.#log)
    const problems = await this.#functions.load([...new Set(sources.map(source => source.functionKey))])
    if (problems.length > 0) this.#fail(new SettingsError(problems))
    return this.#functions
  }

  #timeoutMsOf(functionKey: string): number {
    const { service } = this.#serverless
    return (service.getFunction(functionKey).timeout ?? service.provider.timeout ?? TIMEOUT_S_DEFAULT) * 1000
  }

  #functionArnOf(functionKey: string): string {
    const { service } = this.#serverless
    const name = service.getFunction(functionKey).name ?? functionKey
    return `arn:aws:lambda:${service.provider.region ?? 'local'}:000000000000:function:${name}:$LATEST`
  }

  #fail(error: unknown): never {
    this.#log.error(error instanceof Error ? error.message : String(error))
    process.exit(1)
  }
}

/** A consumer per group and cluster: members of a group must agree on their topics, or kafkajs assigns some to nobody. */
function groupsOf(sources: KafkaSource[]): KafkaSource[][] {
  return [...Map.groupBy(sources, ({ groupId, brokers }) => JSON.stringify([groupId, brokers])).values()]
}

function quitOnSecondSignal(): void {
  const fromMs = performance.now() + SECOND_SIGNAL_AFTER_MS
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (performance.now() > fromMs) process.exit(1)
    })
}
