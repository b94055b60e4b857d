/** The API, started with this very Node, and what all Node programs of ours are started with. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { missingPackage, REINSTALL } from '../terminal/missing-package.mjs'
import { writeHandlerEntries } from './handler-entries.ts'
import { controlSocketOf, type DataFolder, projectRoot } from './paths.ts'
import type { PortPlan } from './plan-ports.ts'
import { probeApi } from './probes.ts'
import type { SystemEnv } from './run-file.ts'
import type { ChildSpec } from './supervised-process.ts'

/** The logs of Node children are files: a full disk must not end them. */
export const keepOutput = preload(join(import.meta.dirname, 'keep-output.mjs'))

/** Gives back what a start or load has needed when it is over. */
const lightNode = preload(join(import.meta.dirname, 'light-node.mjs'))

/** Leaves out what serverless loads and `offline` does not need. */
export const lightServerless = preload(join(import.meta.dirname, 'light-serverless.mjs'))

export function preload(module: string): string[] {
  return ['--import', pathToFileURL(module).href]
}

export function childEnv(env: SystemEnv): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...env,
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
  }
}

/**
 * For glibc: what is freed goes back to the machine. By itself it keeps buffers of up to 32 MiB when it has seen one, and has up to
 * eight places for each core to keep them in.
 */
const leanMalloc = {
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '2',
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
    args: [
      ...keepOutput,
      ...lightNode,
      ...lightServerless,
      ...[join(root, 'node_modules/.bin/serverless'), 'offline', 'start', '--useInProcess'],
    ],
    cwd: root,
    env: {
      ...leanMalloc,
      ...childEnv(env),
      API_PORT: String(ports.api),
      API_LAMBDA_PORT: String(ports.lambda),
      DATA_FOLDER: folder.root,
      CONTROL_SOCKET: controlSocketOf(folder),
      OPERATOR_ORIGINS: consoleOrigins(env),
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

/** From where the console is used: the shop's address, and the API's own. */
export const consoleOrigins = ({ SHOP_URL, API_URL }: SystemEnv): string =>
  process.env.OPERATOR_ORIGINS || [...(SHOP_URL ? [SHOP_URL] : []), API_URL].join()

/** Never to delete data: the API and the shop keep none. */
export function nodeFix(tail: string[]): string {
  const missing = missingPackage(tail.join('\n'))
  if (missing === undefined) return 'look at the log; `npm run doctor` looks at this machine'
  return `the package ${missing} is missing or damaged: ${REINSTALL}`
}

function withOptions(...options: string[]): string {
  return [process.env.NODE_OPTIONS, ...options].filter(Boolean).join(' ')
}
