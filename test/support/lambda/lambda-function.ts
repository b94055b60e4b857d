/** A deployed function: its zip, unpacked outside the repository, and the execution environments that run it. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { ExecutionEnvironment, type FunctionSettings, type Invocation } from './execution-environment.ts'

export interface FunctionOptions {
  settings: FunctionSettings
  zipFile: string
  logFile: string
  freezes?: boolean
}

/** Lambda's limit for a synchronous invocation. */
const PAYLOAD_BYTES_MAX = 6 * 1024 * 1024

export class LambdaFunction {
  readonly settings: FunctionSettings
  readonly #options: FunctionOptions
  readonly #folder: string
  readonly #environments: ExecutionEnvironment[] = []
  /** All that have ended, in that order. */
  readonly invocations: Invocation[] = []

  private constructor(options: FunctionOptions, folder: string) {
    this.settings = options.settings
    this.#options = options
    this.#folder = folder
  }

  /** Unpacks the zip. Starts nothing before the first invocation. */
  static async deploy(options: FunctionOptions): Promise<LambdaFunction> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lambda-')))
    const files = unzipSync(await readFile(options.zipFile))
    for (const [name, bytes] of Object.entries(files)) {
      const path = join(folder, 'task', name)
      mkdirSync(dirname(path), { recursive: true })
      if (!name.endsWith('/')) writeFileSync(path, bytes)
    }
    mkdirSync(join(folder, 'tmp'))
    return new LambdaFunction(options, folder)
  }

  /** Those that live: one while invocations come one after the other. */
  get environments(): readonly ExecutionEnvironment[] {
    return this.#environments.filter(environment => environment.alive)
  }

  /** The one environment; throws when there are more or none. */
  get environment(): ExecutionEnvironment {
    const [only, ...others] = this.environments
    if (only === undefined || others.length > 0) throw new Error(`${this.settings.name}: not one environment`)
    return only
  }

  /** What its processes may write: Lambda's /tmp. */
  get scratch(): string {
    return join(this.#folder, 'tmp')
  }

  log(): string {
    return readFileSync(this.#options.logFile, 'utf8')
  }

  /** Runs in an idle environment, else in a new one. Throws when the event is too large for Lambda. */
  async invoke(event: unknown): Promise<Invocation> {
    const payload = JSON.stringify(event)
    if (Buffer.byteLength(payload) > PAYLOAD_BYTES_MAX)
      throw new Error(`RequestEntityTooLarge: ${PAYLOAD_BYTES_MAX} bytes is the limit of an event`)
    const environment = this.environments.find(({ idle }) => idle) ?? (await this.#startEnvironment())
    const invocation = await environment.invoke(payload)
    this.invocations.push(invocation)
    return invocation
  }

  /** Starts environments until so many are idle. Their code is loaded meanwhile. */
  async keepIdle(count: number): Promise<void> {
    const missing = count - this.environments.filter(({ idle }) => idle).length
    await Promise.all(Array.from({ length: Math.max(0, missing) }, () => this.#startEnvironment()))
  }

  async close(): Promise<void> {
    await Promise.all(this.#environments.map(environment => environment.stop()))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #startEnvironment(): Promise<ExecutionEnvironment> {
    const { settings, logFile, freezes = true } = this.#options
    const taskRoot = join(this.#folder, 'task')
    const environment = await ExecutionEnvironment.start({
      settings,
      taskRoot,
      scratch: this.scratch,
      logFile,
      freezes,
    })
    this.#environments.push(environment)
    return environment
  }
}
