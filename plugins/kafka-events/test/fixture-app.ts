/** Runs the fixture service under `serverless offline` for a test, on ports of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../bench/free-ports.ts'

export interface FixtureApp {
  pid: number
  httpUrl: string
  statusUrl: string
  output(): string
  ended(): boolean
  /** The exit code; null when a signal ended it. */
  exited: Promise<number | null>
  signal(name: NodeJS.Signals): void
}

const folder = fileURLToPath(new URL('fixture', import.meta.url))
const serverless = createRequire(import.meta.url).resolve('serverless/bin/serverless.js')

/** Starts the service; `environment` names its topic, group and moods. `command` is what follows `serverless`. */
export async function startFixture(
  environment: Record<string, string>,
  command: string[] = ['offline', 'start'],
): Promise<FixtureApp> {
  return startService(folder, environment, command)
}

/** As `startFixture`, for a service in another folder: it reads its ports from `FIXTURE_…_PORT` as the fixture does. */
export async function startService(
  cwd: string,
  environment: Record<string, string>,
  command: string[] = ['offline', 'start'],
): Promise<FixtureApp> {
  const [httpPort, lambdaPort, statusPort] = await freePorts(3)
  const { NODE_OPTIONS: _, JEST_WORKER_ID: __, ...inherited } = process.env
  const child = spawn(process.execPath, [serverless, ...command], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...inherited,
      NODE_ENV: 'development',
      FIXTURE_HTTP_PORT: String(httpPort),
      FIXTURE_LAMBDA_PORT: String(lambdaPort),
      FIXTURE_STATUS_PORT: String(statusPort),
      ...environment,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  return {
    pid: child.pid!,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    statusUrl: `http://127.0.0.1:${environment.FIXTURE_STATUS_PORT ?? statusPort}`,
    output: () => output,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    exited: exitOf(child),
    signal: name => void child.kill(name),
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise(resolve => child.once('close', code => resolve(code)))
}
