/** `npm run smoke`: one purchase and one refusal through a running system, each answer checked. Exit 0 when all is right, else 1. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { configFrom } from '../shared/runtime/config.ts'
import { Api } from './operate/smoke/api.ts'
import { findApi } from './operate/smoke/find-api.ts'
import { Purchase, smokeSteps } from './operate/smoke/purchase.ts'
import { jsonOf, junitOf, type SmokeResult, type StepResult } from './operate/smoke/report.ts'
import { createReporter, type Reporter } from './terminal/output.ts'
import { printable } from './terminal/printable.ts'

const USAGE = `npm run smoke -- [options]
  --api URL           the API to test, for instance http://127.0.0.1:8080 of \`docker compose up\`; needs nothing but HTTP
                      (else PAY_RUN_FILE, API_URL, or the running \`npm start\`)
  --run-file FILE     the run.json of the system to test
  --deadline SECONDS  how long readiness, the fee entry and the events are each waited for (default 30)
  --json FILE         also write the results as JSON
  --junit FILE        also write the results as JUnit XML
  FEE_BASIS_POINTS and FEE_FIXED say what fee is right when the API under test does not have the default one.`

const timesOut = (text: string): number => {
  const seconds = Number(text)
  if (!(seconds > 0)) throw new Error(`--deadline wants seconds, not ${text}`)
  return seconds * 1_000
}

function write(path: string | undefined, text: string): void {
  if (path === undefined) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** All steps in order; after the first that fails none makes sense any more. */
async function runSteps(purchase: Purchase, reporter: Reporter): Promise<StepResult[]> {
  const results: StepResult[] = []
  let failed = false
  for (const { name, run } of smokeSteps) {
    if (failed) {
      results.push({ name, outcome: 'skipped', durationMs: 0, detail: '' })
      continue
    }
    const startMs = performance.now()
    const [outcome, detail] = await reporter
      .step(name, async say => {
        const found = await run(purchase)
        say(found)
        return ['passed', found] as const
      })
      .catch(error => ['failed', messageOf(error)] as const)
    failed = outcome === 'failed'
    results.push({ name, outcome, durationMs: performance.now() - startMs, detail })
  }
  return results
}

function conclude(reporter: Reporter, { apiUrl, steps }: SmokeResult, purchase: Purchase): number {
  const failure = steps.find(step => step.outcome === 'failed')
  if (!failure) {
    reporter.line(`\nsmoke: passed, ${steps.length} steps at ${apiUrl}`)
    return 0
  }
  reporter.failure(`${failure.name}: ${failure.detail}`)
  reporter.line(
    `\nsmoke: failed at "${failure.name}" (${apiUrl}${purchase.paymentId && `, ${printable(purchase.paymentId)}`})`,
  )
  return 1
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      api: { type: 'string' },
      'run-file': { type: 'string' },
      deadline: { type: 'string', default: '30' },
      json: { type: 'string' },
      junit: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const { feeBasisPoints: basisPoints, feeFixedMinor: fixedMinor } = configFrom(process.env)
  const apiUrl = findApi({ api: values.api, runFile: values['run-file'] }, process.env)
  const settings = { fees: { basisPoints, fixedMinor }, deadlineMs: timesOut(values.deadline) }
  const purchase = new Purchase(new Api(apiUrl), settings)
  const reporter = createReporter()
  const startedAt = new Date().toISOString()
  const result: SmokeResult = { apiUrl, startedAt, steps: await runSteps(purchase, reporter) }
  write(values.json, jsonOf(result))
  write(values.junit, junitOf(result))
  return conclude(reporter, result, purchase)
}

main().then(
  code => process.exit(code),
  error => {
    console.error(`smoke: ${printable(messageOf(error))}`)
    process.exit(1)
  },
)
