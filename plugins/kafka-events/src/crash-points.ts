/**
 * The moments at which a process may be killed by a test: each is a channel of `node:diagnostics_channel`. Nothing subscribes in
 * production, and then a point costs one property read.
 */
import { type Channel, channel } from 'node:diagnostics_channel'

export const crashPoints = [
  /** The function has taken the records, and their offsets are not committed. */
  'kafka-events:committing',
  /** The offsets are committed. */
  'kafka-events:committed',
] as const
export type CrashPoint = (typeof crashPoints)[number]

const channels = Object.fromEntries(crashPoints.map(point => [point, channel(point)])) as Record<CrashPoint, Channel>

/** Says that this process has come to this point with offsets of these topics, for this group. */
export function reached(point: CrashPoint, groupId: string, offsets: readonly { topic: string }[]): void {
  const { [point]: listeners } = channels
  if (listeners.hasSubscribers) listeners.publish(new Set([groupId, ...offsets.map(({ topic }) => topic)]))
}
