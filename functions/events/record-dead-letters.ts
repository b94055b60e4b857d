/** Kafka `payment.dlq`: writes what was read of it as rows. A throw means: deliver the batch again. */
import type { MSKEvent, SelfManagedKafkaEvent } from 'aws-lambda'
import { type RecordLettersPorts, recordDeadLetters } from '../../shared/payments/record-dead-letters.ts'
import { printingMetrics } from '../../shared/runtime/invocation.ts'
import { recordsIn } from '../../shared/runtime/kafka-records.ts'
import { type Logger, portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler =
  (ports: RecordLettersPorts & { log: Pick<Logger, 'info'> }) => async (event: MSKEvent | SelfManagedKafkaEvent) => {
    ports.log.info(await recordDeadLetters(ports, recordsIn(event)), 'dead letters recorded')
  }

const ports = portsFromEnv().forBatches
export const handler = printingMetrics(ports, createHandler(ports))
