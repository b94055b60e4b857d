/** What to measure, how long and how often: read from the command line, bounded. */
import { parseArgs } from 'node:util'
import { createRandom } from '../random.ts'

export const caseKinds = [
  'authorize',
  'flow',
  'empty',
  'empty-quick',
  'empty-typescript',
  'direct-authorize',
  'direct-flow',
] as const
export type CaseKind = (typeof caseKinds)[number]

export interface BenchCase {
  kind: CaseKind
  concurrency: number
}

export const caseName = ({ kind, concurrency }: BenchCase): string => `${kind} @${concurrency}`

/**
 * serverless-offline sets a timer for each request, of the function's time-out (`provider.timeout`), and leaves it when the request
 * has been answered. So for so long after a load the service that had it works on: 14 µs a request.
 */
const TAIL_SECONDS = 10.5

export interface BenchSettings {
  seconds: number
  warmupSeconds: number
  /** From the end of a case's load to the measured time of the next, at least: nobody works for another case then. */
  tailSeconds: number
  rounds: number
  concurrency: number[]
  kinds: CaseKind[]
  seed: number
}

export interface BenchCommand {
  settings: BenchSettings
  profile: boolean
  markdown: boolean
  /** Where to write the figures. */
  json: string | undefined
  save: boolean
  /** Figures to print instead of measuring. */
  from: string | undefined
  /** Figures of another commit to hold these against. */
  compare: string | undefined
  /** A commit to measure in turns with this checkout. */
  against: string | undefined
}

export const USAGE = `npm run bench -- [options]
  --seconds S          measured time of a case (default 10, at most 120)
  --warmup S           load before it that is not counted (default 11: longer than serverless-offline's timers live)
  --rounds N           every case so often, all of them interleaved; the medians are printed (default 3, at most 9)
  --concurrency LIST   requests under way at a time (default 8,32,64)
  --only LIST          a few of ${caseKinds.join(', ')}
  --seed S             repeats the order of the cases and the purchases (default: drawn, and printed)
  --quick              1 s, 2 at a time, one round: shows that the tool works
  --profile            instead: CPU by module, round trips and commits of an authorize
  --markdown           print the tables as Markdown
  --json FILE, --save  also write every figure as JSON: to FILE, to scripts/lab/results/bench-<date>.json
  --from FILE          print the tables of a saved run; measures nothing
  --compare FILE       also print each figure beside the one of a saved run
  --against COMMIT     instead: this checkout and that commit in turns, before after after before …, each with a system of its
                       own; \`authorize\` as a share of \`empty\` of both (default: 5 rounds at 32, --only authorize,empty)`

const options = {
  seconds: { type: 'string' },
  warmup: { type: 'string' },
  rounds: { type: 'string' },
  concurrency: { type: 'string' },
  only: { type: 'string' },
  seed: { type: 'string' },
  quick: { type: 'boolean', default: false },
  profile: { type: 'boolean', default: false },
  markdown: { type: 'boolean', default: false },
  json: { type: 'string' },
  save: { type: 'boolean', default: false },
  from: { type: 'string' },
  compare: { type: 'string' },
  against: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const STANDARD = { seconds: '10', warmup: '11', rounds: '3', concurrency: '8,32,64' }
const AGAINST = { ...STANDARD, rounds: '5', concurrency: '32' }
const QUICK = { seconds: '1', warmup: '0.5', rounds: '1', concurrency: '2' }

/** Undefined when only the usage is wanted. Throws an Error that says which option is out of bounds. */
export function readCommand(args: string[]): BenchCommand | undefined {
  const { values } = parseArgs({ args, options })
  if (values.help) return undefined
  const { profile, markdown, json, save, from, compare, against } = values
  const standard = values.quick ? QUICK : against === undefined ? STANDARD : AGAINST
  const settings: BenchSettings = {
    seconds: numberOf('--seconds', values.seconds ?? standard.seconds, 0.5, 120),
    warmupSeconds: numberOf('--warmup', values.warmup ?? standard.warmup, 0, 60),
    tailSeconds: values.quick ? 0 : TAIL_SECONDS,
    rounds: integerOf('--rounds', values.rounds ?? standard.rounds, 1, 9),
    concurrency: concurrencyOf(values.concurrency ?? standard.concurrency),
    kinds: against === undefined ? kindsOf(values.only) : comparedKindsOf(values.only ?? 'authorize,empty'),
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e6) : integerOf('--seed', values.seed, 0, 1e9),
  }
  if (against !== undefined && (profile || compare !== undefined))
    throw new Error('--against wants neither --profile nor --compare')
  return { settings, profile, markdown, json, save, from, compare, against }
}

function numberOf(option: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!(value >= min && value <= max)) throw new Error(`${option} wants ${min} to ${max}, not ${text}`)
  return value
}

function integerOf(option: string, text: string, min: number, max: number): number {
  const value = numberOf(option, text, min, max)
  if (!Number.isInteger(value)) throw new Error(`${option} wants a whole number, not ${text}`)
  return value
}

const CONCURRENCIES_MAX = 6

function concurrencyOf(text: string): number[] {
  const list = text.split(',').map(part => integerOf('--concurrency', part, 1, 256))
  if (list.length > CONCURRENCIES_MAX) throw new Error(`--concurrency wants at most ${CONCURRENCIES_MAX} numbers`)
  return [...new Set(list)]
}

function kindsOf(text: string | undefined): CaseKind[] {
  if (text === undefined) return [...caseKinds]
  const wanted = text.split(',')
  const unknown = wanted.find(name => !caseKinds.some(kind => kind === name))
  if (unknown !== undefined) throw new Error(`--only knows ${caseKinds.join(', ')}, not ${unknown}`)
  return caseKinds.filter(kind => wanted.includes(kind))
}

/** The direct writer knows the tables of this checkout only, and the share needs both of its terms. */
function comparedKindsOf(text: string): CaseKind[] {
  const kinds = kindsOf(text)
  const direct = kinds.find(kind => kind.startsWith('direct-'))
  if (direct !== undefined) throw new Error(`--only with --against knows what is asked over HTTP, not ${direct}`)
  if (!kinds.includes('authorize') || !kinds.includes('empty'))
    throw new Error('--only with --against wants authorize and empty among its cases')
  return kinds
}

/** The cases of each round: shuffled by the seed, and turned from round to round, so that each has another place in every round. */
export function scheduleOf({ kinds, concurrency, rounds, seed }: BenchSettings): BenchCase[][] {
  const random = createRandom(seed)
  const cases = concurrency.flatMap(each => kinds.map(kind => ({ kind, concurrency: each })))
  for (let index = cases.length - 1; index > 0; index--) {
    const other = random.integer(0, index)
    ;[cases[index], cases[other]] = [cases[other]!, cases[index]!]
  }
  return Array.from({ length: rounds }, (_, round) => {
    const first = Math.floor((round * cases.length) / rounds)
    return [...cases.slice(first), ...cases.slice(0, first)]
  })
}
