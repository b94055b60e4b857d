/** `npm run demo:month`: brings a system of its own, plays the month on it, and prints its page. */
import { deleteData } from '../../local/delete-data.ts'
import { dataFolder } from '../../local/paths.ts'
import { forgetExternals } from '../../local/plan-ports.ts'
import { terminalBeside, writeJson } from '../../terminal/json.ts'
import { createReporter } from '../../terminal/output.ts'
import { withOwnSystem } from '../own-system.ts'
import { pageOf } from './page.ts'
import { runMonth } from './run.ts'

const DATA = 'month'

export interface MonthFlags {
  /** Drawn when absent. */
  seed?: number | undefined
  payments: number
  json?: string | true | undefined
}

/** 0, or 1 when money is unexplained or an invariant is broken. */
export async function month({ seed: given, payments, json }: MonthFlags): Promise<number> {
  const reporter = createReporter(terminalBeside(json))
  const seed = given ?? Math.floor(Math.random() * 1e6)
  const startedMs = performance.now()
  reporter.line(`seed ${seed}`)
  forgetExternals(reporter, 'the month has services of its own', ['API_PORT', 'ACQUIRER_PORT', 'BANK_PORT'])
  // What an earlier month left is another's books.
  await deleteData(dataFolder(DATA), reporter)
  const result = await withOwnSystem(
    { data: DATA },
    reporter,
    system => runMonth(system, { seed, payments }, line => reporter.line(line)),
    ({ problems }) => problems.length === 0,
  )
  const seconds = (performance.now() - startedMs) / 1_000
  for (const line of pageOf(result, seconds)) reporter.line(line)
  writeJson(json, { ...result, seconds })
  return result.problems.length === 0 ? 0 : 1
}
