/** Disputes that nobody fights for any longer: what was taken back stays with the card holder. */
import type { DisputeState } from '../contracts/lists.ts'
import type { Clock, OutboxWriter, SeparateTransactions } from '../payments/ports.ts'
import type { AuditEntry, AuditLog, Dispute, Disputes, SettlementIds } from './ports.ts'
import { disputeToldEvent } from './settlement-event.ts'

export interface LoseDisputePorts {
  transactions: SeparateTransactions
  disputes: Pick<Disputes, 'lock' | 'update'>
  outbox: OutboxWriter
  auditLog: AuditLog
  clock: Clock
  ids: Pick<SettlementIds, 'event'>
}

export type LoseDisputeOutcome =
  /** `dispute` as it is now. */
  | { kind: 'lost'; dispute: Dispute }
  | { kind: 'not_found' }
  /** Nothing was changed. */
  | { kind: 'not_open'; state: DisputeState }

/** OPEN → LOST, told and audited. No money moves: it left with the chargeback. Throws DependencyUnavailableError. */
export async function loseDispute(
  ports: LoseDisputePorts,
  disputeId: string,
  by: Pick<AuditEntry, 'actor' | 'reason'>,
): Promise<LoseDisputeOutcome> {
  await ports.clock.catchUp()
  return ports.transactions.run(disputeId, async tx => {
    const found = await ports.disputes.lock(tx, disputeId)
    if (found === undefined) return { kind: 'not_found' }
    if (found.state !== 'OPEN') return { kind: 'not_open', state: found.state }
    const atMs = ports.clock.virtualNowMs()
    const dispute: Dispute = { ...found, state: 'LOST', eventCount: found.eventCount + 1, closedAtMs: atMs }
    await ports.disputes.update(tx, dispute)
    const told = disputeToldEvent(ports.ids.event(), 'dispute.lost', dispute, atMs)
    await ports.outbox.insert(tx, told, ports.clock.nowMs())
    const { merchantId, currency, paymentId, amountMinor } = dispute
    const details = { merchantId, currency, paymentId, amount: amountMinor }
    await ports.auditLog.append(tx, { ...by, action: 'dispute.lost', subject: disputeId, details })
    return { kind: 'lost', dispute }
  })
}
