/** Runs a program in the foreground, its output streaming past, until it ends or the run is called off. */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { projectRoot } from '../../local/paths.ts'

export interface ProgramRun {
  signal: AbortSignal
  env?: NodeJS.ProcessEnv
}

const harmless = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning']

/** The exit code; 128 and more when a signal ended it. */
export function runProgram(command: string, args: string[], { signal, env }: ProgramRun): Promise<number> {
  signal.throwIfAborted()
  const child = spawn(command, args, {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  const callOff = () => child.kill('SIGTERM')
  signal.addEventListener('abort', callOff, { once: true })
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, by) => resolve(code ?? (by ? 143 : 1)))
  }).finally(() => signal.removeEventListener('abort', callOff))
}

/** A program that came with npm, or a script of ours, run by this very Node. */
export function runNode(script: string, args: string[], run: ProgramRun): Promise<number> {
  return runProgram(process.execPath, [...harmless, join(projectRoot, script), ...args], run)
}

export interface JestRun extends ProgramRun {
  project: 'unit' | 'system' | 'full'
  report?: string
  args?: string[]
}

/** JUNIT_FOLDER: where a build server looks for `jest-<project>.xml`. */
function junitReporter(project: string, folder = process.env.JUNIT_FOLDER): { args: string[]; env: NodeJS.ProcessEnv } {
  if (!folder) return { args: [], env: {} }
  const env = {
    JEST_JUNIT_OUTPUT_FILE: resolve(folder, `jest-${project}.xml`),
    JEST_JUNIT_SUITE_NAME: '{filepath}',
    JEST_JUNIT_CLASSNAME: `${project}.{filepath}`,
    JEST_JUNIT_TITLE: '{classname} {title}',
    // A file that cannot be loaded has no test that could fail.
    JEST_JUNIT_REPORT_TEST_SUITE_ERRORS: 'true',
  }
  return { args: ['--reporters=default', '--reporters=jest-junit'], env }
}

export function runJest({ project, report, args = [], signal, env }: JestRun): Promise<number> {
  const reporting = report ? ['--json', `--outputFile=${report}`] : []
  const junit = junitReporter(project)
  // jest would leave a core to itself, which is half of a small machine. Running-system tests go one at a time.
  const workers = project === 'unit' ? '--maxWorkers=100%' : '--runInBand'
  const options = [process.env.NODE_OPTIONS, '--experimental-vm-modules', ...harmless]
  return runNode(
    'node_modules/.bin/jest',
    [...args, ...reporting, ...junit.args, workers, '--selectProjects', project],
    {
      signal,
      env: { ...env, ...junit.env, NODE_OPTIONS: options.filter(Boolean).join(' ') },
    },
  )
}
