/** Kafka `outbox.ready`: publishes what waits in the outbox of every shard that was rung for. A throw means: deliver again. */
import type { MSKEvent, SelfManagedKafkaEvent } from 'aws-lambda'
import { SHARD_COUNT } from '../../shared/contracts/topics.ts'
import type { Tracer } from '../../shared/payments/ports.ts'
import { type RelayPorts, relayShards } from '../../shared/payments/relay-outbox.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

/** How long one invocation works. It rings again for the rows that are left. */
const WORK_MS = 10_000

export const createHandler =
  (ports: RelayPorts & { metrics: Pick<Metrics, 'outboxPublished'>; tracer: Pick<Tracer, 'during'> }) =>
  async (event: MSKEvent | SelfManagedKafkaEvent) => {
    const deadlineMs = ports.clock.nowMs() + WORK_MS
    const count = (rowCount: number) => ports.metrics.outboxPublished.inc(rowCount)
    await ports.tracer.during(() => relayShards(ports, shardsOf(event), deadlineMs, count))
  }

/** The partition of the doorbell is the shard. */
function shardsOf(event: MSKEvent | SelfManagedKafkaEvent): number[] {
  const rung = new Set(Object.values(event.records).flatMap(records => records.map(record => record.partition)))
  return [...rung].filter(partition => partition < SHARD_COUNT)
}

export const handler = createHandler(portsFromEnv().forBatches)
