/** `npm run chaos`: makes chaos on a system of its own, and says what the auditor found. */
import { forgetExternals } from '../../local/plan-ports.ts'
import { terminalBeside, writeJson } from '../../terminal/json.ts'
import { createReporter } from '../../terminal/output.ts'
import { chaosRun, failuresOf } from './run.ts'
import { withStage } from './stage.ts'
import { figuresOf, summaryOf } from './summary.ts'

export interface ChaosFlags {
  /** Of faults, in milliseconds. */
  minutes: number
  /** Drawn when absent. */
  seed?: number | undefined
  /** Milliseconds. */
  lease: number
  /** Virtual. */
  days: number
  hurry?: boolean | undefined
  plant?: boolean | undefined
  json?: string | true | undefined
}

/** 0, or 1 when something contradicts, is broken, or nothing was done. */
export async function chaos({
  minutes: lengthMs,
  seed: given,
  lease: leaseMs,
  days,
  hurry = false,
  plant = false,
  json,
}: ChaosFlags): Promise<number> {
  const terminal = terminalBeside(json)
  const reporter = createReporter(terminal)
  const seed = given ?? Math.floor(Math.random() * 1e6)
  reporter.line(`seed ${seed}`)
  forgetExternals(reporter, 'chaos is made on services of its own', [
    'API_PORT',
    'WEB_PORT',
    'ACQUIRER_PORT',
    'BANK_PORT',
  ])
  const startedMs = performance.now()
  const say = (line: string) => reporter.line(line)
  const result = await withStage(
    { leaseMs },
    reporter,
    stage => chaosRun(stage, { seed, lengthMs, leaseMs, days, hurry, plant, say }),
    outcome => failuresOf(outcome).length === 0,
  )
  const ended = { seed, result, failures: failuresOf(result), seconds: (performance.now() - startedMs) / 1_000 }
  for (const line of summaryOf(ended, terminal)) reporter.line(line)
  writeJson(json, figuresOf(ended))
  return ended.failures.length === 0 ? 0 : 1
}
