/** `npm run overload`: overloads a system of its own, and says what came of it. */
import { terminalBeside } from '../../terminal/json.ts'
import { createReporter } from '../../terminal/output.ts'
import { onStage } from '../bench/stage.ts'
import { resultFile, writeResult } from '../result-file.ts'
import { type Overload, type OverloadResult, runOverload } from './run.ts'

export interface OverloadFlags {
  seconds: number
  seed?: number | undefined
  json?: string | true | undefined
  save?: boolean | undefined
}

/** 0, or 1 when something was lost, is broken, or could not be measured. */
export async function overload(flags: OverloadFlags): Promise<number> {
  const reporter = createReporter(terminalBeside(flags.json))
  const { seconds, seed = Math.floor(Math.random() * 1e6) } = flags
  reporter.line(`seed ${seed}`)
  const result = await onStage(
    { reporter, withEmptyHandlers: false },
    stage => runOverload(stage, { seconds, seed }, line => reporter.line(line)),
    ({ problems }) => problems.length === 0,
  )
  for (const line of linesOf(result)) reporter.line(line)
  writeResult(result, [flags.json, flags.save ? resultFile('overload') : undefined], reporter)
  return result.problems.length === 0 ? 0 : 1
}

function linesOf({ overloads, invariants, problems, machine }: OverloadResult): string[] {
  return [
    '',
    `${machine.cpu}, ${machine.cores} cores`,
    ...overloads.flatMap(linesOfOne),
    `invariants: ${invariants.ok} hold, ${invariants.broken.length} are broken`,
    ...problems.map(problem => `PROBLEM ${problem}`),
  ]
}

function linesOfOne({ name, peakPerSecond, load, goodputPerSecond, recoverySeconds, readMsP99, lost }: Overload) {
  const share = ((100 * goodputPerSecond) / peakPerSecond).toFixed(0)
  return [
    name,
    `  peak ${peakPerSecond.toFixed(1)}/s, offered ${load.perSecond.toFixed(1)}/s for ${load.seconds} s`,
    `  goodput ${goodputPerSecond.toFixed(1)}/s, ${share} % of the peak`,
    ...Object.entries(load.outcomes).map(
      ([
        outcome,
        {
          count,
          latencyMs: { p50, p99, max },
        },
      ]) => `  ${outcome}: ${count}, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, max ${max.toFixed(0)} ms`,
    ),
    `  reads meanwhile: p99 ${readMsP99.toFixed(0)} ms`,
    `  at half the peak afterwards: only 201 after ${recoverySeconds} s`,
    `  sender late by ${load.lateMs.p99.toFixed(1)} ms (p99); ${lost.length} differences from the database`,
  ]
}
