/** How fast the plugin hands records over, beside a bare kafkajs loop that calls the same function. Exit 0, or 1 when a figure must not be trusted. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { killConsumers } from './consumer.ts'
import { headerLines, linesOf, sectionsOf, verdictLines } from './report.ts'
import { type BenchResult, runBench } from './run.ts'
import { type Command, readCommand, USAGE } from './settings.ts'

const say = (line: string) => console.log(line)

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2), process.env)
  if (command === undefined) {
    say(USAGE)
    return 0
  }
  const result = command.from === undefined ? await measure(command) : readResult(command.from)
  const lines = sectionsOf(result).flatMap(section => linesOf(section, command.markdown))
  for (const line of ['', ...headerLines(result), ...lines, ...verdictLines(result)]) say(line)
  return result.problems.length === 0 ? 0 : 1
}

async function measure({ settings, json }: Command): Promise<BenchResult> {
  const { KAFKA_BROKERS } = process.env
  if (!KAFKA_BROKERS) throw new Error('KAFKA_BROKERS names no broker: it wants host:port')
  say(`seed ${settings.seed}`)
  const result = await runBench(KAFKA_BROKERS, settings, say)
  if (json !== undefined) {
    mkdirSync(dirname(json), { recursive: true })
    writeFileSync(json, `${JSON.stringify(portable(result), null, 1)}\n`)
    say(`written to ${json}`)
  }
  return result
}

/** Kept beside others', where a path of this machine says nothing. */
function portable(result: BenchResult): BenchResult {
  const plugin = relative(join(import.meta.dirname, '..'), result.settings.plugin)
  return { ...result, settings: { ...result.settings, plugin } }
}

const readResult = (file: string): BenchResult => JSON.parse(readFileSync(file, 'utf8'))

function quit(code: number): never {
  killConsumers()
  process.exit(code)
}

process.once('SIGINT', () => quit(130))
process.once('SIGTERM', () => quit(143))
process.once('SIGHUP', () => quit(143))

main().then(quit, error => {
  console.error(`bench: ${error.stack || error.message || error}`)
  quit(1)
})
