/** One more payout of a batch whose attempts are used up: an approver allows it, and `create-payouts` makes it. */
import type { BatchState } from '../contracts/lists.ts'
import type { RetriedBatchView } from '../contracts/settlement-views.ts'
import type { Clock, SeparateTransactions, Transaction } from '../payments/ports.ts'
import { isLiving, type LivingPayout } from './move-payouts.ts'
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
  | { kind: 'living'; payout: LivingPayout }
  /** It has had as many as any may have. */
  | { kind: 'too_many' }

/** These ports alone, with other transactions and another log. */
export function retryPortsOf(ports: RetryPorts, own: Pick<RetryPorts, 'transactions' | 'auditLog'>): RetryPorts {
  const { batches, payouts, terms, settlementDefaults, calendars, clock } = ports
  return { batches, payouts, terms, settlementDefaults, calendars, clock, ...own }
}

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
  return ports.transactions.run(batchId, async tx => {
    const batch = await ports.batches.lock(tx, batchId)
    if (batch === undefined) return { kind: 'not_found' }
    // Nobody adds a payout while the batch is locked, and none comes to life again.
    const before = await ports.payouts.listByBatch(tx, batchId)
    const refusal = whyNotRetried(batch, before)
    const attempt = before.length + 1
    if (refusal === undefined) await allow(ports, tx, batch, attempt, by)
    else if (refusal.kind !== 'attempts_left') return refusal
    const [found] = await withStandings(ports, [batch], ports.clock.virtualNowMs(), tx)
    return { kind: refusal === undefined ? 'retried' : 'attempts_left', attempt, standing: found!.standing }
  })
}

type NotRetried = Exclude<RetryOutcome, { kind: 'retried' | 'attempts_left' | 'not_found' }> | { kind: 'attempts_left' }

/** Undefined: all payouts that the batch may have failed or were canceled, and it may have another. */
export function whyNotRetried(batch: SettlementBatch, payouts: readonly Payout[]): NotRetried | undefined {
  if (batch.state !== 'CLOSED') return { kind: 'not_closed', state: batch.state }
  const payout = payouts.find(isLiving)
  if (payout !== undefined) return { kind: 'living', payout }
  if (payouts.length < batch.attemptsMax) return { kind: 'attempts_left' }
  return payouts.length < ATTEMPTS_LIMIT ? undefined : { kind: 'too_many' }
}

async function allow(
  { batches, auditLog }: RetryPorts,
  tx: Transaction,
  batch: SettlementBatch,
  attempt: number,
  by: Pick<AuditEntry, 'actor' | 'reason'>,
): Promise<void> {
  const { batchId, merchantId, currency, netMinor } = batch
  await batches.update(tx, { ...batch, attemptsMax: attempt })
  const details = { merchantId, currency, net: netMinor, attempt }
  await auditLog.append(tx, { ...by, action: 'batch.retried', subject: batchId, details })
}

export const retriedBatchView = (
  batchId: string,
  { attempt, standing }: { attempt: number; standing: BatchStanding },
): RetriedBatchView => ({
  ...{ batchId, attempt, standing: standing.kind },
  account: standing.kind === 'payable' ? standing.accountToken : null,
  from: standing.kind === 'waits' && standing.untilMs !== undefined ? new Date(standing.untilMs).toISOString() : null,
})
