/** Who runs a scenario file: the user's k6, or the stand-in. Both get the same file and the same settings. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../../local/paths.ts'
import { findOnPath } from '../../local/programs.ts'
import { StepFailure } from '../../terminal/output.ts'

export type RunnerName = 'k6' | 'stand-in'

export interface Runner {
  label: string
  command: string
  args: string[]
}

const standIn: Runner = {
  label: 'the stand-in, which is not k6',
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', join(projectRoot, 'scripts/lab/load/stand-in/main.ts')],
}

/** Without a wish: k6 where there is one. Throws when k6 is wished for and is not there. */
export function findRunner(wished: RunnerName | undefined, env: NodeJS.ProcessEnv = process.env): Runner {
  if (wished === 'stand-in') return standIn
  const k6 = findOnPath('k6', env)
  if (k6 !== undefined) return { label: `k6 (${k6})`, command: k6, args: ['run'] }
  if (wished === undefined) return standIn
  throw new StepFailure('there is no k6 on PATH', {
    fix: 'install it (docs/load.md), or leave --runner away for the stand-in',
  })
}

/** The exit code of the runner. Ctrl-C reaches it, too: it is in the same group. */
export function runScenario(
  { command, args }: Runner,
  file: string,
  reports: string,
  settings: Record<string, string | undefined>,
): Promise<number> {
  mkdirSync(reports, { recursive: true })
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  const flags = given.flatMap(([name, value]) => ['-e', `${name}=${value}`])
  const child = spawn(command, [...args, ...flags, file], {
    stdio: 'inherit',
    // Another form of the summary, which later versions of k6 may choose by themselves.
    env: { ...process.env, K6_NEW_MACHINE_READABLE_SUMMARY: 'false' },
  })
  return new Promise((done, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => done(code ?? 128 + constants.signals[signal!]))
  })
}
