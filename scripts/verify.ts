/** `npm run verify`: proves the books right, or says which rows are wrong. Exit 0 when every invariant holds, else 1. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { findSystem } from './operate/find-system.ts'
import { isColoured, linesOf, paint } from './operate/verify/report.ts'
import { DEFAULT_OPTIONS, verify } from './operate/verify/settle.ts'
import { printableError } from './terminal/printable.ts'

const USAGE = `npm run verify -- [options]
  --settle SECONDS   wait up to so long until nothing is on its way
  --now              judge at once: whatever is still on its way counts as failed
  --json FILE        also write the results as JSON
  --run-file FILE    the run.json of the system to look at (else PAY_RUN_FILE, .data/main/run.json, or DATABASE_URL and KAFKA_BROKERS)`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      settle: { type: 'string', default: '0' },
      now: { type: 'boolean', default: false },
      json: { type: 'string' },
      'run-file': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const startedMs = performance.now()
  const system = await findSystem(values['run-file'], process.env)
  const settleMs = Number(values.settle) * 1_000
  if (!(settleMs >= 0)) throw new Error('--settle wants seconds')
  const report = await verify(system, { settleMs, graceMs: values.now ? 0 : DEFAULT_OPTIONS.graceMs })
  const seconds = (performance.now() - startedMs) / 1_000
  console.log(linesOf(report, paint(isColoured(process.stdout, process.env)), seconds).join('\n'))
  if (values.json) await writeFile(values.json, `${JSON.stringify(report.results, null, 2)}\n`)
  return report.ok && !(values.now && report.pending > 0) ? 0 : 1
}

main().then(
  code => process.exit(code),
  error => {
    console.error(`verify: ${printableError(error)}`)
    process.exit(1)
  },
)
