/** What is printed and written of a kill run. */
import { paintFor } from '../../terminal/output.ts'
import { printable } from '../../terminal/printable.ts'
import { type FaultOutcome, victims } from './rounds.ts'
import type { KillRunResult } from './run.ts'

const MISMATCHES_SHOWN = 20

export interface EndedRun {
  result: KillRunResult
  failures: string[]
  seconds: number
}

export function summaryOf({ result, failures, seconds }: EndedRun, terminal: NodeJS.WriteStream): string[] {
  const colours = paintFor(terminal, process.env)
  const retries = Object.entries(result.retries).map(([reason, count]) => `${reason} ${count}`)
  const broken = result.verify.results.filter(invariant => !invariant.ok)
  return [
    '',
    ...result.mismatches.slice(0, MISMATCHES_SHOWN).map(mismatch => colours.red(`mismatch: ${printable(mismatch)}`)),
    ...broken.flatMap(({ sentence, rows }) =>
      rows.map(({ row, problem }) => colours.red(`broken: ${sentence} ${printable(row)}: ${printable(problem)}`)),
    ),
    ...faultLines(result.faults),
    `payments    ${result.payments}, ${result.answers} final answers, merchant ${result.merchantId}`,
    `operators   ${result.operators.asked} asks, ${result.operators.entries} entries of the audit log; ${cutOffIn(result.faults)} requests cut off by a fault`,
    `retries     ${retries.join(', ')}`,
    `mismatches  ${result.mismatches.length}`,
    `duplicates  ${result.duplicates} records in Kafka (allowed)`,
    ...(result.settled === null
      ? []
      : [
          `settled     payouts ${countsIn(result.settled.payouts)}; ${result.settled.compared} comparisons with acquirer and bank`,
        ]),
    `invariants  ${result.verify.results.length - broken.length} of ${result.verify.results.length} hold`,
    `seconds     ${seconds.toFixed(0)}`,
    failures.length === 0
      ? colours.green(
          'passed: what every client was told = database = Kafka = ledger, and each deed of an operator is in the audit log',
        )
      : colours.red(`failed: ${failures.join('; ')}`),
  ]
}

const cutOffIn = (outcomes: FaultOutcome[]): number =>
  outcomes.reduce((sum, { operatorsCutOff }) => sum + operatorsCutOff, 0)

const countsIn = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')

/** How many of each kind, by victim, and how long the worst of them took to recover. */
function faultLines(outcomes: FaultOutcome[]): string[] {
  return (['kill', 'pause'] as const).flatMap(kind => {
    const of = outcomes.filter(({ fault }) => fault.kind === kind)
    if (of.length === 0) return []
    const byVictim = victims.map(victim => `${victim} ${of.filter(({ fault }) => fault.victim === victim).length}`)
    const worstMs = Math.max(...of.map(({ recoveryMs }) => recoveryMs))
    return [
      `${`${kind}s`.padEnd(11)} ${of.length} (${byVictim.join(', ')}), everything up again within ${(worstMs / 1_000).toFixed(1)} s`,
    ]
  })
}

export function figuresOf(seed: number, { result: { verify, ...result }, failures, seconds }: EndedRun) {
  const broken = verify.results.filter(invariant => !invariant.ok)
  const invariants = { of: verify.results.length, pending: verify.pending, broken }
  return { seed, seconds: Math.round(seconds), failures, ...result, figures: verify.figures, invariants }
}
