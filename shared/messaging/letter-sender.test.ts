/** Acting on dead letters in Kafka: the very record to its own partition, the note with its offset, and what Kafka will never take. */
import { describe, expect, test } from '@jest/globals'
import { FakeKafka, protocolError } from '../../test/unit/fake-kafka.ts'
import type { LetterNote, OriginalRecord } from '../contracts/dead-letter-records.ts'
import { DependencyUnavailableError, RecordRefusedError } from '../payments/ports.ts'
import { LazyProducer } from './kafka-client.ts'
import { KafkaLetterSender } from './letter-sender.ts'

const NOT_TEXT = Buffer.from([0xff, 0x00, 0xfe])

const original: OriginalRecord = {
  ...{ topic: 'payment.captured', partition: 3, offset: 15, key: null, value: NOT_TEXT },
  headers: [
    ['a', Buffer.from('1')],
    ['b', NOT_TEXT],
    ['a', Buffer.from('2')],
  ],
}

const note: LetterNote = {
  ...{ partition: 0, offset: 7, state: 'REDRIVEN', at: '2026-11-30T02:00:00.000Z' },
  ...{ by: 'lee', reason: 'mended', key: 'console:01M81XZHJW17YGZNRCM5X9JWX9' },
}

function setUp() {
  const kafka = new FakeKafka()
  const open = () => new LazyProducer(() => ({ kafka: kafka as never, cut: () => void kafka.cutCount++ }))
  return { kafka, sender: new KafkaLetterSender(open, kafka.lazyProducer) }
}

describe('KafkaLetterSender', () => {
  test('sends the record as it was, and leaves no connection open', async () => {
    const { kafka, sender } = setUp()
    await sender.send(original)

    expect(kafka.batches[0]!.acks).toBe(-1)
    expect(kafka.messages).toEqual([
      {
        ...{ topic: 'payment.captured', partition: 3, key: null, value: NOT_TEXT },
        headers: { a: [Buffer.from('1'), Buffer.from('2')], b: NOT_TEXT },
      },
    ])
    expect([kafka.connectCount, kafka.disconnectCount]).toEqual([1, 1])
  })

  test('writes the note to the letter’s partition, and says where it is', async () => {
    const { kafka, sender } = setUp()
    await sender.note(note)

    expect(await sender.note(note)).toBe(1)
    expect(kafka.messages[1]).toMatchObject({ topic: 'payment.dlq', partition: 0, key: null })
    expect(JSON.parse(kafka.messages[1]!.value as string).handled).toEqual({ ...note, state: 'redriven' })
  })

  test.each([
    ['that is too large', 'MESSAGE_TOO_LARGE', RecordRefusedError],
    ['for a topic that there is not', 'UNKNOWN_TOPIC_OR_PARTITION', RecordRefusedError],
    ['while the broker is busy', 'REQUEST_TIMED_OUT', DependencyUnavailableError],
  ])('tells of a record %s what it is', async (_, type, expected) => {
    const { kafka, sender } = setUp()
    kafka.onSend = async () => {
      throw protocolError(type)
    }

    await expect(sender.send(original)).rejects.toThrow(expected)
    expect(kafka.disconnectCount).toBe(1)
  })

  test('says so when Kafka is away', async () => {
    const { kafka, sender } = setUp()
    kafka.connectError = new Error('refused')

    await expect(sender.send(original)).rejects.toThrow(DependencyUnavailableError)
    await expect(sender.note(note)).rejects.toThrow(DependencyUnavailableError)
  })
})
