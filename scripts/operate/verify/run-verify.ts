/** `npm run verify`: finds the system, verifies it, and says what it found. */
import { type JsonTarget, terminalBeside, writeJson } from '../../terminal/json.ts'
import { paintFor } from '../../terminal/output.ts'
import { printable } from '../../terminal/printable.ts'
import { type SystemFlags, systemNamedBy } from '../find-system.ts'
import { linesOf } from './report.ts'
import { defaultOptions, verify } from './settle.ts'

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
  const report = await verify(system, { settleMs: settle, graceMs: now ? 0 : defaultOptions.graceMs })
  const seconds = (performance.now() - startedMs) / 1_000
  terminal.write(`${linesOf(report, paintFor(terminal, process.env), seconds).join('\n')}\n`)
  writeJson(json, report.results)
  return report.ok && !(now && report.pending > 0) ? 0 : 1
}
