/** `npm test`: everything that can be proved on one machine, on ports and data of its own. Ends with `N passed, N failed`. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { unfitReason } from './lab/fresh/requirements.ts'
import { checkFiles, filesOf, type Phase, runPhases, wantedPhases } from './lab/testing/phases.ts'
import { ensurePythonTools } from './lab/testing/python-tools.ts'
import { runJest, runNode } from './lab/testing/run-program.ts'
import { staticChecks } from './lab/testing/static-checks.ts'
import {
  jestTally,
  nothing,
  oneFailed,
  onePassed,
  sum,
  type Tally,
  tallyLine,
  verifyTally,
} from './lab/testing/tally.ts'
import { ensureChromium } from './local/chromium.ts'
import { deleteData } from './local/delete-data.ts'
import { installPackages } from './local/packages.ts'
import { watchParents } from './local/parent-watch.mjs'
import { type DataFolder, dataFolder, dataRoot, shortPath } from './local/paths.ts'
import { forgetExternals } from './local/plan-ports.ts'
import { findOnPath } from './local/programs.ts'
import { releaseLock, takeLock } from './local/starter-lock.ts'
import { System } from './local/system.ts'
import { createReporter, formatDuration } from './terminal/output.ts'

const usage = `npm test -- [options] [test files]
  --full          also the slow things: test/full, 20 rounds of kills, a bare Debian
  --only PHASES   a comma-separated few of: static, unit, system, full, kill, verify, fresh
  --native, --docker   as for npm start
  Test files narrow down the phases \`system\` and \`full\`.`

interface Options {
  full: boolean
  only?: string[]
  services: 'auto' | 'native' | 'docker'
  files: string[]
}

interface Run {
  options: Options
  folder: DataFolder
  signal: AbortSignal
  env: NodeJS.ProcessEnv
  system?: System
}

const reporter = createReporter()
const report = (run: Run, name: string) => join(run.folder.logs, `${name}.json`)

const phases: Phase<Run>[] = [
  { name: 'static', live: false, work: run => staticChecks(reporter, run.signal) },
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

function systemTests(run: Run): Promise<Tally> {
  return liveTests(run, 'system', run.env)
}

/** test/full: tests against the running system that take minutes, or need the checkers from PyPI. */
async function slowTests(run: Run): Promise<Tally> {
  if (!filesOf('full', run.options.files)) return nothing
  const tools = await reporter.step('python tools', () => ensurePythonTools(join(run.folder.logs, 'install.log')))
  return liveTests(run, 'full', { ...run.env, PYTHON_TOOLS: tools })
}

async function liveTests(run: Run, project: 'system' | 'full', env: NodeJS.ProcessEnv): Promise<Tally> {
  const args = filesOf(project, run.options.files)
  if (!args) return nothing
  const file = report(run, project)
  return jestTally(file, await runJest({ project, report: file, args, signal: run.signal, env }))
}

/** A bare Debian with nothing but Node, npm and this repository: scripts/fresh.ts says how. */
async function freshMachine(run: Run): Promise<Tally> {
  const unfit = unfitReason()
  if (unfit) {
    reporter.note(`left out: ${unfit}`)
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

function readOptions(): Options | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      only: { type: 'string' },
      native: { type: 'boolean', default: false },
      docker: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const only = values.only?.split(',')
  checkFiles(positionals, wantedPhases(phases, { full: values.full, only }))
  const services = values.native ? 'native' : values.docker ? 'docker' : 'auto'
  return { full: values.full, only, services, files: positionals }
}

const usualFolderLock = join(dataRoot, 'test-run.lock')

/** `test`, unless another `npm test` is at work there. */
function chooseFolder(): DataFolder {
  return takeLock(usualFolderLock) ? dataFolder(`test-${process.pid}`) : dataFolder('test')
}

/** One phase; one that throws is a failure by itself. */
async function runPhase(name: string, work: () => Promise<Tally>, signal: AbortSignal): Promise<Tally> {
  signal.throwIfAborted()
  const startMs = performance.now()
  reporter.line(`\n== ${name}`)
  let tally: Tally
  try {
    tally = await work()
  } catch (error) {
    signal.throwIfAborted()
    reporter.failure(error)
    tally = oneFailed
  }
  reporter.line(`== ${name}: ${tallyLine(tally)} (${formatDuration(performance.now() - startMs)})`)
  return tally
}

async function prepare(run: Run): Promise<Tally> {
  const log = join(run.folder.logs, 'install.log')
  // The README's own lines are run, and they call it.
  if (!findOnPath('curl')) await reporter.step('curl', () => installPackages(['curl'], log))
  const chromium = await reporter.step('chromium', async detail => {
    const path = await ensureChromium(log)
    detail(path)
    return path
  })
  run.env.CHROME_PATH = chromium
  return nothing
}

async function startSystem(run: Run): Promise<Tally> {
  run.system = new System({ data: run.folder.name, services: run.options.services, ports: 'free', web: true }, reporter)
  await run.system.start()
  run.env.PAY_RUN_FILE = run.folder.runFile
  return onePassed
}

async function runWanted(run: Run): Promise<Tally> {
  const wanted = wantedPhases(phases, run.options)
  const one = (name: string, work: () => Promise<Tally>) => runPhase(name, work, run.signal)
  const browser = wanted.some(phase => phase.live) ? await one('browser', () => prepare(run)) : nothing
  return sum([browser, await runPhases(run, wanted, { one, startSystem: () => startSystem(run) })])
}

/** Stops the system; keeps its data and logs only when they can explain a failure. */
async function tidyUp(run: Run, keep: boolean): Promise<void> {
  await run.system?.stop()
  if (run.folder.name === 'test') releaseLock(usualFolderLock)
  if (!keep) await deleteData(run.folder, reporter)
  else if (existsSync(run.folder.root))
    reporter.line(`\nKept for a look: ${shortPath(run.folder.logs)}/ (logs), ${shortPath(run.folder.root)}/ (data)`)
}

function callOffOnSignals(run: Run, controller: AbortController) {
  const onSignal = (signal: NodeJS.Signals | 'gone') => {
    if (controller.signal.aborted) return
    reporter.line(`\n${signal}: stopping`)
    controller.abort(new Error(`called off by ${signal}`))
    void tidyUp(run, true).finally(() => process.exit(signal === 'SIGINT' ? 130 : 143))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  watchParents(() => onSignal('gone'))
}

async function main(): Promise<number> {
  const options = readOptions()
  if (!options) {
    reporter.line(usage)
    return 0
  }
  const startMs = performance.now()
  const controller = new AbortController()
  const run: Run = { options, folder: chooseFolder(), signal: controller.signal, env: {} }
  callOffOnSignals(run, controller)
  forgetExternals(reporter, 'tests run on services and ports of their own', ['API_PORT', 'WEB_PORT', 'PAY_RUN_FILE'])
  await deleteData(run.folder, reporter)
  mkdirSync(run.folder.logs, { recursive: true })
  const total = await runWanted(run)
  controller.signal.throwIfAborted()
  await tidyUp(run, total.failed > 0)
  reporter.line(`\n${formatDuration(performance.now() - startMs)}`)
  reporter.line(tallyLine(total))
  return total.failed === 0 ? 0 : 1
}

try {
  process.exit(await main())
} catch (error) {
  // A call-off ends the process itself, once everything has stopped.
  if (!(error instanceof Error && error.message.startsWith('called off'))) {
    reporter.failure(error)
    reporter.line(tallyLine(oneFailed))
    process.exit(1)
  }
}
