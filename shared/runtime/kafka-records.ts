/** The records of a Kafka trigger's event, and what of them may stand in a log. */
import type { MSKEvent, SelfManagedKafkaEvent } from 'aws-lambda'
import { traceIdIn } from '../contracts/traceparent.ts'
import type { IncomingRecord } from '../payments/ports.ts'
import { idIn } from '../payments/record-id.ts'

type AwsRecord = MSKEvent['records'][string][number]

/** Of all its partitions, one after the other. */
export const recordsIn = (event: MSKEvent | SelfManagedKafkaEvent): IncomingRecord[] =>
  Object.values(event.records).flat().map(incoming)

/** The ids in a record's key and header. What is not an id is left out. */
export const labelOf = ({ topic, partition, offset, key, headers }: IncomingRecord) => ({
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
