/** The records that are handed over together: which of them are settled, and how they are parted. */
import type { FetchedRecord } from './lambda-event.ts'

/** Records on their way through their attempts. Settled records leave it. */
export interface Part {
  records: readonly FetchedRecord[]
  failedAttempts: number
}

/**
 * Tells, per partition, how far all records before are settled, in whatever order the parts of a batch come to their ends. It says
 * nothing of a batch that is settled as a whole, since whoever gave the batch knows then.
 */
export class Progress {
  readonly #batch: readonly FetchedRecord[]
  readonly #advanced: (partition: number, nextOffset: number) => void
  readonly #settled = new Set<FetchedRecord>()
  #partitions: { partition: number; records: FetchedRecord[]; next: number }[] | undefined

  /** `advanced` is called for a partition whenever its first unsettled record is a later one. */
  constructor(batch: readonly FetchedRecord[], advanced: (partition: number, nextOffset: number) => void) {
    this.#batch = batch
    this.#advanced = advanced
  }

  settle(records: readonly FetchedRecord[]): void {
    if (records === this.#batch) return
    for (const record of records) this.#settled.add(record)
    this.#partitions ??= [...Map.groupBy(this.#batch, ({ partition }) => partition)].map(([partition, of]) => ({
      partition,
      records: of,
      next: 0,
    }))
    for (const waiting of this.#partitions) {
      const before = waiting.next
      while (this.#settled.has(waiting.records[waiting.next]!)) waiting.next += 1
      if (waiting.next > before) this.#advanced(waiting.partition, waiting.records[waiting.next - 1]!.nextOffset)
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
