/** payment.captured and payment.refunded, from Kafka's event to items and expectations. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf, createFakePorts } from '../../shared/payments/fakes.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { refundPayment } from '../../shared/payments/refund-payment.ts'
import { FakeLog } from '../../test/unit/http-fakes.ts'
import { type KafkaCall, kafkaEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './expect-settlement.ts'

/** A payment that was captured and refunded, and its events as Kafka delivers them. */
async function refunded() {
  const ports = { ...createFakePorts(), log: new FakeLog() }
  const { paymentId } = bodyIn(await authorizePayment(ports, authorizeRequestOf(), claimOf('key-0'), caller))
  await capturePayment(ports, paymentId, {}, undefined, caller)
  await refundPayment(ports, paymentId, {}, undefined, caller)
  const calls: KafkaCall[] = ports.outbox.table.rows().map((row, index) => ({
    topic: row.topic,
    partition: index,
    key: row.messageKey,
    value: row.payload,
    headers: { 'event-id': row.eventId },
  }))
  return { ports, paymentId, calls: calls.filter(call => call.topic !== 'payment.authorized') }
}

describe('expect-settlement', () => {
  test('writes an item and an expectation for each event of a batch over several partitions and topics', async () => {
    const { ports, calls } = await refunded()

    await createHandler(ports)(kafkaEvent(calls))

    expect(ports.items.table.rows().map(item => [item.type, item.netMinor])).toEqual([
      ['capture', 9_750],
      ['refund', -10_000],
    ])
    const operationIds = ports.operations.table.rows().map(operation => operation.operationId)
    expect(ports.expectations.table.rows().map(({ matchKey }) => matchKey)).toEqual(operationIds.slice(1))
  })

  test('says in one line which events of which payments it took', async () => {
    const { ports, paymentId, calls } = await refunded()

    await createHandler(ports)(kafkaEvent(calls))

    expect(ports.log.lines).toMatchObject([{ level: 'info', message: 'expected', fields: { written: 2, poisoned: 0 } }])
    const { events } = ports.log.lines[0]!.fields as { events: object[] }
    expect(events).toMatchObject([{ paymentId }, { paymentId }])
  })

  test('leaves to record-ledger what is no event', async () => {
    const { ports, calls } = await refunded()
    const poison = { topic: 'payment.captured', partition: 0, key: 'nobody', value: 'poison' }

    await createHandler(ports)(kafkaEvent([poison, ...calls]))

    expect(ports.items.table.rows()).toHaveLength(2)
    expect(ports.deadLetters.buried).toEqual([])
  })

  test('throws when the database is away, so that the batch comes again', async () => {
    const { ports, calls } = await refunded()
    ports.transactions.away = true

    await expect(createHandler(ports)(kafkaEvent(calls))).rejects.toThrow(DependencyUnavailableError)
    expect(ports.items.table.rows()).toEqual([])
  })
})
