/** `npm run soak`: half the load that a system of its own can bear, and what grows meanwhile. */
import { forgetExternals } from '../../local/plan-ports.ts'
import { terminalBeside } from '../../terminal/json.ts'
import { createReporter } from '../../terminal/output.ts'
import { INSPECTOR_ON_DEMAND } from '../bench/inspector.ts'
import { linesOf } from '../bench/report.ts'
import { withOwnSystem } from '../own-system.ts'
import { resultFile, writeResult } from '../result-file.ts'
import { STATEMENT_COUNTING } from './database-readings.ts'
import { headerOf, sectionsOf, verdictOf } from './report.ts'
import { runSoak } from './run.ts'

export interface SoakFlags {
  /** Of load, in milliseconds. */
  minutes: number
  /** Drawn when absent. */
  seed?: number | undefined
  flowsPerSecond?: number | undefined
  markdown?: boolean | undefined
  json?: string | true | undefined
  save?: boolean | undefined
}

/** 0, or 1 when something grows, was answered wrongly, or is broken. */
export async function soak(flags: SoakFlags): Promise<number> {
  const { minutes: lengthMs, seed: given, flowsPerSecond, markdown, json, save } = flags
  const reporter = createReporter(terminalBeside(json))
  const seed = given ?? Math.floor(Math.random() * 1e6)
  reporter.line(`seed ${seed}`)
  forgetExternals(reporter, 'the soak brings its own system', ['API_PORT', 'PAY_RUN_FILE'])
  // Of the processes that are started next.
  process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, INSPECTOR_ON_DEMAND].filter(Boolean).join(' ')
  const result = await withOwnSystem(
    { data: `soak-${process.pid}`, mariadbFlags: STATEMENT_COUNTING },
    reporter,
    system => runSoak(system, { lengthMs, seed, flowsPerSecond }, line => reporter.line(line)),
    ({ problems }) => problems.length === 0,
  )
  const sections = sectionsOf(result).flatMap(section => linesOf(section, markdown === true))
  for (const line of ['', ...headerOf(result), ...sections, '', ...verdictOf(result)]) reporter.line(line)
  writeResult(result, [json, save ? resultFile('soak') : undefined], reporter)
  return result.problems.length === 0 ? 0 : 1
}
