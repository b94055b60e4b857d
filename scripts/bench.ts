/** `npm run bench`: how fast the product is, what it costs, and how near that is to what this machine can do. Exit 0 or 1. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runAgainst } from './lab/bench/against.ts'
import {
  type ComparisonResult,
  comparisonHeader,
  comparisonSections,
  comparisonVerdict,
} from './lab/bench/comparison.ts'
import { type ProfileResult, runProfile } from './lab/bench/profile.ts'
import { profileHeader, profileSections } from './lab/bench/profile-report.ts'
import { comparisonOf, headerLines, linesOf, type Section, sectionsOf, verdictLines } from './lab/bench/report.ts'
import { type BenchResult, runBench } from './lab/bench/run.ts'
import { isEmpty } from './lab/bench/run-case.ts'
import { type BenchCommand, readCommand, USAGE } from './lab/bench/settings.ts'
import { onStage } from './lab/bench/stage.ts'
import { projectRoot, shortPath } from './local/paths.ts'
import { printableLines } from './terminal/printable.ts'

const say = (line: string) => console.log(line)

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2))
  if (command === undefined) {
    say(USAGE)
    return 0
  }
  const result = command.from === undefined ? await measure(command) : readResult(command.from)
  const { header, sections, verdict } = textOf(result, command)
  const lines = sections.flatMap(section => linesOf(section, command.markdown))
  for (const line of ['', ...header, ...lines, ...verdict]) say(line)
  return result.problems.length === 0 ? 0 : 1
}

type Result = BenchResult | ProfileResult | ComparisonResult

async function measure(command: BenchCommand): Promise<Result> {
  say(`seed ${command.settings.seed}`)
  const result = await run(command)
  for (const file of filesOf(command)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`)
    say(`written to ${shortPath(file)}`)
  }
  return result
}

function run({ settings, profile, against }: BenchCommand): Promise<Result> {
  if (against !== undefined) return runAgainst(against, settings, say)
  return onStage<BenchResult | ProfileResult>(
    !profile && settings.kinds.some(isEmpty),
    stage => (profile ? runProfile(stage, settings, say) : runBench(stage, settings, say)),
    outcome => outcome.problems.length === 0,
  )
}

const filesOf = ({ json, save, profile, against }: BenchCommand): string[] => {
  const name = `${profile ? 'profile' : against === undefined ? 'bench' : 'against'}-${new Date().toISOString().slice(0, 10)}.json`
  return [...(json === undefined ? [] : [json]), ...(save ? [join(projectRoot, 'scripts/lab/results', name)] : [])]
}

const readResult = (file: string): Result => JSON.parse(readFileSync(file, 'utf8'))

interface Text {
  header: string[]
  sections: Section[]
  verdict: string[]
}

function textOf(result: Result, command: BenchCommand): Text {
  if ('profile' in result)
    return { header: profileHeader(result), sections: profileSections(result), verdict: verdictLines(result) }
  if (!('against' in result)) return benchText(result, command)
  return {
    header: comparisonHeader(result),
    sections: comparisonSections(result),
    verdict: comparisonVerdict(result),
  }
}

function benchText(result: BenchResult, { compare }: BenchCommand): Text {
  const other = compare === undefined ? undefined : readResult(compare)
  if (other !== undefined && !('books' in other && 'cases' in other))
    throw new Error('--compare wants figures of a benchmark, not of a profile or of two commits')
  return {
    header: headerLines(result),
    sections: [...sectionsOf(result), ...(other ? [comparisonOf(result, other)] : [])],
    verdict: verdictLines(result),
  }
}

main().then(
  code => process.exit(code),
  error => {
    console.error(`bench: ${printableLines(error.stack || error.message || error)}`)
    process.exit(1)
  },
)
