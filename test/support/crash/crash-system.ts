/**
 * A system of its own whose processes a test may kill at a named point: its API is stopped, and each function runs as a Lambda process.
 * Of its own, because the jobs and triggers of a running API would take up the work that a killed process has left.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectControl } from '../../../scripts/local/control.ts'
import { until } from '../../../shared/runtime/until.ts'
import { kafkaEvent } from '../../unit/lambda-events.ts'
import { openDatabase, type TestDatabase } from '../database.ts'
import { PaymentApi } from '../http.ts'
import { ApiGateway } from '../lambda/api-gateway.ts'
import type { Invocation } from '../lambda/execution-environment.ts'
import { type OwnSystem, startOwnSystem } from '../own-system.ts'
import type { SystemUnderTest } from '../system.ts'
import { type CrashAt, crashEnvironment, killedAt } from './armed.ts'
import { type CrashFunctions, deployCrashFunctions, type FunctionKey } from './crash-functions.ts'

/** Longer than the whole run: a lease runs out when the test says so. */
const LEASE_MS = 3_600_000

const routes = [
  { routeKey: 'POST /payments/authorize', functionKey: 'authorize' },
  { routeKey: 'POST /payments/capture/{paymentId}', functionKey: 'capture' },
  { routeKey: 'POST /payments/refund/{paymentId}', functionKey: 'refund' },
  { routeKey: 'POST /payments/void/{paymentId}', functionKey: 'void' },
]

export class CrashSystem {
  readonly #own: OwnSystem
  readonly #folder: string
  readonly #functions: CrashFunctions
  readonly #gateway: ApiGateway
  readonly database: TestDatabase
  /** Over the Lambda processes. */
  readonly api: PaymentApi

  private constructor(own: OwnSystem, folder: string, functions: CrashFunctions, gateway: ApiGateway) {
    this.#own = own
    this.#folder = folder
    this.#functions = functions
    this.#gateway = gateway
    this.database = openDatabase(own.system.databaseUrl)
    this.api = new PaymentApi(gateway.url)
  }

  static async start(name: string): Promise<CrashSystem> {
    const folder = mkdtempSync(join(tmpdir(), 'crash-'))
    const own = await startOwnSystem(name, undefined, crashEnvironment(join(folder, 'crash-at')))
    try {
      await connectControl(own.runFile).stop('api')
      const { databaseUrl, kafkaBrokers, redisUrl, acquirerUrl, logsFolder } = own.system
      const environment = {
        DATABASE_URL: databaseUrl,
        KAFKA_BROKERS: kafkaBrokers,
        REDIS_URL: redisUrl,
        ACQUIRER_URL: acquirerUrl,
        LEASE_MS: String(LEASE_MS),
        OUTBOX_ARCHIVE_AFTER_MS: '1',
      }
      const functions = await deployCrashFunctions(environment, logsFolder)
      const gateway = await ApiGateway.listen(routes, (key, event) => functions[key as FunctionKey].invoke(event))
      return new CrashSystem(own, folder, functions, gateway)
    } catch (error) {
      await own.stop()
      throw error
    }
  }

  get system(): SystemUnderTest {
    return this.#own.system
  }

  /** Runs a job, or delivers an event. Throws when the function fails; a process that was killed is a failure too. */
  async invoke(key: FunctionKey, event: unknown = {}): Promise<void> {
    const { functionError, payload } = await this.#functions[key].invoke(event)
    if (functionError !== undefined) throw new Error(`${key} failed: ${payload}`)
  }

  /** Rings for the shard. */
  relay(shard: number): Promise<void> {
    return this.invoke('relayOutbox', kafkaEvent([{ topic: 'outbox.ready', partition: shard }]))
  }

  /** The process of a function dies at the point while `act` runs. */
  killFunction(key: FunctionKey, at: CrashAt, act: () => Promise<unknown>): Promise<void> {
    const fn = this.#functions[key]
    return killedAt(join(fn.scratch, 'crash-at'), at, async () => {
      const before = fn.invocations.length
      await act().catch(() => undefined)
      const killed = fn.invocations.slice(before).filter(wasKilled)
      if (killed.length !== 1) throw new Error(`${key} was not killed at ${at.point}`)
    })
  }

  /** The acquirer's process dies at the point while `act` runs, and is started again at once. */
  async killAcquirer(at: CrashAt, act: () => Promise<unknown>): Promise<void> {
    await killedAt(join(this.#folder, 'crash-at'), at, act)
    await this.startAcquirer()
  }

  async acquirerIsGone(): Promise<void> {
    await until(async () => !existsSync(join(this.#folder, 'crash-at')), { what: 'a killed acquirer', intervalMs: 10 })
  }

  /** Without the pause that its starter makes. */
  async startAcquirer(): Promise<void> {
    const control = connectControl(this.#own.runFile)
    await control.stop('acquirer')
    await control.start('acquirer')
  }

  /** The whole system again: its API process dies at the point while `act` runs, and the starter brings it back. */
  async killApi(at: CrashAt, act: (api: PaymentApi) => Promise<unknown>): Promise<void> {
    const api = new PaymentApi(this.#own.system.apiUrl)
    await killedAt(join(this.#folder, 'crash-at'), at, () => act(api))
  }

  async startApi(): Promise<PaymentApi> {
    await connectControl(this.#own.runFile).start('api')
    return new PaymentApi(this.#own.system.apiUrl)
  }

  async stop(): Promise<void> {
    await this.#gateway.close()
    await Promise.all(Object.values(this.#functions).map(fn => fn.close()))
    await this.database.close()
    await this.#own.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

const wasKilled = ({ functionError, payload }: Invocation): boolean =>
  functionError !== undefined && payload.includes('SIGKILL')
