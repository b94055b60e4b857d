/** Rings for rows that no relay has published: a lost doorbell, a stopped Kafka, a crash between commit and ring. */
import type { Clock, Doorbell, OutboxQueue } from './ports.ts'

export interface SweepPorts {
  outbox: Pick<OutboxQueue, 'shardsWaiting'>
  doorbell: Doorbell
  clock: Clock
}

const SWEEP_INTERVAL_MS = 5_000
/** Younger rows are expected to be published without the sweep. */
const WAITING_AGE_MS = 2_000

/** Looks every 5 s until `durationMs` have passed; returns how often it rang. Throws DependencyUnavailableError. */
export async function sweepOutbox(ports: SweepPorts, durationMs: number): Promise<number> {
  const endMs = ports.clock.nowMs() + durationMs
  let ringCount = 0
  for (;;) {
    const nowMs = ports.clock.nowMs()
    for (const shard of await ports.outbox.shardsWaiting(nowMs - WAITING_AGE_MS, nowMs)) {
      await ports.doorbell.ring(shard)
      ringCount++
    }
    if (ports.clock.nowMs() + SWEEP_INTERVAL_MS > endMs) return ringCount
    await ports.clock.sleep(SWEEP_INTERVAL_MS)
  }
}
