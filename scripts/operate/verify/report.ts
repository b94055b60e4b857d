/** Says what `verify` found: one line an invariant, the offending rows under it, and the figures at the end. */
import type { InvariantResult } from '../../../shared/invariants/judge.ts'
import { printable } from '../../terminal/printable.ts'
import type { VerifyReport } from './verify-system.ts'

/** Colours only where a person looks at a terminal and has not asked for none. */
export const isColoured = (stream: { isTTY?: boolean }, env: Record<string, string | undefined>): boolean =>
  stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'

export interface Paint {
  green(text: string): string
  red(text: string): string
  yellow(text: string): string
  dim(text: string): string
}

export function paint(coloured: boolean): Paint {
  const wrap = (code: number) => (text: string) => (coloured ? `\u001B[${code}m${text}\u001B[0m` : text)
  return { green: wrap(32), red: wrap(31), yellow: wrap(33), dim: wrap(2) }
}

export function linesOf(report: VerifyReport, colours: Paint, seconds: number): string[] {
  return [
    ...report.results.flatMap(result => resultLines(result, colours)),
    '',
    ...summaryLines(report, colours, seconds),
  ]
}

function resultLines(result: InvariantResult, colours: Paint): string[] {
  const count = result.checked.toLocaleString('en')
  const head = `${markOf(result, colours)} ${result.sentence} ${colours.dim(`[${result.name}, ${count} checked]`)}`
  return [
    head,
    ...result.rows.map(({ row, problem }) => `         ${printable(row)}: ${printable(problem)}`),
    ...moreLine(result),
  ]
}

const markOf = (result: InvariantResult, colours: Paint): string => {
  if (!result.ok) return colours.red('failed  ')
  return result.pending > 0 ? colours.yellow('pending ') : colours.green('ok      ')
}

function moreLine(result: InvariantResult): string[] {
  const more = (result.failed > 0 ? result.failed : result.pending) - result.rows.length
  return more > 0 ? [`         … and ${more.toLocaleString('en')} more`] : []
}

function summaryLines({ figures, results, pending }: VerifyReport, colours: Paint, seconds: number): string[] {
  const failures = results.filter(result => !result.ok)
  const { payments, outboxRows, distinctEvents, kafkaRecords, duplicates } = figures
  const counts =
    `${payments} payments, ${outboxRows} outbox rows, ${distinctEvents} distinct events in Kafka ` +
    `in ${kafkaRecords} records (${duplicates} duplicates), ${seconds.toFixed(1)} s`
  const waiting = pending > 0 ? colours.yellow(`, ${pending} findings pending (younger than a minute)`) : ''
  const verdict =
    failures.length === 0
      ? colours.green(`All ${results.length} invariants hold`)
      : colours.red(
          `${failures.length} of ${results.length} invariants are broken: ${failures.map(({ name }) => name).join(', ')}`,
        )
  return [counts, `${verdict}${waiting}.`]
}
