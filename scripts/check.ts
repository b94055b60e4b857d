/** `npm run check`: types, lint and unit tests, with their times. Exit 0 when all is well. */
import { createReporter, formatDuration } from './system/output.ts'
import { runJest } from './testing/run-program.ts'
import { staticChecks } from './testing/static-checks.ts'

const reporter = createReporter()
const { signal } = new AbortController()
const startMs = performance.now()

const { failed } = await staticChecks(reporter, signal)
const unitStartMs = performance.now()
const exitCode = await runJest({ project: 'unit', signal })
reporter.line(
  `unit tests ${formatDuration(performance.now() - unitStartMs)}, all ${formatDuration(performance.now() - startMs)}`,
)
process.exit(failed === 0 && exitCode === 0 ? 0 : 1)
