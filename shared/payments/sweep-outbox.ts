/** Rings for rows that no relay has published: a lost doorbell, a stopped Kafka, a crash between commit and ring. */
import { EVENT_LATE_MS } from '../contracts/late-events.ts'
import type { Clock, Doorbell, OutboxQueue } from './ports.ts'

export interface SweepPorts {
  outbox: Pick<OutboxQueue, 'shardsWaiting'>
  doorbell: Doorbell
  clock: Clock
}

const SWEEP_INTERVAL_MS = 5_000

/** Looks every 5 s until `durationMs` have passed; returns how often it rang. Throws DependencyUnavailableError. */
export async function sweepOutbox(ports: SweepPorts, durationMs: number): Promise<number> {
  const endMs = ports.clock.nowMs() + durationMs
  let ringCount = 0
  for (;;) {
    const nowMs = ports.clock.nowMs()
    // Younger rows are expected to be published without the sweep.
    for (const shard of await ports.outbox.shardsWaiting(nowMs - EVENT_LATE_MS, nowMs)) {
      await ports.doorbell.ring(shard)
      ringCount++
    }
    if (ports.clock.nowMs() + SWEEP_INTERVAL_MS > endMs) return ringCount
    await ports.clock.sleep(SWEEP_INTERVAL_MS)
  }
}
