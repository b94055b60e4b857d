/** `npm run bench:recon`: a large settlement file, imported and then matched, each by a process of its own. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectControl } from '../../../local/control.ts'
import { type JsonTarget, terminalBeside } from '../../../terminal/json.ts'
import { createReporter, formatDuration } from '../../../terminal/output.ts'
import { resultFile, writeResult } from '../../result-file.ts'
import { beginRun, type Origin } from '../machine.ts'
import { SCALE_MARIADB_FLAGS } from '../scale/settings.ts'
import { onStage, type Stage } from '../stage.ts'
import { DIFFERS_EVERY, plantExpectations } from './plant-expectations.ts'
import { BATCH, operationOf, writeSettlementFile } from './write-file.ts'

interface ReconFlags {
  lines: number
  json?: JsonTarget
  save?: true | undefined
}

/** What the process that imported it printed. */
interface ImportFigures {
  kind: string
  seconds: number
  /** Of the process, its start included. */
  cpuSeconds: number
  peakRssMiB: number
  transactionsMs: { count: number; max: number }
}

/** What the process that matched it printed. */
interface MatchFigures {
  lines: number
  seconds: number
  cpuSeconds: number
  peakRssMiB: number
  transactionsMs: { count: number; max: number }
}

type ReconResult = Origin & { lines: number; imported: ImportFigures; matched: MatchFigures }

/** 0, or 1 when the file was not imported, or not all of it matched. */
export async function benchRecon(flags: ReconFlags): Promise<number> {
  const reporter = createReporter(terminalBeside(flags.json))
  const result = await onStage(
    { reporter, withEmptyHandlers: false, mariadbFlags: SCALE_MARIADB_FLAGS, isLarge: true },
    stage => measure(stage, flags, line => reporter.line(line)),
    isGood,
  )
  writeResult(result, [flags.json, flags.save && resultFile('recon')], reporter)
  for (const line of linesOf(result)) reporter.line(line)
  return isGood(result) ? 0 : 1
}

const isGood = ({ lines, imported, matched }: ReconResult): boolean =>
  imported.kind === 'imported' && matched.lines === lines

async function measure(stage: Stage, { lines }: ReconFlags, say: (line: string) => void): Promise<ReconResult> {
  const end = beginRun()
  const { databaseUrl, runFile } = stage.system
  // Its jobs would fetch, and match.
  await connectControl(runFile!).stop('api')
  const path = join(stage.folder.root, 'settlement.csv')
  const beganMs = performance.now()
  await writeSettlementFile(path, lines)
  say(`${lines} lines are written in ${formatDuration(performance.now() - beganMs)}`)
  const imported = await importIn(stage, path)
  await plantExpectations(databaseUrl, lines, operationOf)
  const matched = await matchIn(stage)
  return { ...(await end(databaseUrl)), lines, imported, matched }
}

async function importIn({ env }: Stage, path: string): Promise<ImportFigures> {
  const program = join(import.meta.dirname, 'import-child.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    env: { ...process.env, ...env, IMPORT_PATH: path, IMPORT_NAME: `${BATCH}-r1.csv` },
  })
  return JSON.parse(stdout) as ImportFigures
}

async function matchIn({ env }: Stage): Promise<MatchFigures> {
  const program = join(import.meta.dirname, 'match-child.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env: { ...process.env, ...env } })
  return JSON.parse(stdout) as MatchFigures
}

const linesOf = (result: ReconResult): string[] => [...importLinesOf(result), ...matchLinesOf(result)]

function matchLinesOf({ matched: { lines, seconds, cpuSeconds, peakRssMiB, transactionsMs } }: ReconResult): string[] {
  return [
    `matched: ${lines} lines in ${seconds.toFixed(1)} s, ${Math.round(lines / seconds)} a second; one in ${DIFFERS_EVERY} is a break`,
    `${cpuSeconds.toFixed(1)} s of CPU in Node, peak memory ${Math.round(peakRssMiB)} MiB; ${transactionsMs.count} transactions, the longest ${Math.round(transactionsMs.max)} ms`,
  ]
}

function importLinesOf({ lines, imported }: ReconResult): string[] {
  const { kind, seconds, cpuSeconds, peakRssMiB, transactionsMs } = imported
  return [
    `${kind}: ${lines} lines in ${seconds.toFixed(1)} s, ${Math.round(lines / seconds)} a second`,
    `${cpuSeconds.toFixed(1)} s of CPU in Node, peak memory ${Math.round(peakRssMiB)} MiB; ${transactionsMs.count} transactions, the longest ${Math.round(transactionsMs.max)} ms`,
  ]
}
