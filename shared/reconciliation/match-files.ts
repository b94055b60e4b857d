/** Matches the files that were read: those of a source in the order of their days, chunk by chunk. Who holds the source's row does one chunk. */

import type { ReconSourceKind } from '../contracts/lists.ts'
import type { Clock, Doorbell, SeparateTransactions, Transaction } from '../payments/ports.ts'
import type { MatchChunk } from './chunk.ts'
import { BANK_CHUNK_LINES } from './match-bank.ts'
import { linesWithFewDisputes } from './open-disputes.ts'
import { passedOn } from './passed-on.ts'
import type { ReconFile, ReconFiles, ReconLines, ReconSource, ReconSources } from './ports.ts'
import { ringAll } from './ring-all.ts'

/** Resolves breaks of lines whose counterpart has come since; begins nothing after `deadlineMs` (epoch, real time). Returns how many. */
export type LatePass = (deadlineMs: number) => Promise<number>

export interface MatchFilesPorts {
  /** Separate: a chunk locks thousands of rows. */
  transactions: SeparateTransactions
  reconSources: ReconSources
  reconFiles: Pick<ReconFiles, 'listByState' | 'lock' | 'update'>
  reconLines: Pick<ReconLines, 'list'>
  /** By kind of source. Files of a kind without one wait. */
  matchers: Partial<Record<ReconSourceKind, MatchChunk>>
  latePasses: readonly LatePass[]
  doorbell: Doorbell
  clock: Clock
}

export interface MatchSummary {
  /** That are DONE now. */
  files: number
  lines: number
  /** Breaks that what came late resolved. */
  late: number
}

/** Lines of one transaction, at most: more would be a little faster, and whoever pays meanwhile waits for them. */
const linesMax: Record<ReconSourceKind, number> = { acquirer: 500, bank: BANK_CHUNK_LINES }
/** The first chunk of a run: what the lines cost is not known before. */
const FIRST_LINES = 500
const LINES_MIN = 250
/** Real time. A transaction must stay below a second, whatever its lines open. */
const SLOW_MS = 400
const WAITING_STATES = ['PARSED', 'MATCHING'] as const
/** Of one look at the files of a source. */
const FILES_MAX = 100

interface Matcher {
  matcher: MatchChunk
  linesMax: number
}

interface Run {
  deadlineMs: number
  chunkLines: number
  summary: MatchSummary
}

/**
 * Begins nothing after `deadlineMs` (epoch, real time); the next run goes on where the rows say. A source whose chunk fails does not hold
 * up the others, nor does a late pass: what it threw is thrown at the end. Throws DependencyUnavailableError at once.
 */
export async function matchFiles(
  ports: MatchFilesPorts,
  deadlineMs: number,
  chunkLines = FIRST_LINES,
): Promise<MatchSummary> {
  await ports.clock.catchUp()
  const run: Run = { deadlineMs, chunkLines, summary: { files: 0, lines: 0, late: 0 } }
  const failures: unknown[] = []
  // First, so that another line of the same operation finds the expectation settled.
  await passLate(ports, run, failures)
  for (const source of await ports.reconSources.list())
    await matchSource(ports, source, run).catch(error => failures.push(passedOn(error)))
  // Only new lines can be what an open break waits for.
  if (run.summary.lines > 0) await passLate(ports, run, failures)
  if (failures.length > 0) throw failures[0]
  return run.summary
}

/** How many files wait to be matched. */
export async function waitingFiles({ reconFiles, reconSources, matchers }: MatchFilesPorts): Promise<number> {
  let count = 0
  for (const { sourceId, kind } of await reconSources.list())
    if (matchers[kind] !== undefined)
      count += (await reconFiles.listByState(WAITING_STATES, FILES_MAX, sourceId)).length
  return count
}

const mayGoOn = ({ clock }: MatchFilesPorts, { deadlineMs }: Run): boolean => clock.nowMs() < deadlineMs

async function passLate(ports: MatchFilesPorts, run: Run, failures: unknown[]): Promise<void> {
  for (const pass of ports.latePasses)
    try {
      if (mayGoOn(ports, run)) run.summary.late += await pass(run.deadlineMs)
    } catch (error) {
      failures.push(passedOn(error))
    }
}

async function matchSource(ports: MatchFilesPorts, { sourceId, kind }: ReconSource, run: Run): Promise<void> {
  const matcher = ports.matchers[kind]
  if (matcher === undefined) return
  for (;;) {
    const [file] = await ports.reconFiles.listByState(WAITING_STATES, 1, sourceId)
    if (file === undefined || !(await matchFile(ports, file, { matcher, linesMax: linesMax[kind] }, run))) return
  }
}

/** False when the time is over before the file is DONE. */
async function matchFile(ports: MatchFilesPorts, file: ReconFile, by: Matcher, run: Run): Promise<boolean> {
  while (mayGoOn(ports, run)) {
    const beganMs = ports.clock.nowMs()
    const limit = Math.min(run.chunkLines, by.linesMax)
    const done = await ports.transactions.run(file.fileId, tx => matchChunk(ports, tx, file, by.matcher, limit))
    for (const tell of done?.tells ?? []) tell()
    run.chunkLines = nextChunkLines(limit, ports.clock.nowMs() - beganMs)
    // Somebody else has finished it.
    if (done === undefined) return true
    await ringAll(ports.doorbell)
    run.summary.lines += done.lines
    if (!done.isLast) continue
    run.summary.files++
    return true
  }
  return false
}

/** Half as many when it took long, more when it did not. */
export function nextChunkLines(lines: number, tookMs: number): number {
  if (tookMs > SLOW_MS) return Math.max(LINES_MIN, Math.floor(lines / 2))
  return tookMs < SLOW_MS / 2 ? lines * 2 : lines
}

/** Undefined when the file waits no longer. */
async function matchChunk(
  ports: MatchFilesPorts,
  tx: Transaction,
  { fileId, sourceId }: ReconFile,
  matcher: MatchChunk,
  limit: number,
): Promise<{ lines: number; isLast: boolean; tells: (() => void)[] } | undefined> {
  const source = await ports.reconSources.lock(tx, sourceId)
  const file = await ports.reconFiles.lock(tx, fileId)
  if (source === undefined || (file?.state !== 'PARSED' && file?.state !== 'MATCHING')) return undefined
  const next = await ports.reconLines.list(fileId, { afterLine: file.matchedTo, limit }, tx)
  const lines = linesWithFewDisputes(next)
  const matchedTo = lines.at(-1)?.lineNo ?? file.matchedTo
  const isLast = lines.length === next.length && (next.length < limit || matchedTo >= file.lineCount)
  const tells: (() => void)[] = []
  const told = await matcher(tx, { source, file, lines, isLast, afterCommit: tell => tells.push(tell) })
  await ports.reconFiles.update(tx, {
    ...{ ...file, matchedTo, eventCount: file.eventCount + told },
    ...{ state: isLast ? 'DONE' : 'MATCHING', doneAtMs: isLast ? ports.clock.virtualNowMs() : null },
  })
  return { lines: lines.length, isLast, tells }
}
