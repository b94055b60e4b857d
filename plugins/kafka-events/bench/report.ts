/** Prints the figures of a run, as aligned columns or as Markdown, and whether the goals are met. */
import type { Variant } from './consumer.ts'
import type { LatencySample } from './latency.ts'
import type { BenchResult } from './run.ts'
import { median } from './statistics.ts'
import type { ThroughputSample } from './throughput.ts'

export interface Section {
  title: string
  rows: string[][]
}

/** The plugin's speed as a share of the bare loop's, at batch sizes from the one named. */
const SPEED_GOAL = 0.9
const SPEED_GOAL_FROM_BATCH_SIZE = 100
const LATENCY_GOAL_P50_MS = 5

export const sectionsOf = (result: BenchResult): Section[] =>
  [speed(result), cost(result), cpu(result), latency(result)].filter(({ rows }) => rows.length > 1)

interface Comparison {
  name: string
  batchSize: number
  of(variant: Variant): ThroughputSample[]
}

function comparisonsOf({ settings, throughput }: BenchResult): Comparison[] {
  return settings.handlers.flatMap(handler =>
    settings.batchSizes.flatMap(batchSize => {
      const all = throughput.filter(sample => sample.handler === handler && sample.batchSize === batchSize)
      const of = (variant: Variant) => all.filter(sample => sample.variant === variant)
      return all.length === 0 ? [] : [{ name: `${handler} @${batchSize}`, batchSize, of }]
    }),
  )
}

type Figure = (sample: ThroughputSample) => number
const recordsPerSecond: Figure = ({ figures }) => figures.records / figures.seconds
const cpuMicrosPerRecord: Figure = ({ figures }) => (figures.cpuSeconds / figures.records) * 1e6
const recordsPerCall: Figure = ({ figures }) => figures.records / figures.calls
const commitsPerSecond: Figure = ({ figures }) => figures.commits / figures.seconds

const medianOf = (samples: ThroughputSample[], figure: Figure): number => median(samples.map(figure))

/** Of each round by itself: what disturbs the machine disturbs both in it. */
const ratiosOf = ({ of }: Comparison, figure: Figure, to: Variant): number[] =>
  of('plugin').flatMap(sample => {
    const other = of(to).find(({ round }) => round === sample.round)
    return other ? [figure(sample) / figure(other)] : []
  })

const digits = (value: number, count: number): string => (Number.isFinite(value) ? value.toFixed(count) : 'n/a')
const percent = (ratio: number): string => (Number.isFinite(ratio) ? `${(ratio * 100).toFixed(0)} %` : 'n/a')

function speed(result: BenchResult): Section {
  const rows = comparisonsOf(result).map(comparison => {
    const ratios = ratiosOf(comparison, recordsPerSecond, 'bare')
    return [
      comparison.name,
      ...(['plugin', 'bare', 'raw'] as const).map(each => digits(medianOf(comparison.of(each), recordsPerSecond), 0)),
      percent(median(ratios)),
      ratios.length > 1 ? `${percent(Math.min(...ratios))}–${percent(Math.max(...ratios))}` : '',
    ]
  })
  return {
    title:
      'Records a second, and the plugin as a share of the bare loop (the median of the rounds, the least and the most)',
    rows: [['function @batch size', 'plugin', 'bare loop', 'raw loop', 'plugin ÷ bare', 'rounds'], ...rows],
  }
}

function cost(result: BenchResult): Section {
  const rows = comparisonsOf(result).map(comparison => {
    const [plugin, bare, raw] = (['plugin', 'bare', 'raw'] as const).map(each => comparison.of(each))
    return [
      comparison.name,
      ...[plugin!, bare!, raw!].map(samples => digits(medianOf(samples, cpuMicrosPerRecord), 1)),
      percent(median(ratiosOf(comparison, cpuMicrosPerRecord, 'bare'))),
      ...[plugin!, bare!].map(samples => digits(medianOf(samples, recordsPerCall), 1)),
      ...[plugin!, bare!].map(samples => digits(medianOf(samples, commitsPerSecond), 1)),
    ]
  })
  return {
    title:
      'CPU µs a record of the consuming process, records a call, offset commits a second as counted on their way to the broker',
    rows: [
      [
        'function @batch size',
        'CPU plugin',
        'bare',
        'raw',
        'plugin ÷ bare',
        'a call: plugin',
        'bare',
        'commits/s: plugin',
        'bare',
      ],
      ...rows,
    ],
  }
}

function cpu(result: BenchResult): Section {
  const processes: [string, Figure][] = [
    ['s', ({ figures }) => figures.seconds],
    ['consumer', ({ figures }) => figures.cpuSeconds],
    ['broker', ({ otherCpuSeconds }) => otherCpuSeconds.broker ?? Number.NaN],
    ['bench', ({ otherCpuSeconds }) => otherCpuSeconds.bench ?? Number.NaN],
  ]
  const cells = (samples: ThroughputSample[]) => processes.map(([, figure]) => digits(medianOf(samples, figure), 2))
  return {
    title: 'Seconds measured, and CPU seconds of each process in them',
    rows: [
      ['function @batch size', ...['plugin', 'bare'].flatMap(each => processes.map(([name]) => `${each}: ${name}`))],
      ...comparisonsOf(result).map(({ name, of }) => [name, ...cells(of('plugin')), ...cells(of('bare'))]),
    ],
  }
}

function latency(result: BenchResult): Section {
  const rows = result.settings.batchSizes.flatMap(batchSize => {
    const of = (variant: Variant) => latencyOf(result, batchSize, variant)
    if (of('plugin').length === 0) return []
    const cells = (figure: (sample: LatencySample) => number) =>
      (['plugin', 'bare'] as const).map(variant => digits(median(of(variant).map(figure)), 2))
    return [
      [
        `@${batchSize}`,
        ...cells(({ p50Ms }) => p50Ms),
        ...cells(({ p99Ms }) => p99Ms),
        ...cells(sample => sample.acknowledgedP50Ms),
      ],
    ]
  })
  const { rate } = result.settings
  return {
    title: `Milliseconds from before the send to the function's start, ${rate} records a second, no batching window`,
    rows: [
      ['batch size', 'p50 plugin', 'bare', 'p99 plugin', 'bare', 'producer acknowledged p50: plugin', 'bare'],
      ...rows,
    ],
  }
}

const latencyOf = (result: BenchResult, batchSize: number, variant: Variant): LatencySample[] =>
  result.latency.filter(sample => sample.batchSize === batchSize && sample.variant === variant)

export const headerLines = ({ startedAt, machine, settings, loadAverages }: BenchResult): string[] => [
  `${startedAt}  ${machine.cpu}, ${machine.cores} cores; load average ${shown(loadAverages.before)} before, ${shown(loadAverages.after)} after`,
  `Node ${machine.node}, kafkajs ${machine.kafkajs}, serverless-offline ${machine.serverlessOffline}`,
  `${settings.rounds} rounds, interleaved, medians; seed ${settings.seed}`,
]

const shown = (loads: number[]): string => loads.map(load => load.toFixed(1)).join(' ')

export function verdictLines(result: BenchResult): string[] {
  return ['', ...speedVerdicts(result), ...latencyVerdicts(result), ...result.problems.map(text => `problem: ${text}`)]
}

function speedVerdicts(result: BenchResult): string[] {
  return comparisonsOf(result)
    .filter(({ batchSize }) => batchSize >= SPEED_GOAL_FROM_BATCH_SIZE)
    .flatMap(comparison => {
      const ratio = median(ratiosOf(comparison, recordsPerSecond, 'bare'))
      if (Number.isNaN(ratio)) return []
      return `goal ${ratio >= SPEED_GOAL ? 'met' : 'missed'}: ${comparison.name} runs at ${percent(ratio)} of the bare loop (${percent(SPEED_GOAL)} wanted)`
    })
}

function latencyVerdicts(result: BenchResult): string[] {
  return result.settings.batchSizes.flatMap(batchSize => {
    const samples = latencyOf(result, batchSize, 'plugin')
    if (samples.length === 0) return []
    const p50Ms = median(samples.map(sample => sample.p50Ms))
    const verdict = p50Ms <= LATENCY_GOAL_P50_MS ? 'met' : 'missed'
    return [
      `goal ${verdict}: @${batchSize} a function starts ${digits(p50Ms, 2)} ms (p50) after its record was sent (${LATENCY_GOAL_P50_MS} wanted)`,
    ]
  })
}

export function linesOf({ title, rows }: Section, markdown: boolean): string[] {
  if (!markdown) return ['', title, ...aligned(rows)]
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`
  const [head, ...body] = rows as [string[], ...string[][]]
  return ['', `${title}:`, '', row(head), row(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...body.map(row)]
}

function aligned(rows: string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(cells => cells[column]!.length)))
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!)
  return rows.map(cells => cells.map(cell).join('  '))
}
