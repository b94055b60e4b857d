/** Kafka `payment.captured` and `payment.refunded`: writes what merchants are owed, and what is expected of the acquirer. A throw means: deliver the batch again. */
import type { MSKEvent, SelfManagedKafkaEvent } from 'aws-lambda'
import { type EventBatchPorts, takeBatch } from '../../shared/payments/event-batch.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { labelOf, recordsIn } from '../../shared/runtime/kafka-records.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type ExpectPorts, settlementConsumer } from '../../shared/settlement/expect-settlement.ts'

export const createHandler =
  (ports: ExpectPorts & EventBatchPorts & { log: Pick<Logger, 'info'> }) =>
  async (event: MSKEvent | SelfManagedKafkaEvent) => {
    const records = recordsIn(event)
    const { written, poisoned } = await ports.tracer.during(() => takeBatch(ports, settlementConsumer(ports), records))
    // One line a batch, as record-ledger.
    ports.log.info({ written, poisoned, events: records.map(labelOf) }, 'expected')
  }

const ports = portsFromEnv().forBatches
export const handler = printingMetrics(ports, createHandler(ports))
