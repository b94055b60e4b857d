/** Records of Kafka that should be events of payments: what they say, and whether the outbox says the same. */
import { ledgerEvent, type PaymentEvent } from './events.ts'

/** A Kafka record as a consumer got it. */
export interface IncomingRecord {
  topic: string
  partition: number
  offset: number
  key: Buffer | null
  value: Buffer | null
  headers: ReadonlyArray<readonly [name: string, value: Buffer]>
}

export interface Parsed {
  record: IncomingRecord
  event: PaymentEvent
}

/** A record that can never be processed. */
export interface Poison {
  record: IncomingRecord
  reason: string
}

/** The event that a record carries, as the consumers of money take it: captures and refunds, on the topic of their type. */
export function parseRecord(record: IncomingRecord): Parsed | Poison {
  if (record.value === null) return { record, reason: 'empty value' }
  try {
    const result = ledgerEvent.safeParse(JSON.parse(record.value.toString('utf8')))
    if (!result.success)
      return {
        record,
        reason: `schema: ${result.error.issues.map(issue => `${issue.path.join('.')} ${issue.message}`).join('; ')}`,
      }
    return misplaced(record, result.data) ?? { record, event: result.data }
  } catch (error) {
    return { record, reason: `not JSON: ${(error as Error).message}` }
  }
}

function misplaced(record: IncomingRecord, event: PaymentEvent): Poison | undefined {
  if (event.eventType !== record.topic)
    return { record, reason: `event type ${event.eventType} on topic ${record.topic}` }
  if (record.key?.toString('utf8') !== event.payment.paymentId)
    return { record, reason: 'the key is not the payment id' }
  return undefined
}

/** What the outbox says of an event. */
export interface OutboxRecord {
  topic: string
  messageKey: string
  payload: string
}

/** A record that is not from the outbox. It counts only when it equals its outbox row to the byte: others can write to Kafka, too. */
export function foreignRecord({ record, event }: Parsed, row: OutboxRecord | undefined): Poison | undefined {
  if (row === undefined) return { record, reason: `not from the outbox: it has no event ${event.eventId}` }
  const differences = [
    row.topic === record.topic ? [] : ['topic'],
    row.messageKey === record.key?.toString('utf8') ? [] : ['key'],
    record.value?.equals(Buffer.from(row.payload, 'utf8')) ? [] : ['payload'],
  ].flat()
  if (differences.length === 0) return undefined
  return { record, reason: `not from the outbox: ${differences.join(' and ')} of event ${event.eventId} differ there` }
}

/**
 * The captured and refunded events of one payment in their order, from their outbox rows. Undefined when one cannot be read or no capture
 * comes first: nobody knows then what was captured, and what it was charged.
 */
export function moneyEventsIn(rows: readonly Pick<OutboxRecord, 'payload'>[]): PaymentEvent[] | undefined {
  const events = rows.flatMap(row => ledgerEvent.safeParse(JSON.parse(row.payload)).data ?? [])
  events.sort((a, b) => a.sequence - b.sequence)
  return events.length === rows.length && events[0]?.eventType === 'payment.captured' ? events : undefined
}
