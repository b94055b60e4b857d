/** A sandbox service as a real process, which a test kills. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { until } from '../../shared/runtime/until.ts'

const LISTENING = /"message":"listening".*"port":(\d+)/
const SUBSCRIBER = join(import.meta.dirname, 'crash/crash-at.mjs')

export interface SampleProcess {
  child: ChildProcess
  url: string
}

/** Runs a command on a free port of this machine. Resolves when the service listens; rejects with its output when it ends first. */
export async function startProcess(
  name: 'acquirer' | 'bank',
  command: readonly [string, ...string[]],
  variables: Record<string, string>,
): Promise<SampleProcess> {
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const env = { ...inherited, [`${name.toUpperCase()}_PORT`]: '0', HOST: '127.0.0.1', ...variables }
  const [program, ...args] = command
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', chunk => {
    output += chunk
  })
  await until(() => LISTENING.test(output) || child.exitCode !== null, { what: `the ${name}` })
  if (child.exitCode !== null) throw new Error(`it ended at once:\n${output}`)
  return { child, url: `http://127.0.0.1:${LISTENING.exec(output)![1]}` }
}

/** Node with the service's own program, which dies at one of these points once `crashFile` names it. */
export const startCrashing = (
  name: 'acquirer' | 'bank',
  points: readonly string[],
  crashFile: string,
  variables: Record<string, string>,
): Promise<SampleProcess> => {
  const program = join(import.meta.dirname, '../../sandbox', name, 'main.ts')
  const crash = { CRASH_POINTS: points.join(), CRASH_FILE: crashFile }
  return startProcess(name, [process.execPath, `--import=${SUBSCRIBER}`, program], { ...variables, ...crash })
}

/** Its exit code, null when the signal ended it. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(child, 'exit')
  child.kill(signal)
  const [code] = await ended
  return code as number | null
}
