/** The API and the shop: Node programs of ours, started with this very Node. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { missingPackage, REINSTALL } from '../terminal/missing-package.mjs'
import { writeHandlerEntries } from './handler-entries.ts'
import { type DataFolder, projectRoot } from './paths.ts'
import type { PortPlan } from './plan-ports.ts'
import { probeApi, probeHttp } from './probes.ts'
import type { SystemEnv } from './run-file.ts'
import type { ChildSpec } from './supervised-process.ts'

/** The logs of Node children are files: a full disk must not end them. */
export const keepOutput = ['--import', pathToFileURL(join(import.meta.dirname, 'keep-output.mjs')).href]

function childEnv(env: SystemEnv): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...env,
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
  }
}

interface ApiChildOptions {
  /** The checkout whose serverless runs it, in the folder of the service. */
  root?: string
  /** Wins over everything else. */
  extraEnv?: Record<string, string> | undefined
}

export function apiChild(
  folder: DataFolder,
  env: SystemEnv,
  ports: PortPlan,
  { root = projectRoot, extraEnv }: ApiChildOptions = {},
): ChildSpec {
  return {
    name: 'api',
    command: process.execPath,
    args: [...keepOutput, join(root, 'node_modules/.bin/serverless'), 'offline', 'start', '--useInProcess'],
    cwd: root,
    env: {
      ...childEnv(env),
      API_PORT: String(ports.api),
      API_LAMBDA_PORT: String(ports.lambda),
      DATA_FOLDER: folder.root,
      OFFLINE_LOCATION: writeHandlerEntries(join(folder.root, 'handlers')),
      SLS_LOG_LEVEL: process.env.SLS_LOG_LEVEL ?? 'warning',
      SLS_TELEMETRY_DISABLED: '1',
      SLS_NOTIFICATIONS_MODE: 'off',
      NODE_OPTIONS: withOptions('--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'),
      ...extraEnv,
    },
    port: ports.api,
    log: join(folder.logs, 'api.log'),
    probe: () => probeApi(env.API_URL),
    readyDeadlineMs: 60_000,
    stopDeadlineMs: 20_000,
    fixFor: nodeFix,
  }
}

export function webChild(folder: DataFolder, env: SystemEnv, ports: PortPlan): ChildSpec {
  return {
    name: 'web',
    command: process.execPath,
    args: [
      ...keepOutput,
      viteProgram(),
      ...['--host', '127.0.0.1', '--port', String(ports.web), '--strictPort', '--clearScreen', 'false'],
    ],
    cwd: join(projectRoot, 'web'),
    env: { ...childEnv(env), API_PORT: String(ports.api), WEB_PORT: String(ports.web) },
    port: ports.web,
    log: join(folder.logs, 'web.log'),
    probe: () => probeHttp(`http://127.0.0.1:${ports.web}/`),
    readyDeadlineMs: 60_000,
    stopDeadlineMs: 5_000,
    fixFor: nodeFix,
  }
}

/** npm puts a workspace's program beside it or at the top, as it sees fit. */
function viteProgram(): string {
  const beside = join(projectRoot, 'web/node_modules/.bin/vite')
  return existsSync(beside) ? beside : join(projectRoot, 'node_modules/.bin/vite')
}

/** Never to delete data: the API and the shop keep none. */
export function nodeFix(tail: string[]): string {
  const missing = missingPackage(tail.join('\n'))
  if (missing === undefined) return 'look at the log; `npm run doctor` looks at this machine'
  return `the package ${missing} is missing or damaged: ${REINSTALL}`
}

function withOptions(...options: string[]): string {
  return [process.env.NODE_OPTIONS, ...options].filter(Boolean).join(' ')
}
