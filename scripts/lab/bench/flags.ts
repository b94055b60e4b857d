/** The flags of `npm run bench`, within their bounds, and the run that they ask for. */
import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { JSON_FLAG } from '../../terminal/json.ts'
import { isDirect, isThroughFront } from './run-case.ts'
import { SCALE_MARIADB_FLAGS, type ScaleSettings, scaleShapes } from './scale/settings.ts'
import { type BenchSettings, type CaseKind, caseKinds, frontKinds } from './settings.ts'

const CONCURRENCIES_MAX = 6

const numberFrom = (min: number, max: number) => (text: string) => {
  const value = Number(text)
  if (text.trim() === '' || !(value >= min && value <= max))
    throw new InvalidArgumentError(`It wants ${min} to ${max}.`)
  return value
}

const integerFrom = (min: number, max: number) => (text: string) => {
  const value = numberFrom(min, max)(text)
  if (!Number.isInteger(value)) throw new InvalidArgumentError('It wants a whole number.')
  return value
}

function concurrencyList(text: string): number[] {
  const list = text.split(',').map(integerFrom(1, 256))
  if (list.length > CONCURRENCIES_MAX) throw new InvalidArgumentError(`It wants at most ${CONCURRENCIES_MAX} numbers.`)
  return [...new Set(list)]
}

function kindList(text: string): CaseKind[] {
  const wanted = text.split(',')
  const known: CaseKind[] = [...caseKinds, ...frontKinds]
  const unknown = wanted.find(name => !known.some(kind => kind === name))
  if (unknown !== undefined) throw new InvalidArgumentError(`It knows ${known.join(', ')}.`)
  return known.filter(kind => wanted.includes(kind))
}

const against = new Option(
  '--against <commit>',
  'instead: this checkout and that commit in turns, before after after before …, each with a system of its own; ' +
    'authorize as a share of empty of both (default: 5 rounds at 32, --only authorize,empty)',
).conflicts(['profile', 'compare'])

const stages = new Option(
  '--stages',
  'also where the time of a request went: one in twenty leaves a trace, which costs each about one percent',
).conflicts(['profile', 'against', 'rows'])

const rows = new Option(
  '--rows <n>',
  'instead: speed, lists, drains, verify and jobs over so many generated payments, beside the empty database',
)
  .argParser(integerFrom(1_000, 10_000_000))
  .conflicts(['profile', 'against', 'compare', 'only'])

const front = new Option(
  '--front <front>',
  'also through a minimal HTTP front in the same processes, without serverless-offline: what a function host would add ' +
    '(default: --only authorize,flow,empty-quick and the same through it)',
)
  .choices(['minimal'])
  .conflicts(['profile', 'against', 'rows'])

const shape = new Option(
  '--shape <shape>',
  'with --rows: books has everything about each payment, lists the database alone (default books)',
).choices(scaleShapes)

/** The command with its flags. A value out of bounds is refused with the usage. */
export const withBenchFlags = (command: Command) =>
  command
    .option('--seconds <s>', 'measured time of a case (default 10, at most 120)', numberFrom(0.5, 120))
    .option(
      '--warmup <s>',
      'load before it that is not counted (default 11: longer than the timers of serverless-offline live)',
      numberFrom(0, 60),
    )
    .option(
      '--rounds <n>',
      'every case so often, all of them interleaved; the medians are printed (default 3, at most 9)',
      integerFrom(1, 9),
    )
    .option('--concurrency <list>', 'requests under way at a time (default 8,32,64)', concurrencyList)
    .option(
      '--only <list>',
      `a few of ${caseKinds.join(', ')}; with --front of ${frontKinds.join(', ')}, too`,
      kindList,
    )
    .option(
      '--seed <n>',
      'repeats the order of the cases and the purchases (default: drawn, and printed)',
      integerFrom(0, 1e9),
    )
    .option('--quick', '1 s, 2 at a time, one round: shows that the tool works')
    .option('--profile', 'instead: CPU by module, round trips and commits of an authorize')
    .addOption(stages)
    .addOption(front)
    .option('--markdown', 'print the tables as Markdown')
    .option(...JSON_FLAG)
    .option('--save', 'also write them to scripts/lab/results/: bench-<date>.json, profile-… or against-…')
    .option('--from <file>', 'print the tables of a saved run; measures nothing')
    .option('--compare <file>', 'also print each figure beside the one of a saved run')
    .addOption(against)
    .addOption(rows)
    .addOption(shape)

export type BenchFlags = ReturnType<ReturnType<typeof withBenchFlags>['opts']>

/**
 * serverless-offline sets a timer for each request, of the function's time-out (`provider.timeout`), and leaves it when the request
 * has been answered. So for so long after a load the service that had it works on: 14 µs a request.
 */
const TAIL_SECONDS = 10.5

const standard = { seconds: 10, warmup: 11, rounds: 3, concurrency: [8, 32, 64] }
const standardAgainst = { ...standard, rounds: 5, concurrency: [32] }
const quick = { seconds: 1, warmup: 0.5, rounds: 1, concurrency: [2] }

/** What is not said is standard. Throws when the cases cannot be compared with those of another commit. */
export function settingsOf(flags: BenchFlags): BenchSettings {
  const asked = { ...(flags.quick ? quick : flags.against === undefined ? standard : standardAgainst), ...flags }
  return {
    seconds: asked.seconds,
    warmupSeconds: asked.warmup,
    tailSeconds: flags.quick ? 0 : TAIL_SECONDS,
    rounds: asked.rounds,
    concurrency: asked.concurrency,
    kinds: kindsOf(flags),
    seed: flags.seed ?? Math.floor(Math.random() * 1e6),
  }
}

function kindsOf({ only, against, stages, front }: BenchFlags): CaseKind[] {
  if (front !== undefined) return only ?? ['authorize', 'flow', 'empty-quick', ...frontKinds]
  const alone = only?.find(isThroughFront)
  if (alone !== undefined) throw new Error(`--only ${alone} wants --front minimal`)
  if (against !== undefined) return comparable(only)
  // The direct writer has no traces, whose ids make the product's rows longer than its own.
  if (stages) return overHttp('--stages', only ?? caseKinds.filter(kind => !isDirect(kind)))
  return only ?? [...caseKinds]
}

function overHttp(flag: string, kinds: CaseKind[]): CaseKind[] {
  const direct = kinds.find(isDirect)
  if (direct !== undefined) throw new Error(`--only with ${flag} knows what is asked over HTTP, not ${direct}`)
  return kinds
}

/** The direct writer knows the tables of this checkout only, and the share needs both of its terms. */
function comparable(kinds: CaseKind[] = ['authorize', 'empty']): CaseKind[] {
  overHttp('--against', kinds)
  if (!kinds.includes('authorize') || !kinds.includes('empty'))
    throw new Error('--only with --against wants authorize and empty among its cases')
  return kinds
}

/** A run at scale: authorize and flow, and the empty handler beside them, at one concurrency. */
export function scaleSettingsOf(flags: BenchFlags & { rows: number }): ScaleSettings {
  const { rows, shape = 'books', quick = false } = flags
  return {
    ...settingsOf({
      ...flags,
      concurrency: flags.concurrency ?? [quick ? 2 : 32],
      only: ['authorize', 'flow', 'empty'],
    }),
    rows,
    shape,
    mariadbFlags: [...SCALE_MARIADB_FLAGS],
    lookups: quick ? { requests: 20, concurrency: 2 } : { requests: 500, concurrency: 4 },
    drainEvents: Math.min(rows, quick ? 1_000 : 100_000),
    due: quick
      ? { expiries: 20, unknown: 10, answers: 100, events: 100 }
      : { expiries: 1_000, unknown: 200, answers: 5_000, events: 5_000 },
  }
}
