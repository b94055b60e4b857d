/**
 * The moments at which a process may be killed by a test: between two steps that a crash could separate. Each is a channel of
 * `node:diagnostics_channel`. Nothing subscribes in production, and then a point costs one property read.
 */
import { type Channel, channel } from 'node:diagnostics_channel'

export const crashPoints = [
  /** An operation is committed, and the acquirer has not been asked. */
  'payments:claimed',
  /** The acquirer's answer is here, and nothing of it is recorded. */
  'payments:answered',
  /** A lease that ran out is ours now, and the acquirer has not been asked. */
  'payments:taken-over',
  /** The acquirer has said what became of the operation. */
  'payments:inquired',
  /** The acquirer has confirmed that the operation will never be carried out, or what became of it before. */
  'payments:canceled',
  /** The lease of an operation with an unknown outcome has ended. */
  'payments:postponed',
  /** In the transaction of the record: all is written or queued, and COMMIT is not sent. */
  'payments:recording',
  /** The record is committed, and the doorbell has not rung. */
  'payments:recorded',
  /** The doorbell has rung, and the caller has no answer. */
  'payments:rung',
  /** Outbox rows are locked. */
  'relay:locked',
  /** Kafka has the events, and no row says so. */
  'relay:produced',
  /** The rows are marked as published, and COMMIT is not sent. */
  'relay:marked',
  /** The rows are published, and the doorbell's offset is not committed. */
  'relay:committed',
  /** Ledger entries are written, and COMMIT is not sent. */
  'ledger:inserted',
  /** Ledger entries are committed, and the offset of their events is not. */
  'ledger:committed',
  /** One batch of expired answers is deleted. */
  'jobs:pruned',
  /** In the transaction that moves a batch of events to the archive. */
  'jobs:archiving',
  /** One batch of events is in the archive. */
  'jobs:archived',
  /** The bank has answered for a payout file, and nothing of it is recorded. */
  'settlement:handed-in',
  /** What a transaction still has to write is ready, and neither that nor COMMIT is sent, whichever transaction it is. */
  'transactions:ready',
  /** COMMIT is on its way to the database, whichever transaction it is. */
  'database:committing',
  /** The sandbox acquirer's decision is written, and its journal is not committed. */
  'acquirer:deciding',
  /** The sandbox acquirer's journal is committed, and nothing is answered. */
  'acquirer:decided',
  /** In the transaction that writes the sandbox acquirer's batches of a day. */
  'batches:writing',
  /** They are committed, and nothing of them is paid. */
  'batches:written',
  /** The bank has booked a deposit of the acquirer, and the acquirer's journal does not say so. */
  'batches:deposited',
  /** It says so. */
  'batches:paid',
  /** What the sandbox bank was asked for and what was due is written, and its journal is not committed. */
  'bank:booking',
  /** The sandbox bank's journal is committed, and nothing is answered. */
  'bank:booked',
] as const
export type CrashPoint = (typeof crashPoints)[number]

const channels = Object.fromEntries(crashPoints.map(point => [point, channel(point)])) as Record<CrashPoint, Channel>

/** Says that this process has come to this point. */
export function reached(point: CrashPoint): void {
  const { [point]: listeners } = channels
  if (listeners.hasSubscribers) listeners.publish(point)
}
