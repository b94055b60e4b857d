/** Kafka `payment.captured` and `payment.refunded`: keeps the books. A throw means: deliver the batch again. */
import type { MSKEvent, SelfManagedKafkaEvent } from 'aws-lambda'
import { traceIdIn } from '../../shared/contracts/traceparent.ts'
import type { IncomingRecord } from '../../shared/payments/ports.ts'
import { idIn } from '../../shared/payments/record-id.ts'
import { type LedgerPorts, recordLedger } from '../../shared/payments/record-ledger.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

type AwsRecord = MSKEvent['records'][string][number]

export const createHandler =
  (ports: LedgerPorts & { log: Pick<Logger, 'info'> }) => async (event: MSKEvent | SelfManagedKafkaEvent) => {
    const records = Object.values(event.records).flat().map(incoming)
    const { written, poisoned } = await ports.tracer.during(() => recordLedger(ports, records))
    // One line a batch: at two thousand events a second, a line for each would cost as much as the answers' lines.
    ports.log.info({ written, poisoned, events: records.map(labelOf) }, 'booked')
  }

/** The ids in a record's key and header. What is not an id is left out. */
const labelOf = ({ topic, partition, offset, key, headers }: IncomingRecord) => ({
  paymentId: idIn(key),
  eventId: idIn(headers.find(([name]) => name === 'event-id')?.[1]),
  traceId: traceIdIn(headers.find(([name]) => name === 'traceparent')?.[1].toString('latin1')),
  record: `${topic} ${partition}/${offset}`,
})

/** AWS leaves out null keys and values, and gives header values as signed bytes. */
function incoming(record: AwsRecord): IncomingRecord {
  const { topic, partition, offset, key, value, headers } = record as AwsRecord & { key?: string; value?: string }
  return {
    topic,
    partition,
    offset,
    key: key == null ? null : Buffer.from(key, 'base64'),
    value: value == null ? null : Buffer.from(value, 'base64'),
    headers: headers.flatMap(header =>
      Object.entries(header).map(([name, bytes]) => [name, Buffer.from(bytes)] as const),
    ),
  }
}

const ports = portsFromEnv().forBatches
export const handler = printingMetrics(ports, createHandler(ports))
