/** `npm run kill`: draws the faults, runs them on a system, and says what came of it. */
import { terminalBeside, writeJson } from '../../terminal/json.ts'
import { createReporter } from '../../terminal/output.ts'
import type { Random } from '../random.ts'
import { drawFaults } from './rounds.ts'
import { failuresOf, killRun } from './run.ts'
import { figuresOf, summaryOf } from './summary.ts'
import { withSystem } from './with-system.ts'

export interface KillFlags {
  rounds: number
  /** Drawn when absent. */
  seed?: number | undefined
  each?: boolean | undefined
  /** Seconds. */
  pauseMax: number
  payments: number
  /** Virtual. */
  days?: number | undefined
  json?: string | true | undefined
  runFile?: string | undefined
}

/** On a system of its own. Another's clock stands, unless somebody says otherwise: it never goes back. */
const DAYS = 2

/** 0, or 1 when something differs, is broken, or nothing was done. */
export async function kill(flags: KillFlags): Promise<number> {
  const terminal = terminalBeside(flags.json)
  const reporter = createReporter(terminal)
  const { seed = Math.floor(Math.random() * 1e6), rounds, each = false } = flags
  const options = {
    seed,
    faults: (random: Random) => drawFaults(random, { rounds, each, pauseMsMax: flags.pauseMax * 1_000 }),
    paymentsMin: flags.payments,
    say: (line: string) => reporter.line(line),
  }
  reporter.line(`seed ${seed}`)
  const startedMs = performance.now()
  const result = await withSystem(
    flags.runFile,
    reporter,
    (system, control, isOwn) => killRun(system, control, { ...options, days: flags.days ?? (isOwn ? DAYS : 0) }),
    outcome => failuresOf(outcome).length === 0,
  )
  const ended = { result, failures: failuresOf(result), seconds: (performance.now() - startedMs) / 1_000 }
  for (const line of summaryOf(ended, terminal)) reporter.line(line)
  writeJson(flags.json, figuresOf(seed, ended))
  return ended.failures.length === 0 ? 0 : 1
}
