/** What a run at scale fills and measures, what that takes, and whether this disk has room for it. */
import { statfsSync } from 'node:fs'
import { dataRoot } from '../../../local/paths.ts'
import { formatDuration, StepFailure } from '../../../terminal/output.ts'
import type { BenchSettings } from '../settings.ts'

/** `books`: everything about each payment, Kafka's records and the acquirer's decisions too. `lists`: the database alone. */
export const scaleShapes = ['books', 'lists'] as const
export type ScaleShape = (typeof scaleShapes)[number]

export interface ScaleSettings extends BenchSettings {
  rows: number
  shape: ScaleShape
  mariadbFlags: string[]
  lookups: LookupSettings
  /** Events of each drain. */
  drainEvents: number
  /** Work of each kind that is planted for the jobs. */
  due: DueWork
}

export interface LookupSettings {
  /** Of each query. */
  requests: number
  concurrency: number
}

export interface DueWork {
  expiries: number
  unknown: number
  answers: number
  events: number
}

/** Of the run alone: the product's own default is MariaDB's. */
export const SCALE_MARIADB_FLAGS = ['--innodb-buffer-pool-size=4G', '--innodb-log-file-size=1G', '--local-infile=1']

const DAY_MS = 24 * 60 * 60_000

/** How far back the payments go. Answers are kept for 15 days and events in the outbox for 7. */
export const spanMs: Record<ScaleShape, number> = { books: 30 * DAY_MS, lists: 90 * DAY_MS }

/** Of a quiet machine of two cores; indexes that are filled in no order are two thirds full. */
const bytesPerPayment: Record<ScaleShape, number> = { books: 8_000, lists: 6_500 }
const fillSecondsPerPayment: Record<ScaleShape, number> = { books: 1 / 3_000, lists: 1 / 4_000 }
const VERIFIED_PER_SECOND = 3_000
/** Redo log, system tables, Kafka's segments and whatever else a system begins with. */
const FIXED_BYTES = 3 * 2 ** 30

/** A run that takes so many times what it should is ended. */
const PATIENCE = 12

export const limitMsOf = ({ seconds }: Estimate): number => seconds * PATIENCE * 1_000

export interface Estimate {
  bytes: number
  seconds: number
}

export function estimateOf(settings: ScaleSettings): Estimate {
  const { rows, shape, rounds, kinds, seconds, warmupSeconds, concurrency } = settings
  const cases = 2 * rounds * kinds.length * concurrency.length * (seconds + warmupSeconds + 2)
  const verifications = (shape === 'books' ? 2 : 1) * (rows / VERIFIED_PER_SECOND)
  return {
    bytes: rows * bytesPerPayment[shape] + FIXED_BYTES,
    seconds: rows * fillSecondsPerPayment[shape] + cases + verifications + 240,
  }
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

/** Says what it will take. Throws when the disk has no room for half as much again. */
export function announce(settings: ScaleSettings, say: (line: string) => void): Estimate {
  const estimate = estimateOf(settings)
  const { bavail, bsize } = statfsSync(dataRoot)
  const free = bavail * bsize
  say(
    `${settings.rows.toLocaleString('en')} payments (${settings.shape}): about ${gib(estimate.bytes)} of disk ` +
      `(${gib(free)} are free), about ${formatDuration(estimate.seconds * 1_000)} on a quiet machine, ` +
      `at most ${formatDuration(limitMsOf(estimate))}`,
  )
  say(`MariaDB runs with ${settings.mariadbFlags.join(' ')}`)
  if (free < estimate.bytes * 1.5)
    throw new StepFailure(`${gib(estimate.bytes * 1.5)} of free disk are wanted, ${gib(free)} are there`, {
      fix: 'ask for fewer --rows, or make room',
    })
  return estimate
}
