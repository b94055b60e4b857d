/** The whole system of one data folder: brings it up, keeps it up, takes it down in order. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { IN_PROCESS_ACQUIRER, NO_BANK } from '../../shared/runtime/config.ts'
import { CalledOff, type Reporter, StepFailure } from '../terminal/output.ts'
import { greet, prepareServices } from './bring-services.ts'
import { clients } from './clients.ts'
import { serviceNames, withMariadbFlags } from './compose-file.ts'
import { serveControl } from './control-server.ts'
import { type Panel, serveDemo } from './demo/demo-server.ts'
import type { Detour } from './detour.ts'
import { Compose, type DockerEngine, findEngine } from './docker.ts'
import { ExternalPart } from './external-part.ts'
import { clearLeftovers } from './leftovers.ts'
import { rotateLog } from './log-file.ts'
import { apiChild, childEnv } from './node-children.ts'
import { requirePackages } from './npm-packages.ts'
import { controlSocketOf, type DataFolder, dataFolder, demoSocketOf, projectRoot } from './paths.ts'
import {
  externalVariables,
  isExternal,
  type PortPlan,
  planPorts,
  type SandboxName,
  sandboxNames,
} from './plan-ports.ts'
import { identityOf, isAlive, type ProcessIdentity } from './process-table.ts'
import { ensurePrometheus, findPrometheus, type PrometheusPrograms, prometheusChild } from './prometheus.ts'
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
import { sandboxChild } from './sandbox-services.ts'
import { buildWithVite, provideShop } from './shop-build.ts'
import { builtShopChild, builtShopFolder, devShopChild } from './shop-child.ts'
import { releaseLock, takeLock } from './starter-lock.ts'
import { type ChildSpec, type PartEvents, SupervisedProcess, type SystemPart } from './supervised-process.ts'
import { addressOf, checkApiEnvironment, composeFor, systemEnv } from './system-env.ts'
import { VerifyProcess } from './verify-process.ts'

export interface SystemOptions {
  /** The data folder's name. */
  data: string
  services: 'auto' | 'native' | 'docker'
  ports: 'default' | 'free'
  web: boolean
  /** Whether Vite's dev server is the shop, and not what it builds. */
  devServer?: boolean
  /** Whether Prometheus runs beside it. */
  metrics?: boolean
  detour?: Detour
  /** After those of docker-compose.yml, so that they win. Only for services that run natively. */
  mariadbFlags?: readonly string[]
}

/** After what only watches the web, so that no new requests come; the database last. */
const stopOrder: ProcessName[] = ['prometheus', 'web', 'api', 'acquirer', 'bank', 'redis', 'kafka', 'mariadb']

/** Addresses that name no service. */
const withoutService: Record<string, string> = {
  [IN_PROCESS_ACQUIRER]: 'no acquirer is started: ACQUIRER_URL leaves its decisions to the API itself',
  [NO_BANK]: 'no bank is started: BANK_URL says that there is none',
}

/** Longer than a starter takes to notice that its parent has ended. */
const NOTICE_MS = 1_000
/** The longest that a starter may take to stop everything. */
const LAST_STOP_MS = 60_000
/** For room on a full disk. */
const SAVE_AGAIN_MS = 1_000

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
  readonly #verifyProcess: VerifyProcess
  #mode: RunFile['mode'] = 'native'
  #env?: SystemEnv
  #compose?: Compose
  #control?: Server
  #demo?: Server
  #panel?: Promise<Panel>
  #locked = false
  #saveLater?: NodeJS.Timeout
  #starting: Promise<void> = Promise.resolve()
  #stopping?: Promise<void>
  #migrating: Promise<void> = Promise.resolve()
  #startingShop: Promise<void> = Promise.resolve()

  constructor(options: SystemOptions, reporter: Reporter) {
    this.folder = dataFolder(options.data)
    this.#options = options
    this.#reporter = reporter
    this.#events = { changed: () => this.#save(), say: text => this.#say(text) }
    this.#verifyProcess = new VerifyProcess(this.folder)
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

  /** Stops everything in order. Parts that are still starting are aborted first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#takeDown()
    return this.#stopping
  }

  /** SIGKILL to everything at once. */
  async killNow(): Promise<void> {
    this.#abort.abort()
    const others = [this.#verifyProcess.stop(), this.#closePanel()]
    await Promise.all([...others, ...[...this.#parts.values()].map(part => part.killNow())])
    this.#release()
  }

  async #bringUp(): Promise<void> {
    await this.#takeLock()
    requirePackages()
    await clearLeftovers(this.folder, this.#reporter)
    for (const name of [...processNames, 'docker', 'install', 'verify'])
      rotateLog(join(this.folder.logs, `${name}.log`))
    mkdirSync(this.folder.logs, { recursive: true })
    const engine = this.#chooseMode()
    const ports = await this.#planPorts()
    checkApiEnvironment(this.env)
    this.#control = await serveControl(controlSocketOf(this.folder), {
      run: () => this.#run(),
      part: name => this.#parts.get(name as ProcessName),
      verify: runId => this.#verify(runId),
    })
    if (this.#options.web) {
      this.#demo = await serveDemo(demoSocketOf(this.folder), () => this.#demoPanel())
      this.#startingShop = this.#startShop(ports)
    }
    // A failure of the shop is reported when its turn comes, not as an unhandled one while the services start.
    this.#startingShop.catch(() => {})
    const prometheus = this.#options.metrics ? this.#startPrometheus(ports.prometheus) : undefined
    prometheus?.catch(() => {})
    await this.#startServices(ports, engine)
    await this.#startChild(apiChild(this.folder, this.env, ports, { extraEnv: this.#options.detour?.apiEnv(this.env) }))
    await this.#startingShop
    await prometheus
  }

  /** Waits for a starter that is stopping. Rejects when one goes on running. */
  async #takeLock(): Promise<void> {
    const holder = takeLock(this.folder.lockFile)
    if (holder) {
      // A starter whose npm has just ended needs a moment to notice.
      await sleep(NOTICE_MS)
      const run = readRunFile(this.folder.runFile)
      if (isAlive(holder) && !run?.stopping) throw new AlreadyRunning(holder, run)
      await this.#reporter.step('wait', async detail => {
        detail(`for the last one (pid ${holder.pid}) to stop`)
        await this.#lockWhenReleased()
      })
    }
    this.#locked = true
  }

  async #lockWhenReleased(): Promise<void> {
    const end = performance.now() + LAST_STOP_MS
    for (;;) {
      const holder = takeLock(this.folder.lockFile)
      if (!holder) return
      if (this.#abort.signal.aborted) throw new CalledOff('nothing was started')
      if (performance.now() > end) throw new AlreadyRunning(holder, readRunFile(this.folder.runFile))
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
    const { ports, web, metrics } = this.#options
    const composeText = readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8')
    const plan = await planPorts({ composeText, free: ports === 'free', web, metrics, env: process.env })
    for (const note of plan.notes) this.#reporter.note(note)
    this.#env = systemEnv(composeFor(plan), plan, web)
    this.#save()
    return plan
  }

  async #startServices(ports: PortPlan, engine?: DockerEngine): Promise<void> {
    const compose = withMariadbFlags(composeFor(ports), this.#options.mariadbFlags)
    if (engine) this.#compose = new Compose(this.folder, compose)
    const start = await prepareServices(
      {
        folder: this.folder,
        env: this.env,
        compose,
        ports,
        kafkaDetour: this.#options.detour?.kafka,
        reporter: this.#reporter,
        events: this.#events,
        signal: this.#abort.signal,
        add: part => this.#add(part),
      },
      engine && this.#compose && { engine, compose: this.#compose },
    )
    await this.#allOrNone([
      start('mariadb').then(() => {
        this.#migrating = this.#migrate()
        return this.#migrating
      }),
      start('kafka').then(() => this.#createTopics()),
      start('redis'),
      ...sandboxNames.map(name => this.#startSandbox(name, ports)),
    ])
  }

  async #startSandbox(name: SandboxName, ports: PortPlan): Promise<void> {
    const whyNot = withoutService[this.env[externalVariables[name]]]
    if (whyNot !== undefined) return this.#reporter.note(whyNot)
    if (!isExternal(name, process.env)) return this.#startChild(await sandboxChild(name, this.folder, this.env, ports))
    this.#add(new ExternalPart(name, ports[name]))
    await greet({ reporter: this.#reporter, env: this.env }, name)
  }

  async #startShop(ports: PortPlan): Promise<void> {
    if (this.#options.devServer) return this.#startChild(devShopChild(this.folder, this.env, ports))
    await provideShop(builtShopFolder(this.folder), draft => this.#buildShop(draft), this.#abort.signal)
    await this.#startChild(await builtShopChild(this.folder, this.env, ports))
  }

  async #buildShop(draft: string): Promise<void> {
    await this.#reporter.step('shop build', async detail => {
      detail('by Vite, kept until its sources change')
      await buildWithVite(draft, { log: join(this.folder.logs, 'install.log'), signal: this.#abort.signal })
    })
  }

  /** A program of this machine also where the services are containers: it scrapes the API, which is one. */
  async #startPrometheus(port: number): Promise<void> {
    const log = join(this.folder.logs, 'install.log')
    const programs = findPrometheus() ?? (await this.#fetchPrometheus(log))
    await this.#startChild(prometheusChild({ folder: this.folder, port, programs, apiUrl: this.env.API_URL }))
  }

  async #fetchPrometheus(log: string): Promise<PrometheusPrograms> {
    return this.#reporter.step('prometheus package', async detail => {
      detail("Debian's, unpacked under .data/debian, not installed (19 MB, once)")
      return ensurePrometheus({ log, signal: this.#abort.signal })
    })
  }

  /** Made with the first request for it: most systems have none. */
  #demoPanel(): Promise<Panel> {
    if (this.#abort.signal.aborted) throw new CalledOff('the system is stopping')
    this.#panel ??= import('./demo/create-panel.ts').then(({ createPanel }) =>
      createPanel({
        env: this.env,
        parts: () => processNames.flatMap(name => this.#parts.get(name) ?? []),
        say: text => this.#say(text),
      }),
    )
    return this.#panel
  }

  async #closePanel(): Promise<void> {
    await this.#panel?.then(panel => panel.close()).catch(() => {})
  }

  async #verify(runId: string): Promise<void> {
    if (this.#abort.signal.aborted) throw new CalledOff('nothing is begun any more')
    await this.#verifyProcess.start(runId, childEnv(this.env))
  }

  /** Throws when everything is stopping: a part that the system does not know would go on running. */
  #add(part: SystemPart) {
    if (this.#abort.signal.aborted) throw new CalledOff(`${part.name} was not started any more`)
    this.#parts.set(part.name, part)
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

  async #startChild(spec: ChildSpec): Promise<void> {
    const part = new SupervisedProcess(spec, this.#events)
    await this.#reporter.step(part.name, async detail => {
      detail(addressOf(part.name, this.env))
      this.#add(part)
      await part.start()
    })
  }

  async #migrate(): Promise<void> {
    await this.#reporter.step('migrations', async detail => {
      const applied = await clients.migrate(this.env.DATABASE_URL)
      detail(applied.length === 0 ? 'up to date' : `${applied.length} applied, up to ${applied.at(-1)}`)
    })
  }

  async #createTopics(): Promise<void> {
    await this.#reporter.step('topics', async detail => {
      const created = await clients.createTopics(this.env.KAFKA_BROKERS)
      detail(created.length === 0 ? 'all there' : `${created.length} created`)
    })
  }

  async #takeDown(): Promise<void> {
    this.#abort.abort()
    this.#save()
    const started = this.#starting.catch(() => {})
    // Before anything is stopped: what the demo panel has paused goes on first.
    await this.#closePanel()
    await this.#verifyProcess.stop()
    for (const name of stopOrder) {
      // An interrupted migration has to be repaired by hand.
      if (name === 'mariadb') await this.#migrating.catch(() => {})
      await this.#stopPart(name)
    }
    await started
    // It may still be built.
    await this.#startingShop.catch(() => {})
    // A part may have been made while the others were being stopped.
    for (const name of stopOrder) await this.#stopPart(name)
    await this.#compose?.run(['down']).catch(error => this.#reporter.warn(error.message))
    this.#release()
  }

  /** The last step: from here on another starter may take this folder. */
  #release() {
    if (!this.#locked) return
    this.#locked = false
    clearTimeout(this.#saveLater)
    for (const server of [this.#control, this.#demo]) server?.close().closeAllConnections()
    rmSync(this.folder.sockets, { recursive: true, force: true })
    removeRunFile(this.folder.runFile)
    releaseLock(this.folder.lockFile)
  }

  async #stopPart(name: ProcessName): Promise<void> {
    const part = this.#parts.get(name)
    const state = part?.row().state
    if (!part || state === 'external' || (state === 'stopped' && !part.row().pid)) return
    try {
      await this.#reporter.step(`stop ${name}`, async () => part.stop())
    } catch (error) {
      // The others still have to be stopped.
      this.#reporter.failure(error)
    }
  }

  #run(): RunFile {
    const rows = processNames.map(name => this.#parts.get(name)?.row()).filter((row): row is ProcessRow => !!row)
    return {
      supervisor: identityOf(process.pid),
      mode: this.#mode,
      controlSocket: controlSocketOf(this.folder),
      stopping: this.#abort.signal.aborted,
      env: this.env,
      processes: rows,
    }
  }

  /** Never throws: run.json is for others to read. What could not be written (a full disk) follows as soon as it can. */
  #save() {
    if (!this.#locked || !this.#env) return
    clearTimeout(this.#saveLater)
    try {
      writeRunFile(this.folder.runFile, this.#run())
    } catch {
      this.#saveLater = setTimeout(() => this.#save(), SAVE_AGAIN_MS).unref()
    }
  }

  #say(text: string) {
    if (!this.#abort.signal.aborted) this.#reporter.note(`${new Date().toTimeString().slice(0, 8)} ${text}`)
  }
}
