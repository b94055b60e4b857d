/** payment.captured and payment.refunded, from Kafka's event to the books. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { capturePayment } from '../../shared/payments/capture-payment.ts'
import {
  authorizeRequestOf,
  bodyIn,
  caller,
  claimOf,
  createFakePorts,
  type FakePorts,
} from '../../shared/payments/fakes.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { refundPayment } from '../../shared/payments/refund-payment.ts'
import { FakeLog } from '../../test/unit/http-fakes.ts'
import { type KafkaCall, kafkaEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './record-ledger.ts'

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
  return { ports, calls: calls.filter(call => call.topic !== 'payment.authorized') }
}

/** How many entries its commits wrote. */
const writtenOf = ({ observer }: Pick<FakePorts, 'observer'>) =>
  observer.bookings.flatMap(({ entries }) => entries).length

describe('record-ledger', () => {
  test('writes the fee of a capture out of a batch over several partitions and topics', async () => {
    const { ports, calls } = await refunded()

    await createHandler(ports)(kafkaEvent(calls))

    expect(ports.ledger.table.rows().map(entry => [entry.type, entry.amountMinor])).toEqual([
      ['capture', 10_000],
      ['refund', 10_000],
      ['fee', 250],
    ])
    expect(writtenOf(ports)).toBe(1)
    expect(ports.deadLetters.buried).toEqual([])
  })

  test('says in one line which events of which payments it booked; what is no id is not repeated', async () => {
    const { ports, calls } = await refunded()
    const evil = { ...calls[0]!, key: 'pay_\u001b[2J', value: '{', headers: { 'event-id': 'x'.repeat(30) } }

    await createHandler(ports)(kafkaEvent([...calls, evil]))

    const [capture, refund] = ports.outbox.table.rows().filter(row => row.topic !== 'payment.authorized')
    const { paymentId } = ports.payments.table.rows()[0]!
    expect(ports.log.lines).toMatchObject([{ level: 'info', message: 'booked', fields: { written: 1, poisoned: 1 } }])
    expect((ports.log.lines[0]!.fields as { events: object[] }).events).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ paymentId, eventId: capture!.eventId }),
        expect.objectContaining({ paymentId, eventId: refund!.eventId }),
        { paymentId: undefined, eventId: undefined, record: expect.any(String) },
      ]),
    )
  })

  test('a second delivery writes and counts nothing', async () => {
    const { ports, calls } = await refunded()
    const handler = createHandler(ports)

    await handler(kafkaEvent(calls))
    await handler(kafkaEvent(calls))

    expect(ports.ledger.table.rows()).toHaveLength(3)
    expect(writtenOf(ports)).toBe(1)
    // The refund was booked by its own operation.
    const counted = ports.observer.bookings.map(done => [done.written.length, done.unchanged.length])
    expect(counted).toEqual([
      [1, 1],
      [0, 2],
    ])
  })

  // As many partitions may share an event as custom.kafkaEvents says, and fail with it.
  test('an event over several partitions that fails comes again whole, and each fee is written once', async () => {
    const ports = { ...createFakePorts(), log: new FakeLog() }
    for (const key of ['key-0', 'key-1', 'key-2', 'key-3']) {
      const { paymentId } = bodyIn(await authorizePayment(ports, authorizeRequestOf(), claimOf(key), caller))
      await capturePayment(ports, paymentId, {}, undefined, caller)
    }
    const captured = ports.outbox.table.rows().filter(row => row.topic === 'payment.captured')
    const event = kafkaEvent([
      { topic: 'payment.captured', partition: 0, offset: 1, key: 'nobody', value: 'poison' },
      ...captured.map((row, index) => ({
        topic: row.topic,
        partition: index,
        offset: 2,
        key: row.messageKey,
        value: row.payload,
      })),
    ])
    const handler = createHandler(ports)

    ports.transactions.failNextCommit('before')
    await expect(handler(event)).rejects.toThrow(DependencyUnavailableError)
    expect(writtenOf(ports)).toBe(0)
    ports.transactions.failNextCommit('after')
    await expect(handler(event)).rejects.toThrow(DependencyUnavailableError)
    await handler(event)

    const fees = ports.ledger.table.rows().filter(entry => entry.type === 'fee')
    expect(fees.map(entry => entry.paymentId).sort()).toEqual(captured.map(row => row.messageKey).sort())
    expect(ports.deadLetters.buried).toHaveLength(1)
  })

  test('buries poison with the very bytes, also where AWS leaves key and value out', async () => {
    const { ports, calls } = await refunded()
    const notText = Buffer.from([0xff, 0x80, 0x00, 0x7f])
    const poison: KafkaCall[] = [
      { topic: 'payment.captured', partition: 5, offset: 7, key: notText, value: notText, headers: { trace: notText } },
      { topic: 'payment.captured', partition: 5, offset: 8 },
    ]

    await createHandler(ports)(kafkaEvent([...calls, ...poison]))

    expect(ports.deadLetters.buried.map(letter => letter.record)).toEqual([
      {
        topic: 'payment.captured',
        partition: 5,
        offset: 7,
        key: notText,
        value: notText,
        headers: [['trace', notText]],
      },
      { topic: 'payment.captured', partition: 5, offset: 8, key: null, value: null, headers: [] },
    ])
    expect(writtenOf(ports)).toBe(1)
  })

  test('throws when the database is away, so that the batch comes again', async () => {
    const { ports, calls } = await refunded()
    ports.transactions.away = true

    await expect(createHandler(ports)(kafkaEvent(calls))).rejects.toThrow(DependencyUnavailableError)
    expect(writtenOf(ports)).toBe(0)
  })
})
