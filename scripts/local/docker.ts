/** The services in containers: `docker compose` starts them, and the Docker engine restarts one that crashes. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { StepFailure } from '../terminal/output.ts'
import { type ComposeServices, portVariables, type ServiceName, serviceNames } from './compose-file.ts'
import { tailOf } from './log-file.ts'
import { type DataFolder, projectRoot } from './paths.ts'
import type { ProcessRow, ProcessState } from './run-file.ts'
import { runTool } from './run-tool.ts'
import type { PartEvents, SystemPart } from './supervised-process.ts'

export interface DockerEngine {
  engine: string
  compose: string
}

/** The engine that answers, or why there is none to use. */
export function findEngine(env: NodeJS.ProcessEnv = process.env): DockerEngine | { missing: string } {
  const engine = ask(['info', '--format', '{{.ServerVersion}}'], env)
  if (!engine) return { missing: 'no Docker engine answers' }
  const compose = ask(['compose', 'version', '--short'], env)
  if (!compose) return { missing: `Docker ${engine} answers, but it has no Compose plugin` }
  return { engine, compose }
}

function ask(args: string[], env: NodeJS.ProcessEnv): string | undefined {
  const result = spawnSync('docker', args, { env, encoding: 'utf8', timeout: 8_000 })
  return result.status === 0 ? result.stdout.trim() || undefined : undefined
}

export const projectName = (folder: DataFolder) => `payment-backend-${folder.name}`

/** Runs `docker compose …` for the containers of one data folder. */
export class Compose {
  readonly log: string
  readonly env: NodeJS.ProcessEnv

  constructor(folder: DataFolder, services?: ComposeServices) {
    this.log = join(folder.logs, 'docker.log')
    const ports = services ? serviceNames.map(name => [portVariables[name], String(services[name].port)]) : []
    this.env = {
      ...process.env,
      COMPOSE_PROJECT_NAME: projectName(folder),
      // A .env file would be read by Compose and not by the native runner.
      COMPOSE_DISABLE_ENV_FILE: '1',
      ...Object.fromEntries(ports),
    }
  }

  async run(args: string[], signal?: AbortSignal): Promise<void> {
    try {
      await runTool('docker', ['compose', ...args], { cwd: projectRoot, env: this.env, log: this.log, signal })
    } catch (error) {
      if (!(error instanceof StepFailure) || signal?.aborted) throw error
      throw new StepFailure(`docker compose ${args.join(' ')} failed: ${error.message}`, {
        fix: 'look at the log; `npm start -- --native` does without Docker on Debian and Ubuntu',
        log: error.log,
        cause: error,
      })
    }
  }

  /** The last lines of a container's own log. */
  tail(service: ServiceName, lines = 20): string[] {
    const args = ['compose', 'logs', '--no-color', '--no-log-prefix', '--tail', String(lines), service]
    const result = spawnSync('docker', args, { cwd: projectRoot, env: this.env, encoding: 'utf8', timeout: 10_000 })
    return result.status === 0 ? result.stdout.trimEnd().split('\n') : tailOf(this.log, lines)
  }
}

export class ContainerPart implements SystemPart {
  readonly name: ServiceName
  readonly #compose: Compose
  readonly #port: number
  readonly #probe: () => Promise<void>
  readonly #events: PartEvents
  #state: ProcessState = 'starting'
  #restarts = 0

  constructor(name: ServiceName, compose: Compose, port: number, probe: () => Promise<void>, events: PartEvents) {
    this.name = name
    this.#compose = compose
    this.#port = port
    this.#probe = probe
    this.#events = events
  }

  row(): ProcessRow {
    return { name: this.name, port: this.#port, state: this.#state, restarts: this.#restarts }
  }

  /** Probes the container from the host, as the API connects. It is up already when `up --wait` has returned. */
  async ready(): Promise<void> {
    try {
      await this.#probe()
    } catch (error) {
      throw new StepFailure(
        `${this.name}'s container runs but does not answer on 127.0.0.1:${this.#port}: ${(error as Error).message}`,
        {
          fix: '`docker compose ls` shows other projects; `npm start -- --native` does without Docker on Debian and Ubuntu',
          log: { path: `docker compose logs ${this.name}`, tail: this.#compose.tail(this.name) },
          cause: error,
        },
      )
    }
    this.#change('ready')
  }

  async start(): Promise<void> {
    if (this.#state === 'paused') return this.resume()
    this.#change('starting')
    await this.#compose.run(['up', '-d', '--wait', this.name])
    await this.ready()
  }

  async stop(): Promise<void> {
    await this.#unpause()
    await this.#compose.run(['stop', this.name])
    this.#change('stopped')
  }

  /** Docker does not restart a container after a `kill`, which it takes for intended. So we do, and nothing waits for it. */
  async kill(): Promise<void> {
    await this.#unpause()
    await this.#compose.run(['kill', '--signal', 'SIGKILL', this.name])
    this.#change('restarting')
    this.#restarts++
    void this.start().catch(error => this.#events.say(`${this.name} did not come back: ${error.message}`))
  }

  async pause(): Promise<void> {
    if (this.#state !== 'ready') throw new Error(`${this.name} is ${this.#state}, not ready`)
    await this.#compose.run(['pause', this.name])
    this.#change('paused')
  }

  async resume(): Promise<void> {
    if (this.#state !== 'paused') throw new Error(`${this.name} is ${this.#state}, not paused`)
    await this.#unpause()
    this.#change('ready')
  }

  async killNow(): Promise<void> {
    await this.#unpause().catch(() => {})
    await this.#compose.run(['kill', this.name]).catch(() => {})
  }

  /** Docker stops and kills no container that is paused. */
  async #unpause(): Promise<void> {
    if (this.#state === 'paused') await this.#compose.run(['unpause', this.name])
  }

  #change(state: ProcessState) {
    this.#state = state
    this.#events.changed()
  }
}
