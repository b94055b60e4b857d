/** What a developer runs before a commit: types, lint and unit tests, with their times. */
import { createReporter, formatDuration } from '../../terminal/output.ts'
import { runJest } from './run-program.ts'
import { staticChecks } from './static-checks.ts'

/** Resolves to the exit code: 0 when all is well. The unit tests run whatever the other checks find. */
export async function check(): Promise<number> {
  const reporter = createReporter()
  const { signal } = new AbortController()
  const startMs = performance.now()
  const { failed } = await staticChecks(reporter, signal)
  const unitStartMs = performance.now()
  const exitCode = await runJest({ project: 'unit', signal })
  reporter.line(
    `unit tests ${formatDuration(performance.now() - unitStartMs)}, all ${formatDuration(performance.now() - startMs)}`,
  )
  return failed === 0 && exitCode === 0 ? 0 : 1
}
