/** `npm run bench`: measures or reads the figures, writes them where they are wanted, and prints them. */
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { shortPath } from '../../local/paths.ts'
import { terminalBeside, writeJson } from '../../terminal/json.ts'
import { createReporter, type Reporter } from '../../terminal/output.ts'
import { resultFile } from '../result-file.ts'
import { runAgainst } from './against.ts'
import { type ComparisonResult, comparisonHeader, comparisonSections, comparisonVerdict } from './comparison.ts'
import { type BenchFlags, settingsOf } from './flags.ts'
import { type ProfileResult, runProfile } from './profile.ts'
import { profileHeader, profileSections } from './profile-report.ts'
import { comparisonOf, headerLines, linesOf, type Section, sectionsOf, verdictLines } from './report.ts'
import { type BenchResult, runBench } from './run.ts'
import { isEmpty } from './run-case.ts'
import type { BenchSettings } from './settings.ts'
import { onStage } from './stage.ts'

type Result = BenchResult | ProfileResult | ComparisonResult

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

function measure(flags: BenchFlags, reporter: Reporter): Promise<Result> {
  const settings = settingsOf(flags)
  reporter.line(`seed ${settings.seed}`)
  return resultOf(flags, settings, reporter)
}

/** A saved run is not saved again under the day of today. */
function write(result: Result, flags: BenchFlags, reporter: Reporter): void {
  const saved = flags.save && flags.from === undefined ? resultFile(nameOf(flags)) : undefined
  for (const target of [flags.json, saved]) {
    if (typeof target === 'string') mkdirSync(dirname(target), { recursive: true })
    writeJson(target, result, 1)
    if (typeof target === 'string') reporter.line(`written to ${shortPath(target)}`)
  }
}

function resultOf({ profile, against }: BenchFlags, settings: BenchSettings, reporter: Reporter): Promise<Result> {
  const say = (line: string) => reporter.line(line)
  if (against !== undefined) return runAgainst(against, settings, reporter)
  return onStage<BenchResult | ProfileResult>(
    { reporter, withEmptyHandlers: !profile && settings.kinds.some(isEmpty) },
    stage => (profile ? runProfile(stage, settings, say) : runBench(stage, settings, say)),
    outcome => outcome.problems.length === 0,
  )
}

const nameOf = ({ profile, against }: BenchFlags): string =>
  profile ? 'profile' : against === undefined ? 'bench' : 'against'

const readResult = (file: string): Result => JSON.parse(readFileSync(file, 'utf8'))

interface Text {
  header: string[]
  sections: Section[]
  verdict: string[]
}

function textOf(result: Result, { compare }: BenchFlags): Text {
  if ('profile' in result)
    return { header: profileHeader(result), sections: profileSections(result), verdict: verdictLines(result) }
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
