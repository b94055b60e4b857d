/** The whole system of one data folder: brings it up, keeps it up, takes it down in order. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { configFrom } from '../../shared/runtime/config.ts'
import {
  type ComposeServices,
  parseComposeFile,
  portVariables,
  type ServiceName,
  serviceNames,
} from './compose-file.ts'
import { serveControl } from './control-server.ts'
import { Compose, ContainerPart, type DockerEngine, findEngine } from './docker.ts'
import { fetchKafkaJars, haveKafkaJars } from './kafka-jars.ts'
import { clearLeftovers } from './leftovers.ts'
import { rotateLog } from './log-file.ts'
import { nativeServices } from './native-services.ts'
import { apiChild, webChild } from './node-children.ts'
import { CalledOff, type Reporter, StepFailure } from './output.ts'
import { installPackages } from './packages.ts'
import { type DataFolder, dataFolder, projectRoot } from './paths.ts'
import { externalVariables, isExternal, type PortPlan, planPorts } from './plan-ports.ts'
import { probeKafka, probeMariadb, probeRedis } from './probes.ts'
import { identityOf, isAlive, type ProcessIdentity } from './process-table.ts'
import { findProgram, type Program, type ProgramName, packagesFor } from './programs.ts'
import {
  type ProcessName,
  type ProcessRow,
  processNames,
  type RunFile,
  readRunFile,
  removeRunFile,
  type SystemEnv,
  writeRunFile,
} from './run-file.ts'
import { releaseLock, takeLock } from './starter-lock.ts'
import { type ChildSpec, type PartEvents, SupervisedProcess, type SystemPart } from './supervised-process.ts'

export interface SystemOptions {
  /** The data folder's name. */
  data: string
  services: 'auto' | 'native' | 'docker'
  ports: 'default' | 'free'
  web: boolean
}

/** Web first, so that nobody can ask for what is going away; the database last. */
const stopOrder: ProcessName[] = ['web', 'api', 'redis', 'kafka', 'mariadb']

/** How soon a starter notices that its parent is gone, and some. */
const noticeMs = 1_000
/** The longest that a starter may take to stop everything. */
const lastStopMs = 60_000

/** Thrown when a starter already runs on this data folder. */
export class AlreadyRunning extends Error {
  override name = 'AlreadyRunning'
  readonly holder: ProcessIdentity
  readonly run?: RunFile

  constructor(holder: ProcessIdentity, run?: RunFile) {
    super(`already running (pid ${holder.pid})`)
    this.holder = holder
    this.run = run
  }
}

export class System {
  readonly folder: DataFolder
  readonly #options: SystemOptions
  readonly #reporter: Reporter
  readonly #events: PartEvents
  readonly #parts = new Map<ProcessName, SystemPart>()
  readonly #abort = new AbortController()
  #mode: RunFile['mode'] = 'native'
  #env?: SystemEnv
  #compose?: Compose
  #control?: Server
  #locked = false
  #starting: Promise<void> = Promise.resolve()
  #stopping?: Promise<void>

  constructor(options: SystemOptions, reporter: Reporter) {
    this.folder = dataFolder(options.data)
    this.#options = options
    this.#reporter = reporter
    this.#events = { changed: () => this.#save(), say: text => this.#say(text) }
  }

  get env(): SystemEnv {
    if (!this.#env) throw new Error('the system has not been started')
    return this.#env
  }

  /** Rejects with AlreadyRunning, or with a StepFailure after everything that had started was stopped again. */
  async start(): Promise<void> {
    this.#starting = this.#bringUp()
    try {
      await this.#starting
    } catch (error) {
      if (!(error instanceof AlreadyRunning)) await this.stop()
      throw error
    }
  }

  /** Stops everything in order; what is only starting is given up first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#takeDown()
    return this.#stopping
  }

  /** SIGKILL to everything at once. */
  async killNow(): Promise<void> {
    this.#abort.abort()
    await Promise.all([...this.#parts.values()].map(part => part.killNow()))
    this.#release()
  }

  async #bringUp(): Promise<void> {
    await this.#takeLock()
    await clearLeftovers(this.folder, this.#reporter)
    for (const name of [...processNames, 'docker', 'install']) rotateLog(join(this.folder.logs, `${name}.log`))
    mkdirSync(this.folder.logs, { recursive: true })
    const engine = this.#chooseMode()
    const ports = await this.#planPorts()
    checkApiEnvironment(this.env)
    this.#control = await serveControl(join(this.folder.sockets, 'control.sock'), {
      run: () => this.#run(),
      part: name => this.#parts.get(name as ProcessName),
    })
    const web = this.#options.web ? this.#startWeb(ports) : undefined
    // A failure of the shop is reported when its turn comes, not as an unhandled one while the services start.
    web?.catch(() => {})
    await this.#startServices(ports, engine)
    await this.#startPart('api', new SupervisedProcess(apiChild(this.folder, this.env, ports), this.#events))
    await web
  }

  /** Waits for a starter that is stopping; refuses beside one that goes on. */
  async #takeLock(): Promise<void> {
    let holder = takeLock(this.folder.lockFile)
    if (holder) {
      // One whose npm has just gone needs a moment to notice.
      await sleep(noticeMs)
      const run = readRunFile(this.folder.runFile)
      if (isAlive(holder) && !run?.stopping) throw new AlreadyRunning(holder, run)
      holder = await this.#reporter.step('wait', async detail => {
        detail(`for the last one (pid ${holder?.pid}) to stop`)
        return this.#lockWhenReleased()
      })
    }
    if (holder) throw new AlreadyRunning(holder, readRunFile(this.folder.runFile))
    this.#locked = true
  }

  async #lockWhenReleased(): Promise<ProcessIdentity | undefined> {
    const end = performance.now() + lastStopMs
    for (;;) {
      const holder = takeLock(this.folder.lockFile)
      if (!holder || performance.now() > end) return holder
      await sleep(200)
    }
  }

  #chooseMode(): DockerEngine | undefined {
    const { services } = this.#options
    if (services === 'native' || serviceNames.every(name => isExternal(name, process.env))) return undefined
    const engine = findEngine()
    if ('engine' in engine) {
      this.#mode = 'docker'
      return engine
    }
    if (services === 'docker')
      throw new StepFailure(`--docker: ${engine.missing}`, {
        fix: 'start Docker, or leave --docker out for native services',
      })
    if (!engine.missing.startsWith('no ')) this.#reporter.note(`${engine.missing}: services run natively`)
    return undefined
  }

  async #planPorts(): Promise<PortPlan> {
    const { ports, web } = this.#options
    const composeText = readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8')
    const plan = await planPorts({ composeText, free: ports === 'free', web, env: process.env })
    for (const note of plan.notes) this.#reporter.note(note)
    this.#env = systemEnv(composeFor(plan), plan, web)
    this.#save()
    return plan
  }

  #startWeb(ports: PortPlan): Promise<void> {
    return this.#startPart('web', new SupervisedProcess(webChild(this.folder, this.env, ports), this.#events))
  }

  async #startServices(ports: PortPlan, engine?: DockerEngine): Promise<void> {
    const compose = composeFor(ports)
    const ours = serviceNames.filter(name => !isExternal(name, process.env))
    for (const name of serviceNames.filter(name => !ours.includes(name))) this.#adopt(name, ports.services[name])
    const start = engine ? await this.#containers(ours, compose, engine) : await this.#natives(ours, compose, ports)
    await this.#allOrNone([
      start('mariadb').then(() => this.#migrate()),
      start('kafka').then(() => this.#createTopics()),
      start('redis'),
    ])
  }

  /** The first failure stops the others, and is reported when all have ended. */
  async #allOrNone(work: Promise<void>[]): Promise<void> {
    let failure: unknown
    const failed = (error: unknown) => {
      failure ??= error
      void this.stop()
    }
    await Promise.all(work.map(one => one.catch(failed)))
    if (failure) throw failure
  }

  /** Somebody else's service: asked whether it answers, and otherwise left alone. */
  #adopt(name: ServiceName, port: number) {
    this.#parts.set(name, new ExternalPart(name, port))
  }

  async #containers(ours: ServiceName[], compose: ComposeServices, engine: DockerEngine) {
    const docker = new Compose(this.folder, compose)
    writeFileSync(this.folder.dockerMark, '')
    this.#compose = docker
    const parts = ours.map(name => new ContainerPart(name, docker, compose[name].port, this.#probe(name), this.#events))
    for (const part of parts) this.#parts.set(part.name, part)
    await this.#reporter.step('services', async detail => {
      detail(`${ours.join(', ')} in Docker ${engine.engine}, Compose ${engine.compose}`)
      await docker.run(['up', '-d', '--wait', ...ours], this.#abort.signal)
    })
    return async (name: ServiceName) => {
      const part = parts.find(part => part.name === name)
      await this.#reporter.step(name, async detail => {
        detail(this.#place(name, !part))
        await (part ? part.ready() : this.#probe(name)())
      })
    }
  }

  async #natives(ours: ServiceName[], compose: ComposeServices, ports: PortPlan) {
    await this.#installMissing(ours)
    const jars = ours.includes('kafka') && !haveKafkaJars() ? this.#fetchJars() : Promise.resolve()
    jars.catch(() => {})
    return async (name: ServiceName) => {
      if (!ours.includes(name)) return this.#greet(name)
      if (name === 'kafka') await jars
      await this.#startPart(name, async () => this.#nativeChild(name, compose, ports))
    }
  }

  async #greet(name: ServiceName): Promise<void> {
    await this.#reporter.step(name, async detail => {
      detail(this.#place(name, true))
      await this.#probe(name)().catch(error => {
        throw new StepFailure(`${externalVariables[name]} names a ${name} that does not answer: ${error.message}`, {
          fix: `start it, correct ${externalVariables[name]}, or unset it so that npm start brings its own`,
          cause: error,
        })
      })
    })
  }

  #nativeChild(name: ServiceName, compose: ComposeServices, ports: PortPlan): Promise<ChildSpec> {
    return nativeServices[name]({
      folder: this.folder,
      compose,
      env: this.env,
      program: requireProgram,
      controllerPort: ports.controller,
      signal: this.#abort.signal,
    })
  }

  async #installMissing(ours: ServiceName[]): Promise<void> {
    const missing = missingPrograms(ours)
    if (missing.length === 0) return
    const packages = packagesFor(missing)
    await this.#reporter.step('packages', async detail => {
      detail(`${packages.join(' ')}`)
      await installPackages(packages, join(this.folder.logs, 'install.log'))
    })
  }

  #fetchJars(): Promise<void> {
    return this.#reporter.step('kafka jars', async detail => {
      detail('from Maven Central (54 MB, once)')
      await fetchKafkaJars(requireProgram('mvn').path, join(this.folder.logs, 'install.log'), this.#abort.signal)
    })
  }

  /** One step: makes the child, starts it, and waits until it answers. */
  async #startPart(name: ProcessName, child: SupervisedProcess | (() => Promise<ChildSpec>)): Promise<void> {
    await this.#reporter.step(name, async detail => {
      detail(this.#place(name, false))
      const part = child instanceof SupervisedProcess ? child : new SupervisedProcess(await child(), this.#events)
      if (this.#abort.signal.aborted) throw new CalledOff(`${name} was not started any more`)
      this.#parts.set(name, part)
      await part.start()
    })
  }

  #place(name: ProcessName, external: boolean): string {
    const { DATABASE_URL, KAFKA_BROKERS, REDIS_URL, API_URL, SHOP_URL } = this.env
    if (name === 'api') return API_URL
    if (name === 'web') return SHOP_URL ?? ''
    const address = { mariadb: withoutPassword(DATABASE_URL), kafka: KAFKA_BROKERS, redis: REDIS_URL }[name]
    return external ? `${address} (${externalVariables[name]}: not ours)` : address
  }

  #probe(name: ServiceName): () => Promise<void> {
    const { DATABASE_URL, KAFKA_BROKERS, REDIS_URL } = this.env
    return {
      mariadb: () => probeMariadb(DATABASE_URL),
      kafka: () => probeKafka(KAFKA_BROKERS),
      redis: () => probeRedis(REDIS_URL),
    }[name]
  }

  async #migrate(): Promise<void> {
    await this.#reporter.step('migrations', async detail => {
      const { migrate } = await import('../../shared/stores/migrate.ts')
      const applied = await migrate(this.env.DATABASE_URL)
      detail(applied.length === 0 ? 'up to date' : `${applied.length} applied, up to ${applied.at(-1)}`)
    })
  }

  async #createTopics(): Promise<void> {
    await this.#reporter.step('topics', async detail => {
      const { createTopics } = await import('../../shared/messaging/topics.ts')
      const created = await createTopics(this.env.KAFKA_BROKERS.split(','))
      detail(created.length === 0 ? 'all there' : `${created.length} created`)
    })
  }

  async #takeDown(): Promise<void> {
    this.#abort.abort()
    this.#save()
    const started = this.#starting.catch(() => {})
    for (const name of stopOrder) await this.#stopPart(name)
    await started
    // A part may have been made while the others were being stopped.
    for (const name of stopOrder) await this.#stopPart(name)
    await this.#compose?.run(['down']).catch(error => this.#reporter.warn(error.message))
    this.#release()
  }

  /** The last step: from here on another starter may take this folder. */
  #release() {
    if (!this.#locked) return
    this.#locked = false
    this.#control?.close().closeAllConnections()
    rmSync(this.folder.sockets, { recursive: true, force: true })
    removeRunFile(this.folder.runFile)
    releaseLock(this.folder.lockFile)
  }

  async #stopPart(name: ProcessName): Promise<void> {
    const part = this.#parts.get(name)
    const state = part?.row().state
    if (!part || state === 'external' || (state === 'stopped' && !part.row().pid)) return
    await this.#reporter.step(`stop ${name}`, async () => part.stop())
  }

  #run(): RunFile {
    const rows = processNames.map(name => this.#parts.get(name)?.row()).filter((row): row is ProcessRow => !!row)
    return {
      supervisor: identityOf(process.pid),
      mode: this.#mode,
      controlSocket: join(this.folder.sockets, 'control.sock'),
      stopping: this.#abort.signal.aborted,
      env: this.env,
      processes: rows,
    }
  }

  #save() {
    if (this.#locked && this.#env) writeRunFile(this.folder.runFile, this.#run())
  }

  #say(text: string) {
    if (!this.#abort.signal.aborted) this.#reporter.note(`${new Date().toTimeString().slice(0, 8)} ${text}`)
  }
}

/** The API reads its environment when it is first asked, which is late for a typing error. */
function checkApiEnvironment(env: SystemEnv) {
  try {
    configFrom({ ...process.env, ...env })
  } catch (error) {
    throw new StepFailure(String((error as Error).message), {
      fix: 'correct or unset it; docs/architecture.md lists what the API reads',
    })
  }
}

class ExternalPart implements SystemPart {
  readonly name: ServiceName
  readonly #port: number

  constructor(name: ServiceName, port: number) {
    this.name = name
    this.#port = port
  }

  row(): ProcessRow {
    return { name: this.name, port: this.#port, state: 'external', restarts: 0 }
  }

  async start() {}
  async stop() {}
  async kill() {}
  async killNow() {}
}

/** The Compose file with the ports that this system got. */
function composeFor(plan: PortPlan): ComposeServices {
  const ports = Object.fromEntries(serviceNames.map(name => [portVariables[name], String(plan.services[name])]))
  return parseComposeFile(readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8'), { ...process.env, ...ports })
}

function systemEnv(compose: ComposeServices, ports: PortPlan, web: boolean): SystemEnv {
  const { MARIADB_USER = '', MARIADB_PASSWORD = '', MARIADB_DATABASE = '' } = compose.mariadb.environment
  const login = `${encodeURIComponent(MARIADB_USER)}:${encodeURIComponent(MARIADB_PASSWORD)}`
  return {
    DATABASE_URL: process.env.DATABASE_URL || `mysql://${login}@127.0.0.1:${compose.mariadb.port}/${MARIADB_DATABASE}`,
    KAFKA_BROKERS: process.env.KAFKA_BROKERS || `127.0.0.1:${compose.kafka.port}`,
    REDIS_URL: process.env.REDIS_URL || `redis://127.0.0.1:${compose.redis.port}/0`,
    API_URL: `http://127.0.0.1:${ports.api}`,
    ...(web ? { SHOP_URL: `http://127.0.0.1:${ports.web}` } : {}),
  }
}

function withoutPassword(address: string): string {
  const url = new URL(address)
  url.password = ''
  return url.toString()
}

/** The programs that these services need and this machine lacks. */
export function missingPrograms(services: readonly ServiceName[]): ProgramName[] {
  const needed: Record<ServiceName, ProgramName[]> = {
    mariadb: ['mariadbd', 'mariadb-install-db'],
    redis: ['redis-server'],
    kafka: haveKafkaJars() ? ['java'] : ['java', 'mvn'],
  }
  return services.flatMap(name => needed[name]).filter(name => !findProgram(name))
}

function requireProgram(name: ProgramName): Program {
  const program = findProgram(name)
  if (!program) throw new StepFailure(`${name} is missing`, { fix: '`npm run doctor` says how to get it' })
  return program
}
