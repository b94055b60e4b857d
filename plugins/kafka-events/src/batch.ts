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

/** The first and the last offset of each partition, for a program. */
export function spansOf(
  records: readonly FetchedRecord[],
): { partition: number; firstOffset: number; lastOffset: number }[] {
  const partitions = [...Map.groupBy(records, ({ partition }) => partition)]
  return partitions.map(([partition, of]) => ({
    partition,
    firstOffset: of[0]!.offset,
    lastOffset: of.at(-1)!.offset,
  }))
}

/** The same for a person: `0: 4–9, 3: 17`, and without the partition when there is one. */
export function rangesOf(records: readonly FetchedRecord[]): string {
  const ranges = spansOf(records).map(({ partition, firstOffset, lastOffset }) => ({
    partition,
    range: firstOffset === lastOffset ? String(firstOffset) : `${firstOffset}–${lastOffset}`,
  }))
  if (ranges.length === 1) return ranges[0]!.range
  return ranges.map(({ partition, range }) => `${partition}: ${range}`).join(', ')
}
