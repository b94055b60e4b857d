/** One more payout of a batch whose attempts are used up: an approver allows it, and `create-payouts` makes it. */
import type { BatchState } from '../contracts/lists.ts'
import type { Clock, SeparateTransactions, Transaction } from '../payments/ports.ts'
import { isLiving } from './move-payouts.ts'
import { type BatchStanding, type PayablePorts, withStandings } from './payable-batches.ts'
import type { AuditEntry, AuditLog, Payout, Payouts, SettlementBatch } from './ports.ts'

export interface RetryPorts extends PayablePorts {
  transactions: SeparateTransactions
  payouts: Pick<Payouts, 'listByBatch'>
  auditLog: AuditLog
  clock: Pick<Clock, 'catchUp' | 'virtualNowMs'>
}

/** The table takes no more. */
export const ATTEMPTS_LIMIT = 100

export type RetryOutcome =
  /** Its next payout is this attempt. */
  | { kind: 'retried'; attempt: number; standing: BatchStanding }
  /** Nothing was changed, as in all that follow: the next payout, this attempt, is made without this. */
  | { kind: 'attempts_left'; attempt: number; standing: BatchStanding }
  | { kind: 'not_found' }
  | { kind: 'not_closed'; state: BatchState }
  /** What becomes of this payout is not clear, or it was paid. */
  | { kind: 'living'; payout: Payout }
  /** It has had as many as any may have. */
  | { kind: 'too_many' }

type Decided =
  | { kind: 'retried' | 'attempts_left'; batch: SettlementBatch; attempt: number }
  | Exclude<RetryOutcome, { attempt: number }>

/**
 * Allows a CLOSED batch one payout more than it has, audited. Of several at once one does: the others find an attempt left. It is paid as
 * its standing says, once somebody has approved its file. Throws DependencyUnavailableError.
 */
export async function retryBatch(
  ports: RetryPorts,
  batchId: string,
  by: Pick<AuditEntry, 'actor' | 'reason'>,
): Promise<RetryOutcome> {
  await ports.clock.catchUp()
  const decided = await ports.transactions.run(batchId, tx => decide(ports, tx, batchId, by))
  if (!('batch' in decided)) return decided
  const { kind, batch, attempt } = decided
  const [found] = await withStandings(ports, [batch], ports.clock.virtualNowMs())
  return { kind, attempt, standing: found!.standing }
}

async function decide(
  { batches, payouts, auditLog }: RetryPorts,
  tx: Transaction,
  batchId: string,
  by: Pick<AuditEntry, 'actor' | 'reason'>,
): Promise<Decided> {
  const batch = await batches.lock(tx, batchId)
  if (batch === undefined) return { kind: 'not_found' }
  if (batch.state !== 'CLOSED') return { kind: 'not_closed', state: batch.state }
  // Nobody adds a payout while the batch is locked, and none comes to life again.
  const before = await payouts.listByBatch(tx, batchId)
  const payout = before.find(isLiving)
  if (payout !== undefined) return { kind: 'living', payout }
  const attempt = before.length + 1
  if (attempt <= batch.attemptsMax) return { kind: 'attempts_left', batch, attempt }
  if (attempt > ATTEMPTS_LIMIT) return { kind: 'too_many' }
  const { merchantId, currency, netMinor } = batch
  await batches.update(tx, { ...batch, attemptsMax: attempt })
  const details = { merchantId, currency, net: netMinor, attempt }
  await auditLog.append(tx, { ...by, action: 'batch.retried', subject: batchId, details })
  return { kind: 'retried', batch, attempt }
}
