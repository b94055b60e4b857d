/** Kafka `payment.captured` and `payment.refunded`: keeps the books. A throw means: deliver the batch again. */
import type { MSKEvent, SelfManagedKafkaEvent } from 'aws-lambda'
import { type LedgerPorts, recordLedger } from '../../shared/payments/record-ledger.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { labelOf, recordsIn } from '../../shared/runtime/kafka-records.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler =
  (ports: LedgerPorts & { log: Pick<Logger, 'info'> }) => async (event: MSKEvent | SelfManagedKafkaEvent) => {
    const records = recordsIn(event)
    const { written, poisoned } = await ports.tracer.during(() => recordLedger(ports, records))
    // One line a batch: at two thousand events a second, a line for each would cost as much as the answers' lines.
    ports.log.info({ written, poisoned, events: records.map(labelOf) }, 'booked')
  }

const ports = portsFromEnv().forBatches
export const handler = printingMetrics(ports, createHandler(ports))
