/** Dead letters: the original bytes with the reason, all or an error. */
import { describe, expect, test } from '@jest/globals'
import { FakeKafka, fakeTopics, protocolError } from '../../test/unit/fake-kafka.ts'
import { FAKE_NOW_MS, FakeClock } from '../payments/fakes.ts'
import { DependencyUnavailableError, type IncomingRecord } from '../payments/ports.ts'
import { KafkaDeadLetters } from './dead-letters.ts'

const NOT_TEXT = Buffer.from([0xff, 0x00, 0xfe])

const recordOf = (given: Partial<IncomingRecord> = {}): IncomingRecord => ({
  topic: 'payment.captured',
  partition: 3,
  offset: 15,
  key: Buffer.from('pay_1'),
  value: NOT_TEXT,
  headers: [
    ['event-id', Buffer.from('evt_1')],
    ['event-id', NOT_TEXT],
  ],
  ...given,
})

function lettersOf() {
  const kafka = new FakeKafka()
  const { topics, told } = fakeTopics()
  return { kafka, told, deadLetters: new KafkaDeadLetters(kafka.lazyProducer, topics, new FakeClock(FAKE_NOW_MS)) }
}

describe('KafkaDeadLetters', () => {
  test('keeps place, reason, time and the very bytes', async () => {
    const { kafka, deadLetters } = lettersOf()

    await deadLetters.bury([{ record: recordOf(), reason: 'not JSON' }])

    expect(kafka.batches[0]!.acks).toBe(-1)
    const [message] = kafka.messages
    expect(message).toMatchObject({ topic: 'payment.dlq', key: Buffer.from('pay_1') })
    expect(JSON.parse(message!.value as string)).toEqual({
      topic: 'payment.captured',
      partition: 3,
      offset: 15,
      error: 'not JSON',
      failedAt: '2026-01-02T03:04:05.006Z',
      key: Buffer.from('pay_1').toString('base64'),
      value: NOT_TEXT.toString('base64'),
      headers: [
        ['event-id', Buffer.from('evt_1').toString('base64')],
        ['event-id', NOT_TEXT.toString('base64')],
      ],
    })
  })

  test('go one by one when they are too large together, and the one that is too large is an error that names the topic', async () => {
    const { kafka, told, deadLetters } = lettersOf()
    const letters = [1, 2, 3].map(offset => ({ record: recordOf({ offset }), reason: 'not JSON' }))
    kafka.onSend = async ({ topicMessages = [] }) => {
      if (topicMessages[0]!.messages.length > 1) throw protocolError('MESSAGE_TOO_LARGE')
    }
    await deadLetters.bury(letters)
    expect(kafka.batches.map(batch => batch.topicMessages![0]!.messages.length)).toEqual([3, 1, 1, 1])

    kafka.onSend = async () => {
      throw protocolError('MESSAGE_TOO_LARGE')
    }
    await expect(deadLetters.bury(letters)).rejects.toThrow(DependencyUnavailableError)
    expect(told).toEqual(['payment.dlq failed: of MESSAGE_TOO_LARGE'])
  })

  test('null is not the same as empty', async () => {
    const { kafka, deadLetters } = lettersOf()

    await deadLetters.bury([
      { record: recordOf({ key: null, value: null }), reason: 'empty value' },
      { record: recordOf({ key: Buffer.alloc(0), value: Buffer.alloc(0) }), reason: 'not JSON' },
    ])

    const letters = kafka.messages.map(message => JSON.parse(message.value as string))
    expect(letters.map(letter => [letter.key, letter.value])).toEqual([
      [null, null],
      ['', ''],
    ])
  })

  test('tells of its topic when that takes none, and when it does again', async () => {
    const { kafka, deadLetters, told } = lettersOf()
    kafka.onSend = async () => {
      throw protocolError('UNKNOWN_TOPIC_OR_PARTITION')
    }
    const bury = () => deadLetters.bury([{ record: recordOf(), reason: 'not JSON' }])

    await expect(bury()).rejects.toThrow(DependencyUnavailableError)
    kafka.onSend = async () => {}
    await bury()

    const reason = 'UNKNOWN_TOPIC_OR_PARTITION: of UNKNOWN_TOPIC_OR_PARTITION'
    expect(told).toEqual([`payment.dlq failed: ${reason}`, 'payment.dlq recovered'])
  })

  test('says so when Kafka does not take them', async () => {
    const { kafka, deadLetters } = lettersOf()
    kafka.connectError = new Error('refused')

    await expect(deadLetters.bury([{ record: recordOf(), reason: 'not JSON' }])).rejects.toThrow(
      DependencyUnavailableError,
    )
  })
})
