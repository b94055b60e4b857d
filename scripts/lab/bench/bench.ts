/** `npm run bench`: measures or reads the figures, writes them where they are wanted, and prints them. */
import { readFileSync } from 'node:fs'
import { terminalBeside } from '../../terminal/json.ts'
import { createReporter, formatDuration, type Reporter } from '../../terminal/output.ts'
import { resultFile, writeResult } from '../result-file.ts'
import { TraceCollector } from '../trace-collector.ts'
import { runAgainst } from './against.ts'
import { type ComparisonResult, comparisonHeader, comparisonSections, comparisonVerdict } from './comparison.ts'
import { type BenchFlags, scaleSettingsOf, settingsOf } from './flags.ts'
import { type ProfileResult, runProfile } from './profile.ts'
import { profileHeader, profileSections } from './profile-report.ts'
import { comparisonOf, headerLines, linesOf, type Section, sectionsOf, verdictLines } from './report.ts'
import { type BenchResult, runBench } from './run.ts'
import { isEmpty } from './run-case.ts'
import { runScale, type ScaleResult } from './scale/run-scale.ts'
import { scaleHeader, scaleSections } from './scale/scale-report.ts'
import { announce, limitMsOf } from './scale/settings.ts'
import type { BenchSettings } from './settings.ts'
import { onStage } from './stage.ts'

/** Enough for means within seconds. */
const STAGES_SAMPLE_RATIO = 0.05

type Result = BenchResult | ProfileResult | ComparisonResult | ScaleResult

/** 0, or 1 when the figures must not be trusted. */
export async function bench(flags: BenchFlags): Promise<number> {
  const reporter = createReporter(terminalBeside(flags.json))
  const result = flags.from === undefined ? await measure(flags, reporter) : readResult(flags.from)
  write(result, flags, reporter)
  const { header, sections, verdict } = textOf(result, flags)
  const lines = sections.flatMap(section => linesOf(section, flags.markdown === true))
  for (const line of ['', ...header, ...lines, ...verdict]) reporter.line(line)
  return result.problems.length === 0 ? 0 : 1
}

function measure(given: BenchFlags, reporter: Reporter): Promise<Result> {
  // Drawn once, so that the seed that is printed is the one that is used.
  const settings = settingsOf(given)
  const flags = { ...given, seed: settings.seed }
  reporter.line(`seed ${settings.seed}`)
  const { rows } = flags
  return rows === undefined ? resultOf(flags, settings, reporter) : runAtScale({ ...flags, rows }, reporter)
}

/** A saved run is not saved again under the day of today. */
function write(result: Result, flags: BenchFlags, reporter: Reporter): void {
  const saved = flags.save && flags.from === undefined ? resultFile(nameOf(flags)) : undefined
  writeResult(result, [flags.json, saved], reporter)
}

/** Its lookups ask for one merchant's payments more often than that merchant may. */
const UNLIMITED_READS = { reads: { caller: { perSecond: 100_000, burst: 100_000 } } }

/** The data of such a run is large: it is deleted however the run ends. */
function runAtScale(flags: BenchFlags & { rows: number }, reporter: Reporter): Promise<ScaleResult> {
  const say = (line: string) => reporter.line(line)
  const settings = scaleSettingsOf(flags)
  const estimate = announce(settings, say)
  endAfter(limitMsOf(estimate), say)
  process.env.RATE_LIMITS = JSON.stringify(UNLIMITED_READS)
  return onStage(
    { reporter, withEmptyHandlers: true, mariadbFlags: settings.mariadbFlags, isLarge: true },
    stage => runScale(stage, settings, estimate, say),
    outcome => outcome.problems.length === 0,
  )
}

/** As Ctrl-C would: everything is stopped, and the data deleted. */
function endAfter(limitMs: number, say: (line: string) => void): void {
  setTimeout(() => {
    say(`the run takes longer than ${formatDuration(limitMs)}, and is ended`)
    process.kill(process.pid, 'SIGTERM')
  }, limitMs).unref()
}

async function resultOf(
  { profile, against, stages, front }: BenchFlags,
  settings: BenchSettings,
  reporter: Reporter,
): Promise<Result> {
  const say = (line: string) => reporter.line(line)
  if (against !== undefined) return runAgainst(against, settings, reporter)
  const collector = stages ? await collectTraces() : undefined
  return onStage<BenchResult | ProfileResult>(
    { reporter, withEmptyHandlers: !profile && settings.kinds.some(isEmpty), withFront: front !== undefined },
    stage => (profile ? runProfile(stage, settings, say) : runBench(stage, settings, say, collector)),
    outcome => outcome.problems.length === 0,
  ).finally(() => collector?.close())
}

/** Of the system that is started next. */
async function collectTraces(): Promise<TraceCollector> {
  const collector = await TraceCollector.start()
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url
  process.env.TRACE_SAMPLE_RATIO = String(STAGES_SAMPLE_RATIO)
  return collector
}

function nameOf({ profile, against, rows, front, shape = 'books' }: BenchFlags): string {
  if (rows !== undefined) return `scale-${shape}`
  if (front !== undefined) return `front-${front}`
  return profile ? 'profile' : against === undefined ? 'bench' : 'against'
}

const readResult = (file: string): Result => JSON.parse(readFileSync(file, 'utf8'))

interface Text {
  header: string[]
  sections: Section[]
  verdict: string[]
}

function textOf(result: Result, { compare }: BenchFlags): Text {
  if ('profile' in result)
    return { header: profileHeader(result), sections: profileSections(result), verdict: verdictLines(result) }
  if ('scale' in result)
    return { header: scaleHeader(result), sections: scaleSections(result), verdict: verdictLines(result) }
  if (!('against' in result)) return benchText(result, compare)
  return {
    header: comparisonHeader(result),
    sections: comparisonSections(result),
    verdict: comparisonVerdict(result),
  }
}

function benchText(result: BenchResult, compare: string | undefined): Text {
  const other = compare === undefined ? undefined : readResult(compare)
  if (other !== undefined && !('books' in other && 'cases' in other))
    throw new Error('--compare wants figures of a benchmark, not of a profile or of two commits')
  return {
    header: headerLines(result),
    sections: [...sectionsOf(result), ...(other ? [comparisonOf(result, other)] : [])],
    verdict: verdictLines(result),
  }
}
