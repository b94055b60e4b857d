/** `npm run service -- stop|start|kill|pause|resume <process>`: one part of the running system, through its starter. */
import { connectControl } from './local/control.ts'
import { type ProcessName, processNames } from './local/run-file.ts'
import { formatDuration } from './terminal/output.ts'
import { printableError } from './terminal/printable.ts'

const actions = ['stop', 'start', 'kill', 'pause', 'resume'] as const
type Action = (typeof actions)[number]

const usage = `npm run service -- ${actions.join('|')} ${processNames.join('|')}
  stop   ends it in an orderly way and holds it down
  start  brings it back
  kill   SIGKILL; the starter brings it back by itself
  pause  SIGSTOP: it keeps its connections and answers nobody
  resume SIGCONT`

async function main([action, name]: string[]): Promise<number> {
  if (!actions.includes(action as Action) || !processNames.includes(name as ProcessName)) {
    console.log(usage)
    return action === undefined || action === '--help' ? 0 : 1
  }
  const startMs = performance.now()
  try {
    const row = await connectControl()[action as Action](name as ProcessName)
    console.log(`${row.name} is ${row.state} (${formatDuration(performance.now() - startMs)})`)
    return 0
  } catch (error) {
    console.error(printableError(error))
    return 1
  }
}

process.exit(await main(process.argv.slice(2)))
