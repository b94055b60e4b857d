/** Reads one real flow: the direct writer repeats its texts with ids of its own. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { type FlowTexts, type StepName, stepNames } from './order.ts'

interface StepRow extends RowDataPacket {
  kind: StepName
  operationId: string
  eventId: string
  entryId: string | null
  canonicalRequest: string
  body: Buffer
  payload: string
}

/** Throws when there is no refunded payment. */
export async function readFlowTexts(database: Connection): Promise<FlowTexts> {
  const [payments] = await database.query<RowDataPacket[]>(
    "SELECT payment_id AS paymentId, merchant_id AS merchantId FROM payment WHERE status = 'REFUNDED' LIMIT 1",
  )
  const payment = payments[0]
  if (payment === undefined) throw new Error('no payment has been refunded')
  const [rows] = await database.query<StepRow[]>(
    `SELECT o.kind, o.operation_id AS operationId, e.event_id AS eventId, l.entry_id AS entryId,
       a.canonical_request AS canonicalRequest, a.body, e.payload
     FROM payment_operation o
     JOIN idem_response_cache a ON a.operation_id = o.operation_id
     JOIN outbox_event e ON e.message_key = o.payment_id AND JSON_VALUE(e.payload, '$.operationId') = o.operation_id
     LEFT JOIN ledger_entry l ON l.event_id = e.event_id AND l.entry_type = o.kind
     WHERE o.payment_id = ?`,
    [payment.paymentId],
  )
  const rowOf = (step: StepName) => {
    const row = rows.find(({ kind }) => kind === step)
    if (row === undefined) throw new Error(`payment ${payment.paymentId} has no ${step}`)
    const { operationId, eventId, entryId, canonicalRequest, body, payload } = row
    return { operationId, eventId, entryId, canonicalRequest, body: body.toString('utf8'), payload }
  }
  return {
    paymentId: payment.paymentId,
    merchantId: payment.merchantId,
    steps: Object.fromEntries(stepNames.map(step => [step, rowOf(step)])) as FlowTexts['steps'],
  }
}
