/** Prints what changed since the last time in CloudWatch's embedded metric format, for processes that nobody can scrape. */
import type { Counter, Gauge, Histogram } from 'prom-client'
import { quietly } from '../http/quietly.ts'
import type { Metrics, StateSource } from './metrics.ts'

export interface EmbeddedMetricsOptions {
  metrics: Metrics
  namespace: string
  nowMs: () => number
  /** Gets lines, each with its end. */
  write: (lines: string) => void
}

type Unit = 'Count' | 'Seconds' | 'None'

/** What is printed. Each combination of labels that occurs is one custom metric of CloudWatch, and costs as one. docs/metrics.md has the list. */
const printedCounters = [
  'cacheReads',
  'replays',
  'conflicts',
  'operations',
  'operationsDeclined',
  'operationAmount',
  'answeredUnknown',
  'outboxPublished',
  'outboxParked',
  'recordsHandled',
  'ledgerWritten',
  'ledgerRepaired',
  'settlementUndated',
  'deadLetters',
  'operationsResolved',
  'settlementsContradicted',
  'payoutAlarms',
  'reconAlarms',
  'paymentsExpired',
  'invariantFailures',
  'acquirerRetries',
  'cacheFailures',
  'doorbellFailures',
  'unhandledRejections',
] as const satisfies readonly (keyof Metrics)[]

const printedHistograms = ['acquirerSeconds'] as const satisfies readonly (keyof Metrics)[]

/** Printed when their source was read since the last time, and not otherwise: an old value would look like a new one. */
const printedGauges: Record<StateSource, readonly [gauge: keyof Metrics, unit: Unit][]> = {
  outbox: [
    ['outboxWaiting', 'Count'],
    ['outboxOldestSeconds', 'Seconds'],
    ['outboxParkedRows', 'Count'],
  ],
  // AWS has OffsetLag of each trigger.
  consumers: [],
  dead_letters: [['deadLetterRecords', 'Count']],
  operations: [
    ['operationsUnknown', 'Count'],
    ['operationsUnknownOldestSeconds', 'Seconds'],
  ],
  invariants: [
    ['invariantsFailed', 'Count'],
    ['controlDifference', 'None'],
  ],
  audit: [['auditLogEntries', 'Count']],
  payouts: [
    ['payoutFilesWaiting', 'Count'],
    ['payoutFilesWaitingOldestSeconds', 'Seconds'],
    ['payoutsUnanswered', 'Count'],
    ['payoutsUnansweredOldestSeconds', 'Seconds'],
  ],
  recon: [
    ['reconFilesWaiting', 'Count'],
    ['reconFilesWaitingOldestSeconds', 'Seconds'],
    ['reconFilesRejected', 'Count'],
    ['reconBreaksOpen', 'Count'],
    ['reconBreaksLate', 'Count'],
    ['reconSuspense', 'None'],
    ['reconTransfersLate', 'Count'],
    ['disputesOpen', 'Count'],
    ['disputesOpenOldestSeconds', 'Seconds'],
  ],
  funds: [
    ['fundsMissing', 'None'],
    ['fundsShortBusinessDays', 'Count'],
  ],
}

export const printedMetrics: readonly (keyof Metrics)[] = [
  ...printedCounters,
  ...printedHistograms,
  ...Object.values(printedGauges).flatMap(gauges => gauges.map(([gauge]) => gauge)),
]

/** Limits of the format. */
const METRICS_MAX = 100
const VALUES_MAX = 100

type Labels = Readonly<Record<string, string | number>>
type Value = number | { Values: number[]; Counts: number[] }

interface Sample {
  name: string
  unit: Unit
  labels: Labels
  value: Value
}

/** What a histogram holds of one combination of labels. */
interface Distribution {
  labels: Labels
  /** By upper bound, those below included. */
  upTo: Map<number, number>
  sum: number
  count: number
}

export class EmbeddedMetrics {
  readonly #options: EmbeddedMetricsOptions
  /** As they were printed last. prom-client keeps one sample for each combination of labels, and changes its value. */
  readonly #counts = new WeakMap<object, number>()
  /** By name and labels. */
  readonly #distributions = new Map<string, Distribution>()
  readonly #observedAt = new Map<StateSource, number>()

  constructor(options: EmbeddedMetricsOptions) {
    this.#options = options
  }

  /** One line for each combination of labels that something happened with; none when nothing did. Never throws. */
  async print(): Promise<void> {
    try {
      const samples = [...(await this.#counters()), ...(await this.#histograms()), ...(await this.#gauges())]
      if (samples.length === 0) return
      this.#options.write(linesOf(samples, this.#options.namespace, this.#options.nowMs()).join(''))
    } catch (error) {
      quietly(() => {
        throw error
      })
    }
  }

  async #counters(): Promise<Sample[]> {
    const samples: Sample[] = []
    for (const key of printedCounters) {
      const { name, values } = await (this.#options.metrics[key] as Counter).get()
      for (const sample of values) {
        const { labels, value } = sample
        const added = value - (this.#counts.get(sample) ?? 0)
        if (added === 0) continue
        this.#counts.set(sample, value)
        samples.push({ name, unit: 'Count', labels: labels as Labels, value: added })
      }
    }
    return samples
  }

  async #histograms(): Promise<Sample[]> {
    const samples: Sample[] = []
    for (const key of printedHistograms) {
      const { name, values } = await (this.#options.metrics[key] as Histogram).get()
      for (const [labels, now] of distributionsOf(name, values)) {
        const place = `${name} ${labels}`
        const value = addedTo(this.#distributions.get(place), now)
        if (value === undefined) continue
        this.#distributions.set(place, now)
        samples.push({ name, unit: 'Seconds', labels: now.labels, value })
      }
    }
    return samples
  }

  async #gauges(): Promise<Sample[]> {
    const samples: Sample[] = []
    for (const { labels, value: observedAt } of (await this.#options.metrics.stateObserved.get()).values) {
      const source = labels.source as StateSource
      if (observedAt === (this.#observedAt.get(source) ?? 0)) continue
      this.#observedAt.set(source, observedAt)
      for (const [key, unit] of printedGauges[source]) {
        const { name, values } = await (this.#options.metrics[key] as Gauge).get()
        for (const { labels, value } of values) samples.push({ name, unit, labels: labels as Labels, value })
      }
    }
    return samples
  }
}

type Buckets = Awaited<ReturnType<Histogram['get']>>['values']

/** By their labels, as text. */
function distributionsOf(name: string, values: Buckets): Map<string, Distribution> {
  const byLabels = new Map<string, Distribution>()
  for (const { metricName, labels, value } of values) {
    const { le, ...own } = labels as Record<string, string | number>
    const place = JSON.stringify(own)
    const found = byLabels.get(place) ?? { labels: own, upTo: new Map(), sum: 0, count: 0 }
    byLabels.set(place, found)
    if (metricName === `${name}_sum`) found.sum = value
    else if (metricName === `${name}_count`) found.count = value
    else if (le !== '+Inf') found.upTo.set(Number(le), value)
  }
  return byLabels
}

/**
 * What came since, or undefined. When all lies in one bucket the value is the mean, so that a single one is exact; else each bucket
 * counts as its upper bound, and what lies above all as the last bound.
 */
function addedTo(before: Distribution | undefined, now: Distribution): Value | undefined {
  const count = now.count - (before?.count ?? 0)
  if (count === 0) return undefined
  const bounds: number[] = []
  const counts: number[] = []
  let counted = 0
  for (const [bound, upTo] of now.upTo) {
    const upToNow = upTo - (before?.upTo.get(bound) ?? 0)
    if (upToNow === counted) continue
    bounds.push(bound)
    counts.push(upToNow - counted)
    counted = upToNow
  }
  const lastBound = [...now.upTo.keys()].at(-1) ?? 0
  if (counted < count && bounds.at(-1) === lastBound) counts[counts.length - 1]! += count - counted
  else if (counted < count) {
    bounds.push(lastBound)
    counts.push(count - counted)
  }
  if (counts.length === 1) return { Values: [(now.sum - (before?.sum ?? 0)) / count], Counts: [count] }
  return { Values: bounds.slice(0, VALUES_MAX), Counts: counts.slice(0, VALUES_MAX) }
}

/** A line holds what has the same labels, which become its dimensions. */
function linesOf(samples: readonly Sample[], namespace: string, timestampMs: number): string[] {
  const groups = Map.groupBy(samples, ({ labels }) => JSON.stringify(labels))
  return [...groups.values()].flatMap(group => partsOf(group).map(part => lineOf(part, namespace, timestampMs)))
}

function partsOf(group: readonly Sample[]): (readonly Sample[])[] {
  const parts: (readonly Sample[])[] = []
  for (let begin = 0; begin < group.length; begin += METRICS_MAX) parts.push(group.slice(begin, begin + METRICS_MAX))
  return parts
}

function lineOf(samples: readonly Sample[], Namespace: string, timestampMs: number): string {
  const labels = Object.entries(samples[0]!.labels).map(([name, value]) => [name, String(value)] as const)
  const Metrics = samples.map(({ name, unit }) => ({ Name: name, Unit: unit }))
  const Dimensions = [labels.map(([name]) => name)]
  const root = {
    _aws: { Timestamp: Math.trunc(timestampMs), CloudWatchMetrics: [{ Namespace, Dimensions, Metrics }] },
    ...Object.fromEntries(labels),
    ...Object.fromEntries(samples.map(({ name, value }) => [name, value])),
  }
  return `${JSON.stringify(root)}\n`
}
