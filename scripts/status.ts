/** `npm run status`: what runs, where, how much memory it takes, and what the API says of itself. Exit 1 when it is not all well. */
import { readinessView } from '../shared/contracts/health.ts'
import { connectControl } from './local/control.ts'
import { leftoversOf } from './local/leftovers.ts'
import { shortPath } from './local/paths.ts'
import { groupMemoryBytes, isAlive, processMemoryBytes } from './local/process-table.ts'
import { type ProcessRow, type RunFile, readRunFile, runFilePath } from './local/run-file.ts'
import { printable } from './terminal/printable.ts'
import { tableLines } from './terminal/table.ts'

const mebibytes = (bytes: number) => (bytes === 0 ? '' : `${Math.round(bytes / 1_048_576)} MB`)

function cellsOf({ name, pid, port, state, restarts }: ProcessRow): string[] {
  const memory = pid === undefined ? '' : mebibytes(groupMemoryBytes(pid))
  return [name, String(pid ?? ''), String(port), state, String(restarts), memory]
}

/** What the API says of itself, and whether all is well. */
async function readiness(apiUrl: string): Promise<{ isWell: boolean; lines: string[] }> {
  try {
    const response = await fetch(`${apiUrl}/health/ready`, { signal: AbortSignal.timeout(5_000) })
    const { status, dependencies, problems } = readinessView.parse(await response.json())
    const states = Object.entries(dependencies).map(([name, state]) => `${name} ${state}`)
    const lines = problems.map(({ message, since }) => `  ! ${message}${since === null ? '' : ` (since ${since})`}`)
    return { isWell: status === 'ok', lines: [`${response.status} ${status}: ${states.join(', ')}`, ...lines] }
  } catch (error) {
    return { isWell: false, lines: [`no answer (${(error as Error).message})`] }
  }
}

function reportGone(run: RunFile): number {
  const rows = leftoversOf(run)
  console.log(`The starter (pid ${run.supervisor.pid}) is gone without having stopped what it started.`)
  for (const { name, pid, port } of rows) console.log(`  ${name} still runs: pid ${pid}, port ${port}`)
  console.log('The next `npm start` stops what is left and starts afresh.')
  return 1
}

async function main(): Promise<number> {
  const path = runFilePath()
  const run = readRunFile(path)
  if (!run) {
    console.log(`Nothing is running (there is no ${shortPath(path)}). \`npm start\` starts it.`)
    return 1
  }
  if (!isAlive(run.supervisor)) return reportGone(run)
  const { processes, mode, env } = await connectControl(path).status()
  const starter = [
    'starter',
    String(run.supervisor.pid),
    '',
    'ready',
    '',
    mebibytes(processMemoryBytes(run.supervisor.pid)),
  ]
  const rows = [['name', 'pid', 'port', 'state', 'restarts', 'memory'], starter, ...processes.map(cellsOf)]
  console.log(tableLines(rows, [1, 2, 4, 5]).join('\n'))
  console.log(`\nservices: ${mode}${env.SHOP_URL ? ` · shop: ${env.SHOP_URL}` : ''} · API: ${env.API_URL}`)
  const ready = await readiness(env.API_URL)
  console.log(`/health/ready: ${ready.lines.map(printable).join('\n')}`)
  return ready.isWell && processes.every(row => row.state === 'ready' || row.state === 'external') ? 0 : 1
}

process.exit(await main())
