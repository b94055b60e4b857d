/**
 * Deletes stored answers that have expired. A key that an operation used is never executed again; a key that was only
 * refused (409) is free, and nothing was executed under it.
 */
import { reached } from '../contracts/crash-points.ts'
import { expiredUpTo } from './answer-lifetime.ts'
import type { AnswerKeeper, Clock } from './ports.ts'

export interface PrunePorts {
  answers: AnswerKeeper
  clock: Clock
}

/** Rows of one transaction. */
export const PRUNE_BATCH_ROWS = 500

/**
 * Deletes answers that were finished `keptMs` ago or earlier, until `deadlineMs` (epoch); returns how many.
 * Throws DependencyUnavailableError.
 */
export async function pruneAnswers(ports: PrunePorts, keptMs: number, deadlineMs: number): Promise<number> {
  await ports.clock.catchUp()
  const finishedAtMsMax = expiredUpTo(ports.clock.virtualNowMs(), keptMs)
  let prunedCount = 0
  while (ports.clock.nowMs() < deadlineMs) {
    const count = await ports.answers.prune(finishedAtMsMax, PRUNE_BATCH_ROWS)
    prunedCount += count
    reached('jobs:pruned')
    if (count < PRUNE_BATCH_ROWS) break
  }
  return prunedCount
}
