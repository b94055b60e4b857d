/** Reads: disputes. */
import type { DisputeView } from '../contracts/dispute-views.ts'
import type { DisputeListView, DisputesQuery } from '../contracts/routes/list-disputes.ts'
import type { Dispute, DisputeReader } from './ports.ts'
import { encoded, pageOf, partsOf } from './read-settlements.ts'

export interface DisputeReadPorts {
  disputeReader: DisputeReader
}

/** One page, newest first. `beforeDisputeId` is where the page before ended. Throws DependencyUnavailableError. */
export async function listDisputes(
  { disputeReader }: DisputeReadPorts,
  query: Omit<DisputesQuery, 'cursor'> & { beforeDisputeId?: string },
): Promise<DisputeListView> {
  const { page, last } = pageOf(await disputeReader.list({ ...query, limit: query.limit + 1 }), query)
  return { items: page.map(disputeView), nextCursor: last === undefined ? null : encoded(last.disputeId) }
}

/** Undefined when there is no such dispute. Throws DependencyUnavailableError. */
export async function readDispute(
  { disputeReader }: DisputeReadPorts,
  disputeId: string,
): Promise<DisputeView | undefined> {
  const found = await disputeReader.find(disputeId)
  return found && disputeView(found)
}

const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()

const disputeView = (dispute: Dispute): DisputeView => ({
  disputeId: dispute.disputeId,
  paymentId: dispute.paymentId,
  merchantId: dispute.merchantId,
  currency: dispute.currency,
  state: dispute.state,
  amount: dispute.amountMinor,
  fee: dispute.feeMinor,
  externalRef: dispute.externalRef,
  openedAt: timeOf(dispute.openedAtMs),
  closedAt: dispute.closedAtMs === null ? null : timeOf(dispute.closedAtMs),
})

const DISPUTE_CURSOR = /^(dsp_[0-9A-Z]{26})$/

/** Undefined when the cursor is not one of ours. */
export const disputeOfCursor = (cursor: string): string | undefined => partsOf(cursor, DISPUTE_CURSOR)?.[0]
