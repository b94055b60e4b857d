/** `npm run load`: finds the scenario, the system and the runner, runs, keeps the reports, and checks the books. */
import { readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { forgetExternals } from '../../local/plan-ports.ts'
import { type FoundSystem, type SystemFlags, systemNamedBy } from '../../operate/find-system.ts'
import { findApi } from '../../operate/smoke/find-api.ts'
import { linesOf } from '../../operate/verify/report.ts'
import { defaultOptions, verify } from '../../operate/verify/settle.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { createReporter, paintFor, type Reporter } from '../../terminal/output.ts'
import { withOwnSystem } from '../own-system.ts'
import { keepHistory, type RunFigures } from './history.ts'
import { findRunner, type Runner, type RunnerName, runScenario } from './runners.ts'
import { listScenarios, scenarioNamed } from './scenarios.ts'

export interface LoadFlags extends SystemFlags {
  list?: true | undefined
  runner?: RunnerName | undefined
  own?: true | undefined
  api?: string | undefined
  seed?: string | undefined
  timeScale?: string | undefined
  rateScale?: string | undefined
  invariantsWait?: string | undefined
  reports: string
  history?: string | undefined
}

/** How long events and fees of the load may be on their way. */
const SETTLE_MS = 120_000

/** What the runner ended with; 1 when it was content and the books are not. */
export async function runLoad(name: string | undefined, flags: LoadFlags): Promise<number> {
  const reporter = createReporter()
  if (flags.list) {
    for (const line of listScenarios()) reporter.line(line)
    return 0
  }
  if (name === undefined) throw new WrongArguments(`which scenario?\n${listScenarios().join('\n')}`)
  const file = scenarioNamed(name)
  const runner = findRunner(flags.runner)
  reporter.line(`${name}, run by ${runner.label}`)
  const runOn = (apiUrl: string): Promise<number> => runAndReport({ name, file, runner, apiUrl, flags }, reporter)
  if (flags.api !== undefined) {
    const code = await runOn(findApi({ api: flags.api }, {}))
    reporter.line('the books were not checked: only the API is known')
    return code
  }
  const runAndVerify = async (system: FoundSystem): Promise<number> => {
    const code = await runOn(system.apiUrl)
    return (await booksHold(system, reporter)) ? code : 1
  }
  if (!flags.own) return runAndVerify(await systemNamedBy(flags, process.env))
  forgetExternals(reporter, 'the load has services of its own', ['API_PORT', 'WEB_PORT', 'ACQUIRER_PORT', 'BANK_PORT'])
  return withOwnSystem({ data: `load-${process.pid}` }, reporter, runAndVerify, code => code === 0)
}

interface Run {
  name: string
  file: string
  runner: Runner
  apiUrl: string
  flags: LoadFlags
}

async function runAndReport({ name, file, runner, apiUrl, flags }: Run, reporter: Reporter): Promise<number> {
  const folder = resolve(flags.reports)
  const json = join(folder, `${name}.json`)
  // An old report must not be taken for the one of a run that wrote none.
  for (const old of ['json', 'xml', 'html']) rmSync(join(folder, `${name}.${old}`), { force: true })
  const code = await runScenario(runner, file, folder, {
    BASE_URL: apiUrl,
    REPORT_FOLDER: folder,
    SEED: flags.seed,
    TIME_SCALE: flags.timeScale,
    RATE_SCALE: flags.rateScale,
    INVARIANTS_WAIT_S: flags.invariantsWait,
  })
  const figures = readFigures(json)
  if (figures === undefined) {
    reporter.failure(`${runner.label} wrote no report and ended with ${code}`)
    return code === 0 ? 1 : code
  }
  reporter.line(`report  ${join(folder, `${name}.html`)}`)
  if (flags.history !== undefined) keepHistory(resolve(flags.history), folder, figures)
  return code
}

function readFigures(file: string): RunFigures | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

async function booksHold(system: FoundSystem, reporter: Reporter): Promise<boolean> {
  const startedMs = performance.now()
  const report = await verify(system, { ...defaultOptions, settleMs: SETTLE_MS })
  const seconds = (performance.now() - startedMs) / 1_000
  for (const line of linesOf(report, paintFor(process.stdout, process.env), seconds)) reporter.line(line)
  return report.ok && report.pending === 0
}
