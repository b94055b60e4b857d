/** One `npm test`: the wanted phases, on a system of their own, and what is left behind. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ensureChromium } from '../../local/chromium.ts'
import { deleteData } from '../../local/delete-data.ts'
import { installPackages } from '../../local/packages.ts'
import { watchParents } from '../../local/parent-watch.mjs'
import { type DataFolder, dataFolder, dataRoot, shortPath } from '../../local/paths.ts'
import { forgetExternals } from '../../local/plan-ports.ts'
import { findOnPath } from '../../local/programs.ts'
import { releaseLock, takeLock } from '../../local/starter-lock.ts'
import { System } from '../../local/system.ts'
import { createReporter, formatDuration } from '../../terminal/output.ts'
import { phases, type Run } from './phase-work.ts'
import { checkFiles, type Phase, runPhases, wantedPhases } from './phases.ts'
import { nothing, oneFailed, onePassed, sum, type Tally, tallyLine } from './tally.ts'

export interface TestFlags {
  full?: boolean | undefined
  /** A comma-separated few of the phases. */
  only?: string | undefined
  native?: boolean | undefined
  docker?: boolean | undefined
}

type Services = 'auto' | 'native' | 'docker'

const reporter = createReporter()

/**
 * 0, or 1 when something failed; the last line says how many passed and failed.
 * A signal stops everything and ends the process with 130 or 143.
 */
export async function runTests(flags: TestFlags, files: string[]): Promise<number> {
  const stopping = new AbortController()
  try {
    return await testRun(flags, files, stopping)
  } catch (error) {
    // The signal ends the process itself, once everything has stopped.
    if (stopping.signal.aborted) return new Promise(() => {})
    reporter.failure(error)
    reporter.line(tallyLine(oneFailed))
    return 1
  }
}

async function testRun(
  { full = false, only, native, docker }: TestFlags,
  files: string[],
  stopping: AbortController,
): Promise<number> {
  const wanted = wantedPhases(phases, { full, only: only?.split(',') })
  checkFiles(files, wanted)
  const startMs = performance.now()
  const run: Run = { files, folder: chooseFolder(), signal: stopping.signal, reporter, env: {} }
  callOffOnSignals(run, stopping)
  forgetExternals(reporter, 'tests run on services and ports of their own', ['API_PORT', 'WEB_PORT', 'PAY_RUN_FILE'])
  await deleteData(run.folder, reporter)
  mkdirSync(run.folder.logs, { recursive: true })
  const total = await runAll(run, wanted, native ? 'native' : docker ? 'docker' : 'auto')
  run.signal.throwIfAborted()
  await tidyUp(run, total.failed > 0)
  reporter.line(`\n${formatDuration(performance.now() - startMs)}`)
  reporter.line(tallyLine(total))
  return total.failed === 0 ? 0 : 1
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

async function startSystem(run: Run, services: Services): Promise<Tally> {
  run.system = new System({ data: run.folder.name, services, ports: 'free', web: true }, reporter)
  await run.system.start()
  run.env.PAY_RUN_FILE = run.folder.runFile
  return onePassed
}

async function runAll(run: Run, wanted: Phase<Run>[], services: Services): Promise<Tally> {
  const one = (name: string, work: () => Promise<Tally>) => runPhase(name, work, run.signal)
  const browser = wanted.some(phase => phase.live) ? await one('browser', () => prepare(run)) : nothing
  return sum([browser, await runPhases(run, wanted, { one, startSystem: () => startSystem(run, services) })])
}

/** Stops the system; keeps its data and logs only when they can explain a failure. */
async function tidyUp(run: Run, keep: boolean): Promise<void> {
  await run.system?.stop()
  if (run.folder.name === 'test') releaseLock(usualFolderLock)
  if (!keep) await deleteData(run.folder, reporter)
  else if (existsSync(run.folder.root))
    reporter.line(`\nKept for a look: ${shortPath(run.folder.logs)}/ (logs), ${shortPath(run.folder.root)}/ (data)`)
}

function callOffOnSignals(run: Run, stopping: AbortController) {
  const onSignal = (signal: NodeJS.Signals | 'gone') => {
    if (run.signal.aborted) return
    reporter.line(`\n${signal}: stopping`)
    stopping.abort(new Error(`called off by ${signal}`))
    void tidyUp(run, true).finally(() => process.exit(signal === 'SIGINT' ? 130 : 143))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  watchParents(() => onSignal('gone'))
}
