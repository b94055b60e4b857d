/** `npm run verify`: finds the system, verifies it, and says what it found. */
import { type JsonTarget, terminalBeside, writeJson } from '../../terminal/json.ts'
import { paintFor } from '../../terminal/output.ts'
import { printable } from '../../terminal/printable.ts'
import { type SystemFlags, systemNamedBy } from '../find-system.ts'
import { linesOf } from './report.ts'
import { defaultOptions, verify } from './settle.ts'
import type { OnProgress } from './verify-system.ts'

export interface VerifyFlags extends SystemFlags {
  /** In milliseconds. */
  settle: number
  now?: boolean
  json?: JsonTarget
}

/** 0 when every invariant holds, and nothing is on its way where that counts; else 1. */
export async function runVerify({ settle, now = false, json, ...named }: VerifyFlags): Promise<number> {
  const startedMs = performance.now()
  const system = await systemNamedBy(named, process.env)
  const terminal = terminalBeside(json)
  terminal.write(`System: ${printable(system.where)}\n`)
  const progress = sayProgress(line => terminal.write(`${line}\n`))
  const options = {
    settleMs: settle,
    graceMs: now ? 0 : defaultOptions.graceMs,
    settlementDefaults: system.config.settlementDefaults,
    onProgress: progress.note,
  }
  const report = await verify(system, options).finally(progress.end)
  const seconds = (performance.now() - startedMs) / 1_000
  terminal.write(`${linesOf(report, paintFor(terminal, process.env), seconds).join('\n')}\n`)
  writeJson(json, report.results)
  return report.ok && !(now && report.pending > 0) ? 0 : 1
}

const SAID_EACH_MS = 10_000

/** Says every ten seconds how far it has come; a run that is over sooner says nothing. */
function sayProgress(say: (line: string) => void): { note: OnProgress; end(): void } {
  let last = ''
  const timer = setInterval(() => last !== '' && say(`verifying: ${last}`), SAID_EACH_MS)
  return {
    note: (what, count) => {
      last = `${count.toLocaleString('en')} ${what}`
    },
    end: () => clearInterval(timer),
  }
}
