/** What is printed and written of a chaos run. */
import { operationKinds } from '../../../shared/contracts/lists.ts'
import { paintFor } from '../../terminal/output.ts'
import { printable } from '../../terminal/printable.ts'
import type { Facts } from './auditor/facts.ts'
import { faultKinds } from './faults.ts'
import { type OperatorFigures, operatorFiguresOf } from './operator-figures.ts'
import type { ChaosRunResult } from './run.ts'
import { victims } from './stage.ts'

const MISMATCHES_SHOWN = 30

export interface EndedRun {
  seed: number
  result: ChaosRunResult
  failures: string[]
  seconds: number
}

export function summaryOf(ended: EndedRun, terminal: NodeJS.WriteStream): string[] {
  const { result, failures } = ended
  const colours = paintFor(terminal, process.env)
  const figures = figuresOf(ended)
  const broken = result.verify.results.filter(invariant => !invariant.ok)
  const list = (counts: object) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  return [
    '',
    ...result.mismatches
      .slice(0, MISMATCHES_SHOWN)
      .map(({ check, what }) => colours.red(`mismatch (${check}): ${printable(what)}`)),
    ...broken.flatMap(({ sentence, rows }) =>
      rows.map(({ row, problem }) => colours.red(`broken: ${sentence} ${printable(row)}: ${printable(problem)}`)),
    ),
    `seed        ${ended.seed}`,
    `clients     ${figures.visits} visits, ${figures.answers} answers, ${figures.reads} reads`,
    `acts        ${list(figures.acts)}`,
    `operations  ${list(figures.operations)}`,
    `operators   ${operatorsLine(figures.operators)}`,
    `retries     ${list(figures.retries)}`,
    ...Object.entries(figures.faults).map(([kind, counts]) => `${kind.padEnd(11)} ${list(counts)}`),
    `unknown     ${result.memory.unknownIds.size} outcomes: ${list(figures.unknown)}`,
    ...(result.settled
      ? [
          `settled     ${result.settled.days.toFixed(0)} days, ${result.settled.approved} files approved, payouts ${list(result.settled.payouts)}; ${result.settled.compared} comparisons with acquirer and bank`,
        ]
      : []),
    `healed in   ${(result.healMs / 1_000).toFixed(1)} s`,
    `invariants  ${result.verify.results.length - broken.length} of ${result.verify.results.length} hold`,
    ...(result.planted.length > 0
      ? [
          `lies named  ${result.planted.filter(({ problem }) => problem === null).length} of ${result.planted.length} planted`,
        ]
      : []),
    `mismatches  ${result.mismatches.length}`,
    `seconds     ${ended.seconds.toFixed(0)}`,
    failures.length === 0
      ? colours.green(
          'passed: what clients were told = database = Kafka = acquirer = bank = ledger, and each deed of an operator is in the audit log',
        )
      : colours.red(`failed: ${failures.join('; ')}`),
  ]
}

const operatorsLine = ({ asked, refused, inquiries, entries, killsBetween, wentOn }: OperatorFigures): string =>
  `${asked} asks and ${inquiries} inquiries, ${entries} entries of the audit log, ${refused} refused before; ` +
  `the API was killed ${killsBetween} times between entry and operation, and repeats of ${wentOn} asks went on from there`

export function figuresOf({ seed, result, failures, seconds }: EndedRun) {
  const { load, faults, memory, healMs, facts, mismatches, unknown, verify } = result
  return {
    seed,
    seconds: Math.round(seconds),
    failures,
    visits: load.visits,
    answers: memory.told.length,
    reads: memory.reads.length,
    acts: Object.fromEntries([...load.acts].sort(([, a], [, b]) => b - a)),
    operations: operationCounts(facts),
    operators: operatorFiguresOf(facts, faults),
    retries: memory.retries,
    faults: Object.fromEntries(
      faultKinds.map(kind => {
        const of = faults.filter(fault => fault.kind === kind)
        const counts = victims.map(victim => [victim, of.filter(fault => fault.victim === victim).length] as const)
        return [kind, Object.fromEntries(counts.filter(([, count]) => count > 0))]
      }),
    ),
    unknown,
    settled: result.settled,
    healMs: Math.round(healMs),
    records: facts.records.length,
    duplicates: facts.records.length - new Set(facts.records.map(({ eventId }) => eventId)).size,
    journal: facts.journal.length,
    mismatches,
    planted: result.planted,
    invariants: {
      of: verify.results.length,
      pending: verify.pending,
      broken: verify.results.filter(invariant => !invariant.ok),
    },
  }
}

/** `authorize SUCCEEDED 120`, and so on: what is not there is left out. */
function operationCounts({ operations }: Facts): Record<string, number> {
  const counts = Map.groupBy(operations, ({ kind, state }) => `${kind} ${state}`)
  const sorted = [...counts].sort(([a], [b]) => rankOf(a) - rankOf(b))
  return Object.fromEntries(sorted.map(([name, rows]) => [name, rows.length]))
}

const rankOf = (name: string): number => operationKinds.findIndex(kind => name.startsWith(kind))
