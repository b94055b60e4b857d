/** Kills the jobs that work on batches, and lets their next run go on. */
import { randomUUID } from 'node:crypto'
import { PRUNE_BATCH_ROWS } from '../../../shared/payments/prune-answers.ts'
import { newMerchant } from '../payments.ts'
import type { CrashSystem } from './crash-system.ts'

/** Enough for a second batch. */
const ANSWERS = PRUNE_BATCH_ROWS + 100

/** Expired answers, one batch of which is deleted when the job dies. Gives how many are left then, and after the next run. */
export async function killPrune(system: CrashSystem): Promise<{ afterKill: number; afterNext: number }> {
  const { database } = system
  const merchantId = newMerchant('pruned')
  const rows = Array.from({ length: ANSWERS }, () => [merchantId, randomUUID(), ...REFUSAL])
  await database.write(
    `INSERT INTO idem_response_cache
       (merchant_id, idempotency_key, fingerprint, canonical_request, status_code, content_type, body, created_at, finished_at)
     VALUES ?`,
    [rows],
  )
  const left = () => database.count('SELECT COUNT(*) FROM idem_response_cache WHERE merchant_id = ?', [merchantId])
  await system.killFunction('pruneAnswers', { point: 'jobs:pruned', hits: 1 }, () => system.invoke('pruneAnswers'))
  const afterKill = await left()
  await system.invoke('pruneAnswers')
  return { afterKill, afterNext: await left() }
}

const LONG_AGO = new Date(Date.UTC(2020, 0, 1))
/** Of a refusal, which no operation claims. */
const REFUSAL = [`v1:${'0'.repeat(64)}`, '{}', 409, 'application/json', Buffer.from('{}'), LONG_AGO, LONG_AGO]

/** Where each published event is: in the table or in its archive, and how many are in both. */
export interface ArchiveCounts {
  live: number
  archived: number
  both: number
}

/** The job dies in its first batch, its next run behind that one, and the one after that goes on. The counts before and after each. */
export async function killArchive(system: CrashSystem): Promise<ArchiveCounts[]> {
  const run = () => system.invoke('archiveOutbox')
  const counts = [await countEvents(system)]
  for (const point of ['jobs:archiving', 'jobs:archived']) {
    await system.killFunction('archiveOutbox', { point, hits: 1 }, run)
    counts.push(await countEvents(system))
  }
  await run()
  return [...counts, await countEvents(system)]
}

async function countEvents({ database }: CrashSystem): Promise<ArchiveCounts> {
  const [live, archived, both] = await Promise.all([
    database.count('SELECT COUNT(*) FROM outbox_event WHERE published_at IS NOT NULL'),
    database.count('SELECT COUNT(*) FROM outbox_archive'),
    database.count('SELECT COUNT(*) FROM outbox_event o JOIN outbox_archive a ON a.event_id = o.event_id'),
  ])
  return { live, archived, both }
}
