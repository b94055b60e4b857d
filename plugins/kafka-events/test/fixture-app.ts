/** Runs a service under `serverless offline` for a test, the fixture above all: its own ports, its own journal of handler attempts. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Attempt {
  kind: 'begin' | 'done' | 'fail'
  pid: number
  partition: number
  offsets: number[]
  values?: string[]
}

export interface FixtureApp {
  pid: number
  httpUrl: string
  statusUrl: string
  output(): string
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
  const child = spawn(process.execPath, [serverless, ...command], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // Jest's own flags are not for the service.
      NODE_OPTIONS: '',
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
    statusUrl: `http://127.0.0.1:${statusPort}`,
    output: () => output,
    exited: exitOf(child),
    signal: name => void child.kill(name),
  }
}

/** A file in which the fixture writes what it does, and how to read it. */
export function createJournal() {
  const directory = mkdtempSync(join(tmpdir(), 'kafka-events-'))
  const path = join(directory, 'journal.jsonl')
  const attempts = (): Attempt[] => {
    const lines = readIfThere(path).split('\n')
    return lines.filter(line => line !== '').map(line => JSON.parse(line))
  }
  return { path, attempts, remove: () => rmSync(directory, { recursive: true }) }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise(resolve => child.once('close', code => resolve(code)))
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere))
  const ports = servers.map(server => (server.address() as { port: number }).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

async function listenAnywhere() {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}
