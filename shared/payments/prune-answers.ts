/**
 * Deletes stored answers that are older than the time for which a repeat gets its answer. A key that an
 * operation used is never executed again; a key that was only refused (409) is free, and nothing was executed under it.
 */
import type { AnswerKeeper, Clock } from './ports.ts'

export interface PrunePorts {
  answers: AnswerKeeper
  clock: Clock
}

/** Rows of one transaction. */
export const PRUNE_BATCH_ROWS = 500

/** Deletes answers that were finished more than `ageMs` ago until `deadlineMs` (epoch); returns how many. Throws DependencyUnavailableError. */
export async function pruneAnswers(ports: PrunePorts, ageMs: number, deadlineMs: number): Promise<number> {
  const beforeMs = ports.clock.virtualNowMs() - ageMs
  let prunedCount = 0
  while (ports.clock.nowMs() < deadlineMs) {
    const count = await ports.answers.prune(beforeMs, PRUNE_BATCH_ROWS)
    prunedCount += count
    if (count < PRUNE_BATCH_ROWS) break
  }
  return prunedCount
}
