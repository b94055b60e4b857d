/** The samples of a run as k6 keeps them: counters, rates and trends, whole and by tags. */

export type MetricType = 'counter' | 'rate' | 'trend'
export type Tags = Record<string, string>

/** A percentile as k6 computes it: between two samples it is interpolated. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  if (sorted.length === 0) return 0
  const place = (percent / 100) * (sorted.length - 1)
  const below = sorted[Math.floor(place)]!
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1)
}

export class Metric {
  readonly type: MetricType
  count = 0
  sum = 0
  #values: number[] = []
  #sorted: Float64Array | undefined

  constructor(type: MetricType) {
    this.type = type
  }

  add(value: number): void {
    this.count++
    this.sum += this.type === 'rate' ? Number(value !== 0) : value
    if (this.type !== 'trend') return
    this.#values.push(value)
    this.#sorted = undefined
  }

  /** A statistic by k6's name for it. Throws for one that this type does not have. */
  read(statistic: string, seconds: number): number {
    const read = STATISTICS[this.type][statistic]
    if (read !== undefined) return read(this, seconds)
    const [, percent] = /^p\((\d+(?:\.\d+)?)\)$/.exec(statistic) ?? []
    if (this.type === 'trend' && percent !== undefined) return this.percentile(Number(percent))
    throw new Error(`a ${this.type} has no "${statistic}"`)
  }

  percentile(percent: number): number {
    this.#sorted ??= Float64Array.from(this.#values).sort()
    return percentile(this.#sorted, percent)
  }

  /** As `handleSummary` gets them. */
  values(trendStats: string[], seconds: number): Record<string, number> {
    if (this.type === 'rate')
      return { rate: this.read('rate', seconds), passes: this.sum, fails: this.count - this.sum }
    const statistics = this.type === 'trend' ? trendStats : ['count', 'rate']
    return Object.fromEntries(statistics.map(name => [name, this.read(name, seconds)]))
  }
}

const average = ({ sum, count }: Metric): number => (count === 0 ? 0 : sum / count)

const STATISTICS: Record<MetricType, Record<string, (metric: Metric, seconds: number) => number>> = {
  counter: { count: ({ sum }) => sum, rate: ({ sum }, seconds) => (seconds === 0 ? 0 : sum / seconds) },
  rate: { rate: average },
  trend: {
    avg: average,
    min: metric => metric.percentile(0),
    med: metric => metric.percentile(50),
    max: metric => metric.percentile(100),
  },
}

const BUILT_IN: Record<string, MetricType> = {
  checks: 'rate',
  dropped_iterations: 'counter',
  http_req_duration: 'trend',
  http_req_failed: 'rate',
  http_reqs: 'counter',
  iteration_duration: 'trend',
  iterations: 'counter',
  // Not k6's: from the time when an iteration should have begun to its end.
  scheduled_latency: 'trend',
}

interface Part {
  metric: string
  tags: [string, string][]
}

export class Metrics {
  readonly all = new Map<string, Metric>(Object.entries(BUILT_IN).map(([name, type]) => [name, new Metric(type)]))
  readonly #parts = new Map<string, Part>()

  /** The metric of this name; made at its first use. Throws when it has another type already. */
  define(name: string, type: MetricType): Metric {
    const metric = this.all.get(name) ?? new Metric(type)
    if (metric.type !== type) throw new Error(`the metric "${name}" is a ${metric.type} already`)
    this.all.set(name, metric)
    return metric
  }

  /** `name` or `name{tag:value,…}`, whose samples are also kept apart from then on. Throws when there is no such metric. */
  select(selector: string): Metric {
    const [, name = '', tags] = /^(\w+)(?:\{(.+)\})?$/.exec(selector) ?? []
    const whole = this.all.get(name)
    if (whole === undefined) throw new Error(`there is no metric for the threshold on "${selector}"`)
    if (tags === undefined) return whole
    const pairs = tags.split(',').map(pair => pair.split(':').map(word => word.trim()) as [string, string])
    if (pairs.some(pair => pair.length !== 2)) throw new Error(`"${selector}" has tags that are not name:value`)
    this.#parts.set(selector, { metric: name, tags: pairs })
    return this.define(selector, whole.type)
  }

  add(name: string, value: number, tags: Tags): void {
    this.all.get(name)!.add(value)
    for (const [selector, part] of this.#parts)
      if (part.metric === name && part.tags.every(([tag, wanted]) => tags[tag] === wanted))
        this.all.get(selector)!.add(value)
  }
}
