/** The records that are handed over together: which of them are settled, and how they are parted. */
import type { FetchedRecord } from './lambda-event.ts'

/** Records on their way through their attempts. Settled records leave it. */
export interface Part {
  records: readonly FetchedRecord[]
  failedAttempts: number
}

/** Tells, per partition, how far all records before are settled, in whatever order the parts of a batch come to their ends. */
export class Progress {
  readonly #partitions = new Map<number, { records: FetchedRecord[]; next: number }>()
  readonly #settled = new Set<FetchedRecord>()
  readonly #advanced: (partition: number, nextOffset: number) => void

  /** `advanced` is called for a partition whenever its first unsettled record is a later one. */
  constructor(records: readonly FetchedRecord[], advanced: (partition: number, nextOffset: number) => void) {
    this.#advanced = advanced
    for (const record of records) {
      const known = this.#partitions.get(record.partition)
      if (known) known.records.push(record)
      else this.#partitions.set(record.partition, { records: [record], next: 0 })
    }
  }

  settle(records: readonly FetchedRecord[]): void {
    for (const record of records) this.#settled.add(record)
    for (const [partition, waiting] of this.#partitions) {
      const before = waiting.next
      while (waiting.next < waiting.records.length && this.#settled.has(waiting.records[waiting.next]!))
        waiting.next += 1
      if (waiting.next > before) this.#advanced(partition, waiting.records[waiting.next - 1]!.nextOffset)
    }
  }
}

/** The first half is the smaller one. Each half keeps the order. */
export function halvesOf(records: readonly FetchedRecord[]): [readonly FetchedRecord[], readonly FetchedRecord[]] {
  const middle = Math.floor(records.length / 2)
  return [records.slice(0, middle), records.slice(middle)]
}

/** For the log: `0: 4–9, 3: 17` per partition, and without the partition when there is one. */
export function rangesOf(records: readonly FetchedRecord[]): string {
  const partitions = [...Map.groupBy(records, ({ partition }) => partition)]
  const ranges = partitions.map(([partition, of]) => ({ partition, range: rangeOf(of) }))
  if (ranges.length === 1) return ranges[0]!.range
  return ranges.map(({ partition, range }) => `${partition}: ${range}`).join(', ')
}

function rangeOf(records: readonly FetchedRecord[]): string {
  const first = records[0]!.offset
  const last = records.at(-1)!.offset
  return first === last ? String(first) : `${first}–${last}`
}
