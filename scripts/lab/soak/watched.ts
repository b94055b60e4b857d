/** What a soak watches, and how much each of it may gain: the one place that says which growth counts as a leak, and why. */
import type { Bound } from './flatness.ts'

export interface Watched {
  /** In a table: the figure and its unit. */
  name: string
  bound: Bound
  digits: number
}

/**
 * Twenty minutes leave fifteen to be judged, a quarter of an hour's bound. Three things decide each bound: what one forgotten object,
 * handle or row would add (some hundred requests a second, jobs once a minute); what the figure does by itself from one quarter of an
 * hour to the next, which must not fail a run; and how soon somebody would be called who runs this for weeks.
 */
export const watched = {
  /** After a collection, so that nothing is in it but what somebody holds. 100 bytes kept of each of 200 requests a second are 72 MB an hour. */
  heap: {
    name: 'heap after GC, MB',
    bound: { sharePerHour: 0.2, perHour: 4, noiseShare: 0.04, noise: 1 },
    digits: 1,
  },
  /** Allocators keep what they were once given, and take it in large steps. */
  memory: {
    name: 'resident, MB',
    bound: { sharePerHour: 0.4, perHour: 20, noiseShare: 0.08, noise: 6 },
    digits: 0,
  },
  /** Kafka takes its heap of 512 MB and MariaDB its buffer pool of 128 MB page by page, for longer than a soak lasts: 150 to 190 MB an hour were seen. */
  serviceMemory: {
    name: 'resident of a service, MB',
    bound: { sharePerHour: 0, perHour: 400, noiseShare: 0.15, noise: 20 },
    digits: 0,
  },
  /** A job that leaves one open each minute would add 60 an hour. */
  files: { name: 'open files', bound: { sharePerHour: 0, perHour: 30, noiseShare: 0.02, noise: 7 }, digits: 0 },
  /** The API has those of its callers among them, who open some for each slow second. */
  sockets: { name: 'open sockets', bound: { sharePerHour: 0, perHour: 30, noiseShare: 0.25, noise: 7 }, digits: 0 },
  handles: { name: 'active handles', bound: { sharePerHour: 0, perHour: 30, noiseShare: 0.25, noise: 7 }, digits: 0 },
  connections: { name: 'connections', bound: { sharePerHour: 0, perHour: 30, noiseShare: 0, noise: 7 }, digits: 0 },
  /** Others on the machine move times by half from one quarter of an hour to the next; a leak that matters moves them by more. */
  loopLag: {
    name: 'event loop late, p99 ms',
    bound: { sharePerHour: 1, perHour: 10, noiseShare: 0.5, noise: 15 },
    digits: 1,
  },
  answerTime: {
    name: 'time in a handler, mean ms',
    bound: { sharePerHour: 1, perHour: 10, noiseShare: 0.5, noise: 10 },
    digits: 1,
  },
  /** Moved less than times are. A list that is searched whole for each request, or a table, is four times as long at the end. */
  cpu: {
    name: 'CPU a request, ms',
    bound: { sharePerHour: 1, perHour: 0.1, noiseShare: 0.25, noise: 0.05 },
    digits: 3,
  },
  /** A table without an index is four times as long at the end as when the judging began. */
  rowsExamined: {
    name: 'rows examined a statement',
    bound: { sharePerHour: 1, perHour: 2, noiseShare: 0.2, noise: 0.5 },
    digits: 2,
  },
  /** They are worked on as they come, or something is too slow for half the load. */
  waiting: { name: 'waiting', bound: { sharePerHour: 0, perHour: 200, noiseShare: 0, noise: 50 }, digits: 0 },
  /** A key that nothing lets expire stays until Redis throws others out. */
  lasting: { name: 'keys without an end', bound: { sharePerHour: 0, perHour: 10, noiseShare: 0, noise: 2 }, digits: 0 },
  /** Redis itself may grow: it keeps answers for a day, up to its limit. */
  keySize: {
    name: 'bytes a key',
    bound: { sharePerHour: 0.4, perHour: 100, noiseShare: 0.1, noise: 50 },
    digits: 0,
  },
  /** Of tables that payments do not fill. One row a minute is 60 an hour. */
  rows: { name: 'rows', bound: { sharePerHour: 0, perHour: 30, noiseShare: 0, noise: 7 }, digits: 0 },
} as const satisfies Record<string, Watched>

export type WatchedKind = keyof typeof watched

export interface Reading {
  kind: WatchedKind
  /** Of which process, table or group. */
  of: string
  value: number
}
