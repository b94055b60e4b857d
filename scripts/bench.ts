/** `npm run bench`: how fast the product is, what it costs, and how near that is to what this machine can do. Exit 0 or 1. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { comparisonOf, headerLines, linesOf, sectionsOf, verdictLines } from './bench/report.ts'
import { type BenchResult, runBench } from './bench/run.ts'
import { type BenchCommand, readCommand, USAGE } from './bench/settings.ts'
import { onStage } from './bench/stage.ts'
import { projectRoot, shortPath } from './system/paths.ts'

const say = (line: string) => console.log(line)

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2))
  if (command === undefined) {
    say(USAGE)
    return 0
  }
  const result = command.from === undefined ? await measure(command) : readResult(command.from)
  print(result, command)
  return result.problems.length === 0 ? 0 : 1
}

async function measure(command: BenchCommand): Promise<BenchResult> {
  const { settings } = command
  say(`seed ${settings.seed}`)
  const result = await onStage(
    settings.kinds.includes('empty'),
    stage => runBench(stage, settings, say),
    outcome => outcome.problems.length === 0,
  )
  for (const file of filesOf(command)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`)
    say(`written to ${shortPath(file)}`)
  }
  return result
}

const filesOf = ({ json, save }: BenchCommand): string[] => [
  ...(json === undefined ? [] : [json]),
  ...(save ? [join(projectRoot, `load/results/bench-${new Date().toISOString().slice(0, 10)}.json`)] : []),
]

const readResult = (file: string): BenchResult => JSON.parse(readFileSync(file, 'utf8'))

function print(result: BenchResult, { markdown, compare }: BenchCommand): void {
  const sections = sectionsOf(result)
  if (compare !== undefined) sections.push(comparisonOf(result, readResult(compare)))
  say('')
  for (const line of headerLines(result)) say(line)
  for (const line of sections.flatMap(section => linesOf(section, markdown))) say(line)
  for (const line of verdictLines(result)) say(line)
}

main().then(
  code => process.exit(code),
  error => {
    console.error(`bench: ${error.stack || error.message || error}`)
    process.exit(1)
  },
)
