/** Moves events that were published long ago out of the table that payments write to. Nothing is lost: readers read both. */
import { reached } from '../contracts/crash-points.ts'
import type { Clock, OutboxArchive, SeparateTransactions } from './ports.ts'

export interface ArchivePorts {
  /** Separate: one batch locks hundreds of rows. */
  transactions: SeparateTransactions
  outbox: OutboxArchive
  clock: Clock
}

/** Rows of one transaction. */
export const ARCHIVE_BATCH_ROWS = 500

/**
 * Archives what was published more than `ageMs` ago, the oldest first, until `deadlineMs` (epoch). What waits or is parked stays.
 * Returns how many events it moved. Throws DependencyUnavailableError.
 */
export async function archiveOutbox(ports: ArchivePorts, ageMs: number, deadlineMs: number): Promise<number> {
  const beforeMs = ports.clock.nowMs() - ageMs
  let archivedCount = 0
  for (let afterId = 0; ports.clock.nowMs() < deadlineMs; ) {
    const rows = await ports.outbox.listFrom(afterId, ARCHIVE_BATCH_ROWS)
    const ids = rows.filter(row => row.publishedAtMs !== null && row.publishedAtMs < beforeMs).map(row => row.id)
    if (ids.length > 0) archivedCount += await archiveBatch(ports, ids)
    const last = rows.at(-1)
    // An event is published after it was written, and later rows were written later: none of them can be old enough.
    if (last === undefined || rows.length < ARCHIVE_BATCH_ROWS || last.createdAtMs >= beforeMs) break
    afterId = last.id
  }
  return archivedCount
}

async function archiveBatch({ transactions, outbox }: ArchivePorts, ids: readonly number[]): Promise<number> {
  const count = await transactions.run('outbox archive', async tx => {
    const moved = await outbox.archive(tx, ids)
    reached('jobs:archiving')
    return moved
  })
  reached('jobs:archived')
  return count
}
