/** What to measure, how much and how often: read from the command line, bounded. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Variant, variants } from './consumer.ts'

export const handlerNames = ['noop', 'decode'] as const
export const parts = ['throughput', 'latency'] as const

export interface Settings {
  batchSizes: number[]
  handlers: (typeof handlerNames)[number][]
  parts: (typeof parts)[number][]
  variants: Variant[]
  /** Measured records of a throughput case; tiny batches take longer for each and get fewer. */
  records: number
  rounds: number
  /** Measured time of a latency case. */
  seconds: number
  /** Records a second of a latency case. */
  rate: number
  seed: number
  /** The plugin that is measured: a folder of a built one, or the file of its class. */
  plugin: string
  profileFolder: string | undefined
  brokerPid: number | undefined
}

export interface Command {
  settings: Settings
  markdown: boolean
  json: string | undefined
  /** Figures to print instead of measuring. */
  from: string | undefined
}

export const USAGE = `KAFKA_BROKERS=host:port node plugins/kafka-events/bench/bench.ts [options]
  --batch-sizes LIST   default 1,10,100,1000
  --handlers LIST      a few of noop, decode (default: both)
  --only LIST          a few of throughput, latency (default: both)
  --variants LIST      a few of plugin, bare, raw (default: all); without the first two there is nothing to compare
  --records N          measured records of a throughput case; fewer at batch sizes below 10 (default 360000)
  --rounds N           every case so often, all of them interleaved; medians are printed (default 3)
  --seconds S          measured time of a latency case (default 8)
  --rate N             records a second of a latency case (default 200)
  --seed S             the order of the cases (default: drawn, and printed)
  --quick              a few records once: shows that it works
  --plugin PATH        the folder of a built plugin (default: the source beside this folder)
  --profile FOLDER     also writes a CPU profile of every measured process
  --markdown           prints the tables as Markdown
  --json FILE          also writes every figure
  --from FILE          prints the tables of such a file; measures nothing
BENCH_BROKER_PID names the broker's process when it runs on this machine: its CPU time is shown then.`

const options = {
  'batch-sizes': { type: 'string' },
  handlers: { type: 'string' },
  only: { type: 'string' },
  variants: { type: 'string' },
  records: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  rate: { type: 'string' },
  seed: { type: 'string' },
  quick: { type: 'boolean', default: false },
  plugin: { type: 'string' },
  profile: { type: 'string' },
  markdown: { type: 'boolean', default: false },
  json: { type: 'string' },
  from: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const STANDARD = { sizes: '1,10,100,1000', records: '360000', rounds: '3', seconds: '8' }
const QUICK = { sizes: '10,100', records: '2400', rounds: '1', seconds: '1' }

/** Undefined when only the usage is wanted. Throws an Error that says which option is out of bounds. */
export function readCommand(args: string[], env: NodeJS.ProcessEnv): Command | undefined {
  const { values } = parseArgs({ args, options })
  if (values.help) return undefined
  const standard = values.quick ? QUICK : STANDARD
  const { BENCH_BROKER_PID } = env
  const settings: Settings = {
    batchSizes: sizesOf(values['batch-sizes'] ?? standard.sizes),
    handlers: someOf('--handlers', handlerNames, values.handlers),
    parts: someOf('--only', parts, values.only),
    variants: someOf('--variants', variants, values.variants),
    records: integerOf('--records', values.records ?? standard.records, 1200, 10_000_000),
    rounds: integerOf('--rounds', values.rounds ?? standard.rounds, 1, 15),
    seconds: integerOf('--seconds', values.seconds ?? standard.seconds, 1, 120),
    rate: integerOf('--rate', values.rate ?? '200', 1, 2000),
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e6) : integerOf('--seed', values.seed, 0, 1e9),
    plugin: values.plugin ?? join(import.meta.dirname, '../src/index.ts'),
    profileFolder: values.profile,
    brokerPid: BENCH_BROKER_PID ? Number(BENCH_BROKER_PID) : undefined,
  }
  return { settings, markdown: values.markdown, json: values.json, from: values.from }
}

function integerOf(option: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new Error(`${option} wants a whole number from ${min} to ${max}, not ${text}`)
}

const sizesOf = (text: string): number[] => [
  ...new Set(text.split(',').map(part => integerOf('--batch-sizes', part, 1, 10_000))),
]

function someOf<T extends string>(option: string, known: readonly T[], text: string | undefined): T[] {
  if (text === undefined) return [...known]
  const wanted = text.split(',')
  const unknown = wanted.find(name => !known.some(each => each === name))
  if (unknown !== undefined) throw new Error(`${option} knows ${known.join(', ')}, not ${unknown}`)
  return known.filter(name => wanted.includes(name))
}
