/** How far virtual time is ahead of real time, for what shows both. */
import type { Clock } from './ports.ts'

/** 0 where the sandbox clock was never moved. For a process that has caught up. */
export function virtualAheadMs(clock: Pick<Clock, 'nowMs' | 'virtualNowMs'>): number {
  // Read before the real time, so that a clock that was never moved is not ahead by the millisecond between the two.
  const virtualMs = clock.virtualNowMs()
  return Math.max(0, virtualMs - clock.nowMs())
}
