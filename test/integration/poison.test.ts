/** Records that nobody can use: they end on payment.dlq with their own bytes, the partition moves on, and the books stay right. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { expectMutation } from '../support/contract.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import {
  ledgerGroupOf,
  type NewRecord,
  type Produced,
  TestKafka,
  type TopicReader,
  type TopicRecord,
} from '../support/kafka.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { captured, newKey } from '../support/payments.ts'

jest.setTimeout(240_000)

// What is put on the topics here stays there for ever, and `npm run verify` would rightly call it a ghost.
let own: OwnSystem
let api: PaymentApi
let database: TestDatabase
let kafka: TestKafka
let reader: TopicReader

beforeAll(async () => {
  own = await startOwnSystem('poison')
  api = new PaymentApi(own.system.apiUrl)
  database = openDatabase(own.system.databaseUrl)
  kafka = new TestKafka(own.system.brokers)
  await kafka.connect()
  reader = await kafka.read(['payment.captured', 'payment.refunded', 'payment.dlq'])
  // The first doorbell of a new system may ring before the relay listens: then the sweep of the next minute makes up for it.
  const { paymentId } = await captured(api)
  await until(async () => (await entriesOf(paymentId)).length === 2, { what: 'the first fee', deadlineMs: 90_000 })
})
afterAll(async () => {
  await kafka?.close()
  await database?.close()
  await own?.stop()
})

interface Letter {
  topic: string
  partition: number
  offset: number
  error: string
  key: string | null
  value: string | null
  headers: [string, string][]
}

const letters = (): Letter[] =>
  reader.records.filter(record => record.topic === 'payment.dlq').map(record => JSON.parse(String(record.value)))

const isFrom = (letter: Letter, { topic, partition, offset }: Produced): boolean =>
  letter.topic === topic && letter.partition === partition && letter.offset === offset

/** The dead letter of a record; when it is there, the partition has also been committed past the record. */
async function letterOf(produced: Produced): Promise<Letter> {
  const letter = await until(() => letters().find(found => isFrom(found, produced)), {
    what: `the dead letter of ${produced.topic} ${produced.partition}/${produced.offset}`,
  })
  await until(async () => (await kafka.committed(ledgerGroupOf(produced.topic), produced)) > produced.offset, {
    what: 'the partition to move on',
  })
  return letter
}

/** A captured payment, its event as it is in Kafka, and its two ledger entries. */
async function capturedEvent(): Promise<TopicRecord & { key: string; value: Buffer }> {
  const { paymentId } = await captured(api, { amount: 10_000 })
  await until(async () => (await entriesOf(paymentId)).length === 2, { what: 'capture and fee' })
  const record = await until(() => reader.of(paymentId)[0], { what: 'the captured event' })
  return { ...record, key: paymentId, value: record.value! }
}

const entriesOf = (paymentId: string) =>
  database.rows('SELECT * FROM ledger_entry WHERE payment_id = ? ORDER BY entry_id', [paymentId])

const changed = (value: Buffer, change: (event: Record<string, never>) => void): Buffer => {
  const event = JSON.parse(String(value))
  change(event)
  return Buffer.from(JSON.stringify(event))
}

const set = (path: string, to: unknown) => (event: Record<string, never>) => {
  const names = path.split('.')
  // biome-ignore lint/suspicious/noExplicitAny: a path into whatever the event holds.
  const holder = names.slice(0, -1).reduce((at: any, name) => at[name], event)
  holder[names.at(-1)!] = to
}

describe('a record that is poison', () => {
  type Spoil = (record: { key: string; value: Buffer }) => Partial<NewRecord>
  const other = `pay_${'0'.repeat(26)}`

  const poisons: [string, Spoil][] = [
    ['that is not JSON', () => ({ value: Buffer.from('{"eventId":') })],
    ['of bytes that are no text', () => ({ value: Buffer.from([0xff, 0x00, 0xfe]) })],
    ['that is empty', () => ({ value: Buffer.alloc(0) })],
    ['that is a tombstone', () => ({ value: null })],
    ['that is JSON but no event', () => ({ value: Buffer.from('[1]') })],
    ['with an amount that is none', ({ value }) => ({ value: changed(value, set('amount', -1)) })],
    ['without its payment', ({ value }) => ({ value: changed(value, set('payment', undefined)) })],
    ['of a capture without its fee', ({ value }) => ({ value: changed(value, set('feeAmount', undefined)) })],
    ['with a fee above its amount', ({ value }) => ({ value: changed(value, set('feeAmount', 10_001)) })],
    [
      'of another type than its topic',
      ({ value }) => ({ value: changed(value, set('eventType', 'payment.refunded')) }),
    ],
    ['under the key of another payment', () => ({ key: other })],
    ['without a key', () => ({ key: null })],
    [
      'that the outbox never wrote, about a payment that is real',
      ({ value }) => ({ value: changed(value, set('eventId', `evt_${'0'.repeat(26)}`)) }),
    ],
    [
      'that the outbox never wrote, about a payment that is not',
      ({ value }) => ({
        key: other,
        value: changed(changed(value, set('eventId', `evt_${'0'.repeat(26)}`)), set('payment.paymentId', other)),
      }),
    ],
    ['that says more than the outbox wrote', ({ value }) => ({ value: changed(value, set('channel', 'web')) })],
    ['that says another amount than the books', ({ value }) => ({ value: changed(value, set('amount', 9_999)) })],
    ['that says another fee than the books', ({ value }) => ({ value: changed(value, set('feeAmount', 1)) })],
    [
      'that says another merchant than the books',
      ({ value }) => ({ value: changed(value, set('payment.merchantId', 'm')) }),
    ],
    [
      'that says another currency than the books',
      ({ value }) => ({ value: changed(value, set('payment.currency', 'USD')) }),
    ],
  ]

  test.each(poisons)('%s: a dead letter with its own bytes, and no change in the books', async (_, spoil) => {
    const { topic, partition, key, value, headers } = await capturedEvent()
    const before = await database.rows('SELECT * FROM ledger_entry ORDER BY entry_id')
    const poison: NewRecord = { topic, partition, key, value, headers, ...spoil({ key, value }) }
    const letter = await letterOf(await kafka.produce(poison))

    expect(letter.error).toMatch(/\S/)
    expect(letter.key && Buffer.from(letter.key, 'base64').toString()).toBe(poison.key)
    expect(letter.value === null ? null : Buffer.from(letter.value, 'base64')).toEqual(poison.value)
    const sent = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text).toString('base64')])
    expect(letter.headers.toSorted()).toEqual(sent.toSorted())
    expect(await database.rows('SELECT * FROM ledger_entry ORDER BY entry_id')).toEqual(before)
  })

  test('on payment.refunded is a dead letter as well', async () => {
    const produced = await kafka.produce({ topic: 'payment.refunded', key: other, value: Buffer.from('no') })
    expect((await letterOf(produced)).topic).toBe('payment.refunded')
  })

  test('holds up neither what came with it nor what comes after', async () => {
    const good = await capturedEvent()
    await database.write('DELETE FROM ledger_entry WHERE payment_id = ? AND entry_type = ?', [good.key, 'fee'])
    const poison = { key: 'x', value: Buffer.from('poison') }
    const copy = { key: good.key, value: good.value, headers: good.headers }
    const produced = await kafka.produceInOrder(good, [poison, copy, poison])

    await letterOf(produced[0]!)
    await letterOf(produced[2]!)
    expect((await entriesOf(good.key)).map(entry => entry.entry_type).sort()).toEqual(['capture', 'fee'])
    expect(letters().filter(letter => isFrom(letter, produced[1]!))).toEqual([])
  })

  // In a letter it grows by a third: the topic of the dead must have room for the largest of the living.
  test('as large as the broker takes is a dead letter, too', async () => {
    const value = Buffer.alloc(1_000_000, 'x')
    const produced = await kafka.produce({ topic: 'payment.captured', key: newKey(), value })
    expect(Buffer.from((await letterOf(produced)).value ?? '', 'base64').equals(value)).toBe(true)
  })

  test('is buried once', async () => {
    const produced = await kafka.produce({ topic: 'payment.captured', key: newKey(), value: Buffer.from('once') })
    await letterOf(produced)
    const after = await capturedEvent()
    await letterOf(await kafka.produce({ ...after, value: Buffer.from('another'), key: newKey() }))
    expect(letters().filter(letter => isFrom(letter, produced))).toHaveLength(1)
  })
})

describe('an event that the books have never seen', () => {
  const repairs = async (): Promise<number> =>
    Number(/^ledger_entries_repaired_total (\d+)$/m.exec((await api.get('/metrics')).text)?.[1])

  test.each([
    ['', async () => undefined],
    [
      ', also when its outbox row is in the archive',
      async (paymentId: string) => {
        const columns =
          'id, event_id, topic, message_key, sequence, payload, traceparent, shard, created_at, published_at'
        await database.write(
          `INSERT INTO outbox_archive (${columns}) SELECT ${columns} FROM outbox_event WHERE message_key = ?`,
          [paymentId],
        )
        await database.write('DELETE FROM outbox_event WHERE message_key = ?', [paymentId])
      },
    ],
  ])('is written from the event, and counted as a repair%s', async (_, archive) => {
    const { key: paymentId, topic, value, headers } = await capturedEvent()
    await archive(paymentId)
    const before = await entriesOf(paymentId)
    const repairsBefore = await repairs()
    await database.write('DELETE FROM ledger_entry WHERE payment_id = ?', [paymentId])
    await kafka.produce({ topic, key: paymentId, value, headers })

    const after = await until(
      async () => {
        const found = await entriesOf(paymentId)
        return found.length === 2 ? found : undefined
      },
      { what: 'both entries to be written again' },
    )
    const movements = (entries: Record<string, unknown>[]) =>
      entries
        .map(({ entry_id, recorded_at, ...movement }) => movement)
        .toSorted((a, b) => (`${a.entry_type}` < `${b.entry_type}` ? -1 : 1))
    expect(movements(after)).toEqual(movements(before))
    // Counted once it is committed.
    await until(async () => (await repairs()) === repairsBefore + 1, { what: 'the repair to be counted, once' })
  })

  // The two topics are read independently: nothing says that a capture is read before its refund.
  test('may be a refund that comes before its capture', async () => {
    const { key: paymentId, ...capture } = await capturedEvent()
    expectMutation(await api.refund(paymentId), 200)
    const refund = await until(() => reader.of(paymentId).find(record => record.topic === 'payment.refunded'), {
      what: 'the refunded event',
    })
    // The ledger would write the entry of the refund again, from its own event, when it comes to it behind the deletion.
    await until(async () => (await kafka.committed(ledgerGroupOf(refund.topic), refund)) > refund.offset, {
      what: 'the ledger to be past the refund',
    })
    await database.write('DELETE FROM ledger_entry WHERE payment_id = ?', [paymentId])
    for (const { topic, value, headers } of [refund, capture]) {
      const count = (await entriesOf(paymentId)).length
      await kafka.produce({ topic, key: paymentId, value, headers })
      await until(async () => (await entriesOf(paymentId)).length > count, { what: `the entries of ${topic}` })
    }
    expect((await entriesOf(paymentId)).map(entry => entry.entry_type).sort()).toEqual(['capture', 'fee', 'refund'])
  })
})
