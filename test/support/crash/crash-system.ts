/**
 * A system of its own whose processes a test may kill at a named point: its API is stopped, and each function runs as a Lambda process.
 * Of its own, because the jobs and triggers of a running API would take up the work that a killed process has left.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectControl } from '../../../scripts/local/control.ts'
import type { ProcessName } from '../../../scripts/local/run-file.ts'
import { until } from '../../../shared/runtime/until.ts'
import { kafkaEvent } from '../../unit/lambda-events.ts'
import { openDatabase, type TestDatabase } from '../database.ts'
import { PaymentApi } from '../http.ts'
import { ApiGateway } from '../lambda/api-gateway.ts'
import type { Invocation } from '../lambda/execution-environment.ts'
import { type OwnSystem, startOwnSystem } from '../own-system.ts'
import type { SystemUnderTest } from '../system.ts'
import { ARMED_FILE, type CrashAt, crashEnvironment, isKilledAt, killedAt } from './armed.ts'
import { bundleCrashFunctions, type CrashFunctions, deployCrashFunctions, type FunctionKey } from './crash-functions.ts'

/** Longer than the whole run: a lease runs out when the test says so. */
const LEASE_MS = 3_600_000

/** The one that goes on, and one that loads its code meanwhile for the next kill. */
const IDLE_AFTER_KILL = 2

const routes = [
  { routeKey: 'POST /payments/authorize', functionKey: 'authorize' },
  { routeKey: 'POST /payments/capture/{paymentId}', functionKey: 'capture' },
  { routeKey: 'POST /payments/refund/{paymentId}', functionKey: 'refund' },
  { routeKey: 'POST /payments/void/{paymentId}', functionKey: 'void' },
  { routeKey: 'POST /operator/payments/{paymentId}/refund', functionKey: 'operatorRefund' },
  { routeKey: 'POST /operator/payments/{paymentId}/void', functionKey: 'operatorVoid' },
]

/** Whom the gateway's authorizer says every request is from. */
const OPERATOR = { sub: 'kim', role: 'operator' }

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

  /** `settings`: what the functions, those of the API too, are told besides. */
  static async start(name: string, settings: Record<string, string> = {}): Promise<CrashSystem> {
    const folder = mkdtempSync(join(tmpdir(), 'crash-'))
    const bundling = bundleCrashFunctions()
    // It is waited for when the system is there.
    bundling.catch(() => {})
    const own = await startOwnSystem(name, undefined, { ...crashEnvironment(join(folder, ARMED_FILE)), ...settings })
    try {
      await connectControl(own.runFile).stop('api')
      const { databaseUrl, kafkaBrokers, redisUrl, acquirerUrl, bankUrl, logsFolder } = own.system
      const environment = {
        DATABASE_URL: databaseUrl,
        KAFKA_BROKERS: kafkaBrokers,
        REDIS_URL: redisUrl,
        ACQUIRER_URL: acquirerUrl,
        BANK_URL: bankUrl,
        LEASE_MS: String(LEASE_MS),
        OUTBOX_ARCHIVE_AFTER_MS: '1',
        OPERATOR_ROLE_CLAIM: 'role',
        ...settings,
      }
      const functions = await deployCrashFunctions(await bundling, environment, logsFolder)
      const gateway = await ApiGateway.listen(
        routes,
        (key, event) => functions[key as FunctionKey].invoke(event),
        async () => OPERATOR,
      )
      return new CrashSystem(own, folder, functions, gateway)
    } catch (error) {
      await own.stop()
      throw error
    }
  }

  get system(): SystemUnderTest {
    return this.#own.system
  }

  /** For tools that want to be told which system. */
  get runFile(): string {
    return this.#own.runFile
  }

  /** Of the acquirer and of the API: they die at points that the other never comes to. */
  get #armedFile(): string {
    return join(this.#folder, ARMED_FILE)
  }

  /** Kafka is paused while `act` runs. */
  async withoutKafka(act: () => Promise<unknown>): Promise<void> {
    const control = connectControl(this.#own.runFile)
    await control.pause('kafka')
    try {
      await act()
    } finally {
      await control.resume('kafka')
    }
  }

  /** The service stands still from before `act` begins until so much later. Whether `act` succeeds does not matter. */
  async whilePaused(service: ProcessName, durationMs: number, act: () => Promise<unknown>): Promise<void> {
    const control = connectControl(this.#own.runFile)
    await control.pause(service)
    const acting = act().catch(() => undefined)
    try {
      await sleep(durationMs)
    } finally {
      await control.resume(service)
    }
    await acting
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
  async killFunction(key: FunctionKey, at: CrashAt, act: () => Promise<unknown>): Promise<void> {
    if (!(await this.isFunctionKilled(key, at, act))) throw new Error(`${key} was not killed at ${at.point}`)
  }

  /** Whether the process of a function comes to the point, and dies there, while `act` runs. */
  isFunctionKilled(key: FunctionKey, at: CrashAt, act: () => Promise<unknown>): Promise<boolean> {
    const fn = this.#functions[key]
    return isKilledAt(join(fn.scratch, ARMED_FILE), at, async () => {
      const before = fn.invocations.length
      const failures = await act().then(
        () => [],
        (error: unknown) => [error],
      )
      const killed = fn.invocations.slice(before).filter(wasKilled).length
      if (killed > 1) throw new Error(`${killed} processes of ${key} were killed at ${at.point}`)
      if (killed === 1) await fn.keepIdle(IDLE_AFTER_KILL)
      else for (const failure of failures) throw failure
    })
  }

  /** The acquirer's process dies at the point while `act` runs, and is started again at once. */
  async killAcquirer(at: CrashAt, act: () => Promise<unknown>): Promise<void> {
    await killedAt(this.#armedFile, at, act)
    await this.startAcquirer()
  }

  /** The bank's process likewise. */
  async killBank(at: CrashAt, act: () => Promise<unknown>): Promise<void> {
    await killedAt(this.#armedFile, at, act)
    await this.#startAgain('bank')
  }

  /** False once the acquirer or the API has died at the point that was armed for it. */
  get isArmed(): boolean {
    return existsSync(this.#armedFile)
  }

  /** Resolves when the acquirer or the API has died at the point that is armed for it. */
  async isKilled(): Promise<void> {
    await until(() => !this.isArmed, { what: 'a process at its crash point', intervalMs: 10 })
  }

  /** As if the leases of the merchant's operations had run out: time passes for nobody else. */
  async endLeases(merchantId: string): Promise<void> {
    await this.database.write(
      `UPDATE payment_operation SET lease_until_ms = 1, next_attempt_at_ms = 1 WHERE merchant_id = ? AND state = 'PENDING'`,
      [merchantId],
    )
  }

  startAcquirer(): Promise<void> {
    return this.#startAgain('acquirer')
  }

  /** Without the pause that its starter makes. */
  async #startAgain(service: 'acquirer' | 'bank'): Promise<void> {
    const control = connectControl(this.#own.runFile)
    await control.stop(service)
    await control.start(service)
  }

  /** The whole system again: its API process dies at the point while `act` runs, and the starter brings it back. */
  killApi(at: CrashAt, act: () => Promise<unknown>): Promise<void> {
    return killedAt(this.#armedFile, at, act)
  }

  /** Whether the API has died at the point by the end of `act`. */
  isApiKilled(at: CrashAt, act: () => Promise<unknown>): Promise<boolean> {
    return isKilledAt(this.#armedFile, at, act)
  }

  async startApi(): Promise<PaymentApi> {
    await connectControl(this.#own.runFile).start('api')
    return new PaymentApi(this.#own.system.apiUrl)
  }

  stopApi(): Promise<unknown> {
    return connectControl(this.#own.runFile).stop('api')
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
