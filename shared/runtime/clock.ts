/** The system's clock. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../payments/ports.ts'

/** Both times are the same. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  virtualNowMs: () => Date.now(),
  async sleep(durationMs) {
    await sleep(durationMs)
  },
  async catchUp() {},
}

/** Never set back; for durations only. */
export const monotonicClock = { nowMs: (): number => performance.now() }
