/** Types and lint: what can be judged without running anything. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from '../../local/paths.ts'
import type { Reporter } from '../../terminal/output.ts'
import { oneFailed, onePassed, sum, type Tally } from './tally.ts'

const checks: { name: string; program: string; args: string[] }[] = [
  { name: 'types', program: 'tsc', args: ['-p', '.'] },
  { name: 'types (web)', program: 'tsc', args: ['-p', 'web'] },
  { name: 'types (load)', program: 'tsc', args: ['--noEmit', '-p', 'test/load'] },
  { name: 'lint', program: 'biome', args: ['check', '--colors=off', '.'] },
]

/** Side by side; each prints its output only when it fails. */
export async function staticChecks(reporter: Reporter, signal: AbortSignal): Promise<Tally> {
  const tallies = await Promise.all(
    checks.map(({ name, program, args }) =>
      reporter
        .step(name, () => check(program, args, signal))
        .then(
          () => onePassed,
          (error: Error) => {
            signal.throwIfAborted()
            reporter.line(error.message)
            return oneFailed
          },
        ),
    ),
  )
  return sum(tallies)
}

/** Rejects with the program's output. */
function check(program: string, args: string[], signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [join(projectRoot, 'node_modules/.bin', program), ...args], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => (code === 0 ? resolve() : reject(new Error(output.trimEnd()))))
  })
}
