/** `npm run smoke`: finds the API, runs every step, and says and writes what became of it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { configFrom } from '../../../shared/runtime/config.ts'
import { type JsonTarget, terminalBeside, writeJson } from '../../terminal/json.ts'
import { createReporter, type Reporter } from '../../terminal/output.ts'
import { printable } from '../../terminal/printable.ts'
import { withEnvFile } from '../env-file.ts'
import type { SystemFlags } from '../find-system.ts'
import { Api } from './api.ts'
import { Buyer } from './buyer.ts'
import { findApi } from './find-api.ts'
import { lifecycleSteps } from './lifecycle.ts'
import { purchaseSteps } from './purchase.ts'
import { junitOf, type SmokeResult, type StepResult } from './report.ts'

export interface SmokeFlags extends SystemFlags {
  api?: string
  /** In milliseconds. */
  deadline: number
  json?: JsonTarget
  junit?: string
}

/** 0 when every step passed, else 1. */
export async function runSmoke({ deadline, json, junit, ...named }: SmokeFlags): Promise<number> {
  const env = named.envFile === undefined ? process.env : withEnvFile(named.envFile, process.env)
  const { feeBasisPoints: basisPoints, feeFixedMinor: fixedMinor, settlementDefaults: terms } = configFrom(env)
  const apiUrl = findApi(named, env)
  const buyer = new Buyer(new Api(apiUrl), { fees: { basisPoints, fixedMinor }, terms, deadlineMs: deadline })
  const reporter = createReporter(terminalBeside(json))
  const startedAt = new Date().toISOString()
  const result: SmokeResult = { apiUrl, startedAt, steps: await runSteps(buyer, reporter) }
  if (junit !== undefined) mkdirSync(dirname(junit), { recursive: true })
  writeJson(json, result)
  if (junit !== undefined) writeFileSync(junit, junitOf(result))
  return conclude(reporter, result, buyer)
}

/** All steps in order. After the first failure the others are skipped, because each needs the ones before it. */
async function runSteps(buyer: Buyer, reporter: Reporter): Promise<StepResult[]> {
  const results: StepResult[] = []
  let failed = false
  for (const { name, run } of [...purchaseSteps, ...lifecycleSteps]) {
    if (failed) {
      results.push({ name, outcome: 'skipped', durationMs: 0, detail: '' })
      continue
    }
    const startMs = performance.now()
    const [outcome, detail] = await reporter
      .step(name, async say => {
        const found = await run(buyer)
        say(found)
        return ['passed', found] as const
      })
      .catch(error => ['failed', error instanceof Error ? error.message : String(error)] as const)
    failed = outcome === 'failed'
    results.push({ name, outcome, durationMs: performance.now() - startMs, detail })
  }
  return results
}

function conclude(reporter: Reporter, { apiUrl, steps }: SmokeResult, buyer: Buyer): number {
  const failure = steps.find(step => step.outcome === 'failed')
  if (!failure) {
    reporter.line(`\nsmoke: passed, ${steps.length} steps at ${apiUrl}`)
    return 0
  }
  reporter.failure(`${failure.name}: ${failure.detail}`)
  reporter.line(
    `\nsmoke: failed at "${failure.name}" (${apiUrl}${buyer.paymentId && `, ${printable(buyer.paymentId)}`})`,
  )
  return 1
}
