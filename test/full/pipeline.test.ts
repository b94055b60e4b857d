/** The way of an event: outbox → Kafka → ledger. What arrives, in which shape, how often, and what it leaves in the books. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type PaymentEvent, paymentEvent } from '../../shared/contracts/events.ts'
import { until } from '../../shared/runtime/until.ts'
import { exactly, expectDetail, expectError, expectMutation } from '../support/contract.ts'
import { openDatabase } from '../support/database.ts'
import { type ExtraApi, startExtraApi } from '../support/extra-api.ts'
import { PaymentApi } from '../support/http.ts'
import { ledgerGroupOf, TestKafka, type TopicReader, type TopicRecord } from '../support/kafka.ts'
import { authorizeBody, authorized, captured } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(180_000)

const TOPICS = ['payment.authorized', 'payment.captured', 'payment.refunded', 'payment.declined']

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const database = openDatabase(system.databaseUrl)
const kafka = new TestKafka(system.brokers)
let events: TopicReader

beforeAll(async () => {
  await kafka.connect()
  events = await kafka.read(TOPICS)
})
afterAll(async () => {
  await kafka.close()
  await database.close()
})

const exactEvent = exactly(paymentEvent)
const eventOf = (record: TopicRecord): PaymentEvent => exactEvent.parse(JSON.parse(String(record.value)))

/** The records of a payment by sequence, once so many have arrived. */
const arrived = async (paymentId: string, count: number, deadlineMs = 30_000): Promise<TopicRecord[]> => {
  await until(() => events.of(paymentId).length >= count, { what: `${count} events of ${paymentId}`, deadlineMs })
  return events.of(paymentId).toSorted((a, b) => eventOf(a).sequence - eventOf(b).sequence)
}

const untilRecorded = (record: Pick<TopicRecord, 'topic' | 'partition' | 'offset'>) =>
  until(async () => (await kafka.committed(ledgerGroupOf(record.topic), record)) > record.offset, {
    what: `${ledgerGroupOf(record.topic)} to pass ${record.topic} ${record.partition}/${record.offset}`,
  })

const entriesOf = (paymentId: string) =>
  database.rows('SELECT * FROM ledger_entry WHERE payment_id = ? ORDER BY entry_id', [paymentId])

async function refunded(amount: number): Promise<string> {
  const { paymentId } = await captured(api, { amount })
  expectMutation(await api.refund(paymentId), 200)
  return paymentId
}

describe('the events of a purchase', () => {
  test('are numbered, carry what each step moved and the totals after it', async () => {
    const paymentId = await refunded(1_000_000)
    const [first, second, third, ...more] = (await arrived(paymentId, 3)).map(eventOf)

    expect(more).toEqual([])
    expect(first).toMatchObject({ sequence: 1, eventType: 'payment.authorized', amount: 1_000_000 })
    expect(second).toMatchObject({ sequence: 2, eventType: 'payment.captured', amount: 1_000_000, feeAmount: 25_000 })
    expect(third).toMatchObject({ sequence: 3, eventType: 'payment.refunded', amount: 1_000_000 })
    expect([first, third].map(event => event && 'feeAmount' in event)).toEqual([false, false])
    expect([first, second, third].map(event => event?.payment)).toMatchObject([
      { paymentId, status: 'AUTHORIZED', amount: 1_000_000, capturedAmount: 0, refundedAmount: 0 },
      { paymentId, status: 'COMPLETED', amount: 1_000_000, capturedAmount: 1_000_000, refundedAmount: 0 },
      { paymentId, status: 'REFUNDED', amount: 1_000_000, capturedAmount: 1_000_000, refundedAmount: 1_000_000 },
    ])
  })

  test('are keyed by the payment, name themselves in headers, and are the bytes of the outbox', async () => {
    const paymentId = await refunded(77_000)
    const rows = await database.rows<{ event_id: string; topic: string; payload: string }>(
      'SELECT event_id, topic, payload FROM outbox_event WHERE message_key = ? ORDER BY sequence',
      [paymentId],
    )
    const records = await arrived(paymentId, 3)
    expect(records.map(({ topic, value }) => ({ topic, payload: String(value) }))).toEqual(
      rows.map(({ topic, payload }) => ({ topic, payload })),
    )
    for (const [index, record] of records.entries()) {
      expect(record.key).toBe(paymentId)
      expect(record.headers).toEqual({ 'event-id': rows[index]!.event_id, 'event-type': record.topic })
      expect(eventOf(record)).toMatchObject({ eventId: rows[index]!.event_id, eventType: record.topic })
    }
  })

  test("carry the trace of the caller's request, and nothing that is no trace", async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const { paymentId } = expectMutation(await api.authorize(authorizeBody(), { traceparent }), 201)
    expectMutation(await api.capture(paymentId, {}, { traceparent: 'not a trace' }), 200)
    const [authorization, capture] = await arrived(paymentId, 2)
    expect(authorization?.headers.traceparent).toBe(traceparent)
    expect(capture?.headers).not.toHaveProperty('traceparent')
  })

  test('a decline is an event too, and the only one of its payment', async () => {
    const reply = await api.authorize(authorizeBody({ paymentMethod: 'tok_decline' }))
    const { paymentId = '' } = expectError(reply, 402, 'PAYMENT_DECLINED')
    const [declined, ...more] = await arrived(paymentId, 1)
    expect(more).toEqual([])
    expect(declined?.topic).toBe('payment.declined')
    expect(eventOf(declined!)).toMatchObject({ sequence: 1, payment: { status: 'DECLINED', capturedAmount: 0 } })
  })

  test('are shown as published when they are', async () => {
    const { paymentId } = await captured(api)
    const payment = await until(
      async () => {
        const found = expectDetail(await api.payment(paymentId))
        return found.events.every(event => event.publishedAt !== null) ? found : undefined
      },
      { what: 'every event to be published' },
    )
    expect(payment.events).toHaveLength(2)
  })

  test('of thirty purchases at once arrive each once, one partition a payment and topic', async () => {
    const paymentIds = await Promise.all(Array.from({ length: 30 }, (_, index) => refunded(1_000 + index)))
    for (const paymentId of paymentIds) {
      const records = await arrived(paymentId, 3)
      expect(records.map(record => record.topic)).toEqual([
        'payment.authorized',
        'payment.captured',
        'payment.refunded',
      ])
      expect(new Set(records.map(record => record.partition)).size).toBe(1)
    }
  })
})

describe('the ledger', () => {
  const typesOf = async (paymentId: string) => expectDetail(await api.payment(paymentId)).ledgerEntries.map(e => e.type)

  // 2.5 %, rounded half to even: 0.5 → 0, 1.5 → 2, 2.5 → 2, 3.5 → 4.
  test.each([
    [1_550_000, 'KRW', 38_750],
    [2_499, 'USD', 62],
    [60, 'KRW', 2],
    [100, 'KRW', 2],
    [140, 'USD', 4],
    [999_999_999_999, 'KRW', 25_000_000_000],
  ])('charges a capture of %d %s a fee of %d', async (amount, currency, fee) => {
    const { paymentId, merchantId } = await captured(api, { amount, currency })
    await until(async () => (await typesOf(paymentId)).includes('fee'), { what: 'the fee entry' })

    const { ledgerEntries } = expectDetail(await api.payment(paymentId))
    expect(ledgerEntries.map(entry => entry.type).sort()).toEqual(['capture', 'fee'])
    expect(ledgerEntries.find(entry => entry.type === 'fee')).toMatchObject({
      debitAccount: `merchant_payable:${merchantId}`,
      creditAccount: 'fee_revenue',
      amount: fee,
      currency,
    })
  })

  test.each([1, 19, 20])('writes no fee entry when the fee of %d is nothing', async amount => {
    const { paymentId } = await captured(api, { amount })
    const capture = (await arrived(paymentId, 2)).at(-1)!
    expect(eventOf(capture).feeAmount).toBe(0)
    await untilRecorded(capture)
    expect(await typesOf(paymentId)).toEqual(['capture'])
  })

  test('keeps the fee on a refund', async () => {
    const paymentId = await refunded(40_000)
    await until(async () => (await typesOf(paymentId)).length === 3, { what: 'capture, refund and fee' })
    expect((await typesOf(paymentId)).sort()).toEqual(['capture', 'fee', 'refund'])
  })

  test('takes events that come a second and a third time without a change', async () => {
    const paymentId = await refunded(40_000)
    await until(async () => (await entriesOf(paymentId)).length === 3, { what: 'capture, refund and fee' })
    const before = await entriesOf(paymentId)

    const [, capture, refund] = await arrived(paymentId, 3)
    for (const { topic, key, value, headers } of [refund!, capture!, refund!])
      await untilRecorded(await kafka.produce({ topic, key, value, headers }))
    expect(await entriesOf(paymentId)).toEqual(before)
  })
})

describe('a doorbell that nobody hears', () => {
  let deaf: ExtraApi
  beforeAll(async () => {
    deaf = await startExtraApi({ name: 'no-doorbell' })
  })
  afterAll(() => deaf?.stop())

  test('is made up for by the sweep: a payment made without Kafka is published and booked', async () => {
    const { paymentId } = await authorized(deaf.api, { amount: 50_000 })
    expectMutation(await deaf.api.capture(paymentId), 200)
    const records = await arrived(paymentId, 2, 90_000)
    expect(records.map(record => record.topic)).toEqual(['payment.authorized', 'payment.captured'])
    await untilRecorded(records[1]!)
    expect((await entriesOf(paymentId)).map(entry => entry.entry_type).sort()).toEqual(['capture', 'fee'])
  })
})
