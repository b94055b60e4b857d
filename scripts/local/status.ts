/** Says what runs, where, how much memory it takes, and what the API says of itself. */
import { setTimeout as sleep } from 'node:timers/promises'
import { readinessView } from '../../shared/contracts/routes/get-readiness.ts'
import { printable } from '../terminal/printable.ts'
import { tableLines } from '../terminal/table.ts'
import { connectControl } from './control.ts'
import { leftoversOf } from './leftovers.ts'
import { shortPath } from './paths.ts'
import {
  groupMemoryBytes,
  groupUse,
  isAlive,
  type ProcessUse,
  processMemoryBytes,
  processUse,
} from './process-table.ts'
import { type ProcessRow, type RunFile, readRunFile, runFilePath, type SystemEnv } from './run-file.ts'

/** What `npm run status -- --json` prints. */
export interface SystemStatus {
  /** `absent`: nothing runs. `killed`: the starter is gone and did not stop what it had started. */
  state: 'running' | 'killed' | 'absent'
  /** Whether all is well: the exit code is 0. */
  isWell: boolean
  /** The file that describes the system. */
  runFile: string
  services?: RunFile['mode']
  /** The addresses, under the names that the API reads from its environment and from `.env`. */
  env?: SystemEnv
  starter?: { pid: number; memoryBytes: number }
  /** When `killed`, only what still runs. */
  processes: Array<ProcessRow & { memoryBytes: number }>
  api?: ApiReadiness
}

/** What `GET /health/ready` answered, or why there is no answer. */
type ApiReadiness = ({ httpStatus: number } & ReturnType<typeof readinessView.parse>) | { error: string }

const READY_TIMEOUT_MS = 5_000

/** Resolves to the exit code: 0 when everything runs and the API is ready, else 1. */
export async function status({ json, memory }: { json?: true; memory?: true }): Promise<number> {
  const found = await systemStatus(runFilePath())
  if (memory) {
    console.log((await useLines(found)).join('\n'))
    return found.isWell ? 0 : 1
  }
  console.log(json ? JSON.stringify(found, null, 2) : linesOf(found).join('\n'))
  return found.isWell ? 0 : 1
}

/** Rejects when the starter lives and its control socket does not answer. */
export async function systemStatus(runFile: string): Promise<SystemStatus> {
  const run = readRunFile(runFile)
  if (!run) return { state: 'absent', isWell: false, runFile, processes: [] }
  const { pid } = run.supervisor
  const starter = { pid, memoryBytes: processMemoryBytes(pid) }
  if (!isAlive(run.supervisor))
    return { state: 'killed', isWell: false, runFile, starter, processes: leftoversOf(run).map(withMemory) }
  const { processes, mode: services, env } = await connectControl(runFile).status()
  const api = await readiness(env.API_URL)
  const isUp = processes.every(({ state }) => state === 'ready' || state === 'external')
  const isWell = isUp && 'status' in api && api.status === 'ok'
  return { state: 'running', isWell, runFile, services, env, starter, processes: processes.map(withMemory), api }
}

const withMemory = (row: ProcessRow) => ({
  ...row,
  memoryBytes: row.pid === undefined ? 0 : groupMemoryBytes(row.pid),
})

async function readiness(apiUrl: string): Promise<ApiReadiness> {
  try {
    const response = await fetch(`${apiUrl}/health/ready`, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) })
    return { httpStatus: response.status, ...readinessView.parse(await response.json()) }
  } catch (error) {
    return { error: (error as Error).message }
  }
}

/** For a person. */
export function linesOf(found: SystemStatus): string[] {
  switch (found.state) {
    case 'absent':
      return [`Nothing is running (there is no ${shortPath(found.runFile)}). \`npm start\` starts it.`]
    case 'killed':
      return [
        `The starter (pid ${found.starter?.pid}) is gone without having stopped what it started.`,
        ...found.processes.map(({ name, pid, port }) => `  ${name} still runs: pid ${pid}, port ${port}`),
        'The next `npm start` stops what is left and starts afresh.',
      ]
    case 'running':
      return runningLines(found)
  }
}

function runningLines({ services, env, starter, processes, api }: SystemStatus): string[] {
  const head = ['name', 'pid', 'port', 'state', 'restarts', 'memory']
  const first = ['starter', String(starter?.pid), '', 'ready', '', megabytes(starter?.memoryBytes ?? 0)]
  const addresses = [
    `services: ${services}`,
    ...(env?.SHOP_URL ? [`shop: ${env.SHOP_URL}`] : []),
    `API: ${env?.API_URL}`,
    `acquirer: ${env?.ACQUIRER_URL}`,
    `bank: ${env?.BANK_URL}`,
    ...(env?.PROMETHEUS_URL ? [`Prometheus: ${env.PROMETHEUS_URL}`] : []),
  ]
  return [
    ...tableLines([head, first, ...processes.map(cellsOf)], [1, 2, 4, 5]),
    '',
    addresses.join(' · '),
    ...(api ? readinessLines(api) : []),
  ]
}

function cellsOf({ name, pid, port, state, restarts, memoryBytes }: SystemStatus['processes'][number]): string[] {
  return [name, String(pid ?? ''), String(port), state, String(restarts), megabytes(memoryBytes)]
}

/** How long CPU is counted. */
const USE_MS = 5_000

/** Reads each part twice: what it holds at the end, and the CPU in between. Parts in containers and others' services have no row. */
async function useLines({ starter, processes }: SystemStatus): Promise<string[]> {
  if (process.platform !== 'linux') return ['--memory reads /proc, which only Linux has.']
  const readers = [
    ...(starter ? [{ name: 'starter', read: () => processUse(starter.pid) }] : []),
    ...processes.flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, read: () => groupUse(pid) }])),
  ]
  const first = readers.map(({ read }) => read())
  const startMs = performance.now()
  await sleep(USE_MS)
  const elapsedMs = performance.now() - startMs
  const rows = readers.map(({ name, read }, place) => useRow(name, first[place], read(), elapsedMs))
  return tableLines([['name', 'rss', 'pss', 'cpu'], ...rows], [1, 2, 3])
}

/** CPU in per cent of one core. */
export function useRow(name: string, first: ProcessUse | undefined, last: ProcessUse | undefined, elapsedMs: number) {
  if (!first || !last) return [name, '', '', '']
  const percent = ((last.cpuMs - first.cpuMs) / elapsedMs) * 100
  return [name, megabytes(last.rssBytes), megabytes(last.pssBytes), `${percent.toFixed(1)} %`]
}

const megabytes = (bytes: number) => (bytes === 0 ? '' : `${Math.round(bytes / 1_048_576)} MB`)

function readinessLines(api: ApiReadiness): string[] {
  if ('error' in api) return [`/health/ready: no answer (${printable(api.error)})`]
  const states = Object.entries(api.dependencies).map(([name, state]) => `${name} ${state}`)
  return [
    `/health/ready: ${api.httpStatus} ${api.status}: ${states.join(', ')}`,
    ...api.problems.map(
      ({ message, since }) => `  ! ${printable(message)}${since === null ? '' : ` (since ${since})`}`,
    ),
  ]
}
