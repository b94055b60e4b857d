/** Whether a series of figures stays where it is: a slope that single outliers do not move, held against a bound. */
import { median } from '../bench/percentiles.ts'

export interface Point {
  /** Since the load began. */
  atMs: number
  value: number
}

/** What a series may gain. The largest of the four counts. */
export interface Bound {
  /** Of its level, in an hour. */
  sharePerHour: number
  /** In an hour, whatever its level. */
  perHour: number
  /** Of its level, however short the time: it moves so much without a reason. */
  noiseShare: number
  /** The same, whatever its level. */
  noise: number
}

export interface Flatness {
  points: number
  /** Medians of the first and the last third. */
  first: number
  last: number
  /** By Theil and Sen: the median of the slopes of all pairs of points. */
  perHour: number
  /** What the bound allows for the time that was watched, as a slope. */
  allowedPerHour: number
  grows: boolean
}

const HOUR_MS = 3_600_000
/** With fewer a third is not a third. */
export const POINTS_MIN = 9
/** The middles of the first and the last third are so far apart. */
const THIRDS_APART = 2 / 3

/**
 * A series grows when both say so: its slope, and how far its last third lies above its first. The level is that of the first third,
 * so that growth does not raise what it is held against. Becoming less is no leak. Undefined of too few points to tell.
 */
export function flatnessOf(points: readonly Point[], bound: Bound): Flatness | undefined {
  if (points.length < POINTS_MIN) return undefined
  const hours = (points.at(-1)!.atMs - points[0]!.atMs) / HOUR_MS
  const third = Math.floor(points.length / 3)
  const first = levelOf(points.slice(0, third))
  const last = levelOf(points.slice(-third))
  const perHour = slopePerHour(points)
  const allowed = Math.max(
    Math.abs(first) * Math.max(bound.sharePerHour * hours, bound.noiseShare),
    Math.max(bound.perHour * hours, bound.noise),
  )
  const grows = perHour * hours > allowed && last - first > allowed * THIRDS_APART
  return { points: points.length, first, last, perHour, allowedPerHour: allowed / hours, grows }
}

const levelOf = (points: readonly Point[]): number => median(points.map(({ value }) => value))!

/** Of a thousand points there are half a million pairs, which is still quick. */
function slopePerHour(points: readonly Point[]): number {
  const slopes: number[] = []
  for (const [index, { atMs, value }] of points.entries())
    for (const later of points.slice(index + 1))
      if (later.atMs > atMs) slopes.push(((later.value - value) * HOUR_MS) / (later.atMs - atMs))
  return median(slopes) ?? 0
}
