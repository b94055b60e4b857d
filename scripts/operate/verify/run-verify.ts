/** `npm run verify`: finds the system, verifies it, says what it found, and has it kept where that is asked for. */
import { constants } from 'node:os'
import { type JsonTarget, terminalBeside, writeJson } from '../../terminal/json.ts'
import { paintFor } from '../../terminal/output.ts'
import { printable } from '../../terminal/printable.ts'
import { type FoundSystem, type SystemFlags, systemNamedBy } from '../find-system.ts'
import { beginKeptRun, type KeptRun, keptLine } from './kept-run.ts'
import { linesOf } from './report.ts'
import { defaultOptions, verify } from './settle.ts'
import type { OnProgress, WhatIsRead } from './verify-system.ts'

export interface VerifyFlags extends SystemFlags {
  /** In milliseconds. */
  settle: number
  now?: boolean
  json?: JsonTarget
  /** Keeps the run for the console: one of its own, or the one with this id, which the console has asked for. */
  save?: true | string
}

/** 0 when every invariant holds, nothing is on its way where that counts, and the run is kept when it shall be; else 1. */
export async function runVerify({ save, ...flags }: VerifyFlags): Promise<number> {
  const system = await systemNamedBy(flags, process.env)
  const terminal = terminalBeside(flags.json)
  terminal.write(`System: ${printable(system.where)}\n`)
  if (save === undefined) return verifyAndSay(system, flags)
  const begun = beginKeptRun(system, save)
  // At once: the run may be begun in the database before this process hears of it.
  failWhenInterrupted(begun)
  const run = await begun
  try {
    return await verifyAndSay(system, flags, run)
  } catch (error) {
    await run.fail(error)
    throw error
  } finally {
    await run.close()
  }
}

/** So that the next run need not wait for the lease of this one. */
function failWhenInterrupted(begun: Promise<KeptRun>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      const failed = begun.then(run => run.fail(new Error(`it was ended by ${signal}`)))
      void failed.catch(() => {}).finally(() => process.exit(128 + constants.signals[signal]))
    })
}

async function verifyAndSay(
  system: FoundSystem,
  { settle, now = false, json }: VerifyFlags,
  run?: KeptRun,
): Promise<number> {
  const startedMs = performance.now()
  const terminal = terminalBeside(json)
  const progress = sayProgress(line => terminal.write(`${line}\n`))
  const options = {
    settleMs: settle,
    graceMs: now ? 0 : defaultOptions.graceMs,
    settlementDefaults: system.config.settlementDefaults,
    onProgress: (what: WhatIsRead, count: number) => {
      progress.note(what, count)
      run?.note(what, count)
    },
  }
  const report = await verify(system, options).finally(progress.end)
  const seconds = (performance.now() - startedMs) / 1_000
  terminal.write(`${linesOf(report, paintFor(terminal, process.env), seconds).join('\n')}\n`)
  writeJson(json, report.results)
  const isKept = run === undefined || (await run.keep(report))
  if (run !== undefined) terminal.write(`${keptLine(run.runId, isKept)}\n`)
  return report.ok && isKept && !(now && report.pending > 0) ? 0 : 1
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
