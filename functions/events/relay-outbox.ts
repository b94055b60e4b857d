/** Kafka `outbox.ready`: publishes what waits in the outbox of every shard that was rung for. A throw means: deliver again. */
import type { MSKEvent, SelfManagedKafkaEvent } from 'aws-lambda'
import { SHARD_COUNT } from '../../shared/contracts/topics.ts'
import type { Tracer } from '../../shared/payments/ports.ts'
import { type RelayPorts, relayShards } from '../../shared/payments/relay-outbox.ts'
import { countRecords } from '../../shared/runtime/counters.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

/** How long one invocation works. It rings again for the rows that are left. */
const WORK_MS = 10_000

export const createHandler =
  (ports: RelayPorts & { metrics: Pick<Metrics, 'recordsHandled'>; tracer: Pick<Tracer, 'during'> }) =>
  async (event: MSKEvent | SelfManagedKafkaEvent) => {
    const deadlineMs = ports.clock.nowMs() + WORK_MS
    await ports.tracer.during(() => relayShards(ports, shardsOf(event), deadlineMs))
    countRecords(ports.metrics, 'relay-outbox', 'done', Object.values(event.records).flat())
  }

/** The partition of the doorbell is the shard. */
function shardsOf(event: MSKEvent | SelfManagedKafkaEvent): number[] {
  const rung = new Set(Object.values(event.records).flatMap(records => records.map(record => record.partition)))
  return [...rung].filter(partition => partition < SHARD_COUNT)
}

const ports = portsFromEnv().forBatches
export const handler = printingMetrics(ports, createHandler(ports))
