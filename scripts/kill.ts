/** `npm run kill`: kills and pauses services under load and proves that what clients were told = database = Kafka = ledger. Exit 0 or 1. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Random } from './lab/random.ts'
import { drawFaults, type FaultOutcome, pausesMs, victims } from './lab/kill/rounds.ts'
import { failuresOf, type KillRunResult, killRun } from './lab/kill/run.ts'
import { withSystem } from './lab/kill/with-system.ts'
import { isColoured, type Paint, paint } from './operate/verify/report.ts'
import { printable, printableError } from './terminal/printable.ts'

const secondsOf = (lengthsMs: readonly number[]): string => `${lengthsMs.map(ms => ms / 1_000).join(', ')} s`

const USAGE = `npm run kill -- [options]
  --rounds N       how many faults (default 4): SIGKILL, or SIGSTOP for ${secondsOf(pausesMs)}
  --seed S         repeats the same flows and the same faults (default: drawn, and printed)
  --each           kill and pause each of ${victims.join(', ')} once
  --pause-max S    the longest pause in seconds (default 18; 0: kills only)
  --payments N     go on until at least N payments were begun
  --json FILE      also write the figures as JSON
  --run-file FILE  the run.json of the system to hurt (else PAY_RUN_FILE, .data/main/run.json, or one of its own)`

const MISMATCHES_SHOWN = 20

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '4' },
      seed: { type: 'string' },
      each: { type: 'boolean', default: false },
      'pause-max': { type: 'string', default: '18' },
      payments: { type: 'string', default: '0' },
      json: { type: 'string' },
      'run-file': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1e6) : integerOf('--seed', values.seed)
  const draw = {
    rounds: integerOf('--rounds', values.rounds),
    each: values.each,
    pauseMsMax: integerOf('--pause-max', values['pause-max']) * 1_000,
  }
  const options = {
    seed,
    faults: (random: Random) => drawFaults(random, draw),
    paymentsMin: integerOf('--payments', values.payments),
    say: (line: string) => console.log(line),
  }
  console.log(`seed ${seed}`)
  const startedMs = performance.now()
  const result = await withSystem(
    values['run-file'],
    options.say,
    (system, control) => killRun(system, control, options),
    outcome => failuresOf(outcome).length === 0,
  )
  const seconds = (performance.now() - startedMs) / 1_000
  const failures = failuresOf(result)
  console.log(summaryOf(result, failures, seconds, paint(isColoured(process.stdout, process.env))).join('\n'))
  if (values.json)
    await writeFile(values.json, `${JSON.stringify(figuresOf(seed, seconds, result, failures), null, 2)}\n`)
  return failures.length === 0 ? 0 : 1
}

function figuresOf(seed: number, seconds: number, { verify, ...result }: KillRunResult, failures: string[]) {
  const broken = verify.results.filter(invariant => !invariant.ok)
  const invariants = { of: verify.results.length, pending: verify.pending, broken }
  return { seed, seconds: Math.round(seconds), failures, ...result, figures: verify.figures, invariants }
}

function integerOf(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${option} wants a whole number, not ${text}`)
  return value
}

function summaryOf(result: KillRunResult, failures: string[], seconds: number, colours: Paint): string[] {
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
    `retries     ${retries.join(', ')}`,
    `mismatches  ${result.mismatches.length}`,
    `duplicates  ${result.duplicates} records in Kafka (allowed)`,
    `invariants  ${result.verify.results.length - broken.length} of ${result.verify.results.length} hold`,
    `seconds     ${seconds.toFixed(0)}`,
    failures.length === 0
      ? colours.green('passed: what every client was told = database = Kafka = ledger')
      : colours.red(`failed: ${failures.join('; ')}`),
  ]
}

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

main().then(
  code => process.exit(code),
  error => {
    console.error(`kill: ${printableError(error)}`)
    process.exit(1)
  },
)
