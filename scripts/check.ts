/** `npm run check`: types, lint and unit tests, with their times. Exit 0 when all is well. */

import { runJest } from './lab/testing/run-program.ts'
import { staticChecks } from './lab/testing/static-checks.ts'
import { createReporter, formatDuration } from './terminal/output.ts'

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
