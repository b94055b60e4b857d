/** Says what `verify` found: in each group one line an invariant, the offending rows under it; the figures at the end. */
import type { InvariantResult } from '../../../shared/invariants/judge.ts'
import type { Paint } from '../../terminal/output.ts'
import { printable } from '../../terminal/printable.ts'
import type { VerifyReport } from './verify-system.ts'

/** Each group under its name, then the figures and the summary. `seconds`: how long it took. */
export function linesOf(report: VerifyReport, paint: Paint, seconds: number): string[] {
  const groups = Map.groupBy(report.results, result => result.group)
  return [
    ...[...groups].flatMap(([group, results]) => groupLines(group, results, paint)),
    ...skippedLines(report, paint),
    ...summaryLines(report, paint, seconds),
  ]
}

const groupLines = (group: string, results: InvariantResult[], paint: Paint): string[] => [
  paint.bold(group),
  ...results.flatMap(result => resultLines(result, paint)),
  '',
]

/** The acquirer's group is left out of the results. */
const skippedLines = ({ acquirer }: VerifyReport, paint: Paint): string[] =>
  'whyNot' in acquirer ? [paint.bold('Acquirer'), `${paint.yellow('skipped ')} ${acquirer.whyNot}`, ''] : []

function resultLines(result: InvariantResult, paint: Paint): string[] {
  const count = result.checked.toLocaleString('en')
  const head = `${markOf(result, paint)} ${result.sentence} ${paint.dim(`[${result.name}, ${count} checked]`)}`
  return [
    head,
    ...result.rows.map(({ row, problem }) => `         ${printable(row)}: ${printable(problem)}`),
    ...moreLine(result),
  ]
}

const markOf = (result: InvariantResult, paint: Paint): string => {
  if (!result.ok) return paint.red('failed  ')
  return result.pending > 0 ? paint.yellow('pending ') : paint.green('ok      ')
}

function moreLine(result: InvariantResult): string[] {
  const more = (result.failed > 0 ? result.failed : result.pending) - result.rows.length
  return more > 0 ? [`         … and ${more.toLocaleString('en')} more`] : []
}

function summaryLines({ figures, results, pending, acquirer }: VerifyReport, paint: Paint, seconds: number): string[] {
  const failures = results.filter(result => !result.ok)
  const { payments, outboxRows, distinctEvents, kafkaRecords, duplicates } = figures
  const counts =
    `${payments} payments, ${outboxRows} outbox rows, ${distinctEvents} distinct events in Kafka ` +
    `in ${kafkaRecords} records (${duplicates} duplicates), ${decisionsIn(acquirer)}${seconds.toFixed(1)} s`
  const waiting = pending > 0 ? paint.yellow(`, ${pending} findings pending (younger than a minute)`) : ''
  const verdict =
    failures.length === 0
      ? paint.green(`All ${results.length} invariants hold`)
      : paint.red(
          `${failures.length} of ${results.length} invariants are broken: ${failures.map(({ name }) => name).join(', ')}`,
        )
  return [counts, `${verdict}${waiting}.`]
}

const decisionsIn = (acquirer: VerifyReport['acquirer']): string =>
  'decisions' in acquirer ? `${acquirer.decisions} decisions of the acquirer, ` : ''
