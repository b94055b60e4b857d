/** Medians over rounds, and percentiles of what the database says. */

/** The middle one; of an even number the mean of the two in the middle. Undefined of none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  if (sorted.length === 0) return undefined
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export interface Percentiles {
  count: number
  p50: number
  p95: number
  p99: number
  max: number
}

/** Nearest rank. Undefined of no values. */
export function percentilesOf(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  const at = (percent: number) => sorted[Math.max(Math.ceil((percent / 100) * sorted.length), 1) - 1]!
  return { count: sorted.length, p50: at(50), p95: at(95), p99: at(99), max: sorted.at(-1)! }
}

type Figures = { [name: string]: Figures | number | string | null | undefined }

/** Of figures of one shape, the median of every number, each by itself; null when none of them has it. */
export function medianOf<T extends object>(samples: readonly T[]): T {
  const figures = samples as readonly object[] as readonly Figures[]
  const names = new Set(figures.flatMap(sample => Object.keys(sample)))
  return Object.fromEntries([...names].map(name => [name, medianOfAll(figures.map(sample => sample[name]))])) as T
}

function medianOfAll(values: readonly Figures[string][]): Figures[string] {
  const numbers = values.filter(value => typeof value === 'number')
  if (numbers.length > 0) return median(numbers)!
  const parts = values.filter(value => typeof value === 'object' && value !== null)
  return parts.length > 0 ? medianOf(parts) : values[0]
}
