/** The system's clock. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../payments/ports.ts'

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  virtualNowMs: () => Date.now(),
  async sleep(durationMs) {
    await sleep(durationMs)
  },
}

/** Never set back; for durations only. */
export const monotonicClock = { nowMs: (): number => performance.now() }
