/** What passed and what failed, over all phases of a test run. */
import { existsSync, readFileSync } from 'node:fs'

export interface Tally {
  passed: number
  failed: number
}

export const nothing: Tally = { passed: 0, failed: 0 }
export const onePassed: Tally = { passed: 1, failed: 0 }
export const oneFailed: Tally = { passed: 0, failed: 1 }

export function sum(tallies: Tally[]): Tally {
  return tallies.reduce((all, one) => ({ passed: all.passed + one.passed, failed: all.failed + one.failed }), nothing)
}

/** The last line of `npm test`; CI reads it. */
export const tallyLine = ({ passed, failed }: Tally) => `${passed} passed, ${failed} failed`

interface JestReport {
  numPassedTests: number
  numFailedTests: number
  /** Files that could not even be loaded: none of their tests is counted above. */
  numRuntimeErrorTestSuites: number
}

/** Jest's figures. A run that crashed, or ran no test, or failed without a failed test counts as one failure. */
export function jestTally(reportPath: string, exitCode: number): Tally {
  if (!existsSync(reportPath)) return oneFailed
  const report = JSON.parse(readFileSync(reportPath, 'utf8')) as JestReport
  const passed = report.numPassedTests
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites
  if (failed === 0 && (passed === 0 || exitCode !== 0)) return { passed, failed: 1 }
  return { passed, failed }
}

/** One count for each invariant of `verify --json`. */
export function verifyTally(reportPath: string, exitCode: number): Tally {
  if (!existsSync(reportPath)) return oneFailed
  const results = JSON.parse(readFileSync(reportPath, 'utf8')) as { ok: boolean }[]
  const passed = results.filter(result => result.ok).length
  const failed = results.length - passed
  if (failed === 0 && (passed === 0 || exitCode !== 0)) return { passed, failed: 1 }
  return { passed, failed }
}
