/** What each phase of a test run does. */
import { join } from 'node:path'
import type { DataFolder } from '../../local/paths.ts'
import { namedRunFile } from '../../local/run-file.ts'
import type { System } from '../../local/system.ts'
import type { Reporter } from '../../terminal/output.ts'
import { unfitReason } from '../fresh/requirements.ts'
import { filesOf, type Phase } from './phases.ts'
import { ensurePythonTools } from './python-tools.ts'
import { runJest, runNode } from './run-program.ts'
import { unmovedClocks } from './shared-clock.ts'
import { staticChecks } from './static-checks.ts'
import { jestTally, nothing, oneFailed, onePassed, sum, type Tally, verifyTally } from './tally.ts'

export interface Run {
  /** Test files that were named; none means all. */
  files: string[]
  folder: DataFolder
  signal: AbortSignal
  reporter: Reporter
  /** What the tests are told of the system and the browser. */
  env: NodeJS.ProcessEnv
  system?: System
}

const report = (run: Run, name: string) => join(run.folder.logs, `${name}.json`)

export const phases: Phase<Run>[] = [
  { name: 'static', live: false, work: run => staticChecks(run.reporter, run.signal) },
  { name: 'unit', live: false, work: unitTests },
  { name: 'system', live: true, work: systemTests },
  { name: 'full', live: true, slow: true, work: slowTests },
  { name: 'kill', live: true, slow: true, work: killRounds },
  { name: 'verify', live: true, work: verifyBooks },
  { name: 'fresh', live: false, slow: true, work: freshMachine },
]

async function unitTests(run: Run): Promise<Tally> {
  const file = report(run, 'unit')
  return jestTally(file, await runJest({ project: 'unit', report: file, signal: run.signal }))
}

async function systemTests(run: Run): Promise<Tally> {
  const tally = await liveTests(run, 'system', run.env)
  return sum([tally, await unmovedClocks(namedRunFile(run.folder.runFile).env, run.reporter)])
}

/** test/full: tests against the running system that take minutes, or need the checkers from PyPI. */
async function slowTests(run: Run): Promise<Tally> {
  if (!filesOf('full', run.files)) return nothing
  const tools = await run.reporter.step('python tools', () => ensurePythonTools(join(run.folder.logs, 'install.log')))
  return liveTests(run, 'full', { ...run.env, PYTHON_TOOLS: tools })
}

async function liveTests(run: Run, project: 'system' | 'full', env: NodeJS.ProcessEnv): Promise<Tally> {
  const args = filesOf(project, run.files)
  if (!args) return nothing
  const file = report(run, project)
  return jestTally(file, await runJest({ project, report: file, args, signal: run.signal, env }))
}

/** A bare Debian with nothing but Node, npm and this repository: scripts/lab/fresh/ says how. */
async function freshMachine(run: Run): Promise<Tally> {
  const unfit = unfitReason()
  if (unfit) {
    run.reporter.note(`left out: ${unfit}`)
    return nothing
  }
  const exitCode = await runNode('scripts/fresh.ts', [], run)
  return exitCode === 0 ? onePassed : oneFailed
}

/** The tests in test/faults kill each service once; this is the long way. */
async function killRounds(run: Run): Promise<Tally> {
  const exitCode = await runNode('scripts/kill.ts', ['--rounds', '20', '--seed', '1'], run)
  return exitCode === 0 ? onePassed : oneFailed
}

/** By now nothing may be on its way any more: what has not arrived within 90 s counts as lost. */
async function verifyBooks(run: Run): Promise<Tally> {
  const file = report(run, 'verify')
  return verifyTally(file, await runNode('scripts/verify.ts', ['--settle', '90', '--now', '--json', file], run))
}
