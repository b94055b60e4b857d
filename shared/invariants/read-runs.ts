/** What the runs of `check-invariants` say, rule by rule: the answer of GET /invariants. */
import type { InvariantRun, RuleFailure } from '../contracts/invariant-runs.ts'
import type { InvariantsView } from '../contracts/routes/get-invariants.ts'
import { everyInvariant, needingOnePayment } from './catalogue.ts'
import type { InvariantRuns } from './check-slice.ts'

type RuleView = InvariantsView['rules'][number]

/** Every invariant in the order of the catalogue, also those that the job cannot judge. Throws when the database is away. */
export async function readRuns(runs: Pick<InvariantRuns, 'last' | 'lastComplete'>): Promise<InvariantsView> {
  const [last, complete] = [await runs.last(), await runs.lastComplete()]
  return { lastRun: last ? runOf(last) : null, lastPass: complete ? passOf(complete) : null, rules: rulesOf(last) }
}

/** The same in four figures; undefined until the job has run. Throws when the database is away. */
export async function summarizeRuns(runs: Pick<InvariantRuns, 'last' | 'lastComplete'>) {
  const [last, complete] = [await runs.last(), await runs.lastComplete()]
  if (last === undefined) return undefined
  return {
    rules: needingOnePayment.length,
    failed: Object.keys(last.failures).length,
    checkedAt: timeOf(last.finishedAtMs),
    passEndedAt: complete === undefined ? null : timeOf(complete.finishedAtMs),
  }
}

const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()

function runOf(run: InvariantRun): NonNullable<InvariantsView['lastRun']> {
  const total = (count: 'checked' | 'pending') => run.results.reduce((sum, result) => sum + result[count], 0)
  return {
    startedAt: timeOf(run.startedAtMs),
    finishedAt: timeOf(run.finishedAtMs),
    pass: run.pass,
    afterPaymentId: run.afterPaymentId === '' ? null : run.afterPaymentId,
    lastPaymentId: run.lastPaymentId,
    endsPass: run.lastPaymentId === null,
    payments: run.payments,
    checked: total('checked'),
    failed: run.failed,
    pending: total('pending'),
  }
}

const passOf = (run: InvariantRun): NonNullable<InvariantsView['lastPass']> => ({
  pass: run.pass,
  beganAt: timeOf(run.passBeganAtMs),
  endedAt: timeOf(run.finishedAtMs),
  payments: run.passPayments,
  failed: run.passFailed,
})

function rulesOf(last: InvariantRun | undefined): RuleView[] {
  const covered = new Set(needingOnePayment.map(({ name }) => name))
  return everyInvariant.map(({ name, group, sentence }) => ({
    name,
    group,
    sentence,
    covered: covered.has(name),
    ...foundBy(name, last),
  }))
}

function foundBy(
  name: string,
  last: InvariantRun | undefined,
): Pick<RuleView, 'checked' | 'failed' | 'pending' | 'rows' | 'lastFailure'> {
  const result = last?.results.find(each => each.name === name)
  const failure = last?.failures[name]
  return {
    checked: result?.checked ?? null,
    failed: result?.failed ?? null,
    pending: result?.pending ?? null,
    rows: result?.rows ?? [],
    lastFailure: failure ? failureOf(failure) : null,
  }
}

const failureOf = ({ atMs, pass, failed, rows }: RuleFailure): NonNullable<RuleView['lastFailure']> => ({
  at: timeOf(atMs),
  pass,
  failed,
  rows,
})
