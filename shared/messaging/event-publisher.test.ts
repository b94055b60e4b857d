/** Publishing rows: what Kafka gets, what counts against a row and what is an outage, and what happens at the deadline. */
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import kafkajs from 'kafkajs'
import { FakeKafka, fakeTopics, protocolError, settled } from '../../test/unit/fake-kafka.ts'
import { DependencyUnavailableError, type OutboxRow, RecordRefusedError } from '../payments/ports.ts'
import { KafkaEventPublisher } from './event-publisher.ts'

const DEADLINE_MS_MAX = 5_000

const rowOf = (id: number, given: Partial<OutboxRow> = {}): OutboxRow => ({
  id,
  eventId: `evt_${id}`,
  topic: 'payment.authorized',
  messageKey: `pay_${id}`,
  sequence: 1,
  payload: `{"id":${id}}`,
  shard: 0,
  attempts: 0,
  traceparent: null,
  ...given,
})

function publisherOf() {
  const kafka = new FakeKafka()
  const { topics, time, told } = fakeTopics()
  return { kafka, publisher: new KafkaEventPublisher(kafka.lazyProducer, topics), time, told }
}

afterEach(() => {
  jest.useRealTimers()
})

describe('KafkaEventPublisher', () => {
  test('sends key, value and headers, and waits for all replicas', async () => {
    const { kafka, publisher } = publisherOf()
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

    await publisher.publish([rowOf(1), rowOf(2, { traceparent })])

    expect(kafka.batches).toHaveLength(1)
    expect(kafka.batches[0]!.acks).toBe(-1)
    expect(kafka.messages).toEqual([
      {
        topic: 'payment.authorized',
        key: 'pay_1',
        value: '{"id":1}',
        headers: { 'event-id': 'evt_1', 'event-type': 'payment.authorized' },
      },
      {
        topic: 'payment.authorized',
        key: 'pay_2',
        value: '{"id":2}',
        headers: { 'event-id': 'evt_2', 'event-type': 'payment.authorized', traceparent },
      },
    ])
  })

  test('keeps the order within a topic, in one send for all topics', async () => {
    const { kafka, publisher } = publisherOf()
    const topics = ['payment.captured', 'payment.authorized', 'payment.captured', 'payment.authorized']

    await publisher.publish(topics.map((topic, index) => rowOf(index, { topic })))

    expect(kafka.batches).toHaveLength(1)
    expect(kafka.messages.map(message => [message.topic, message.key])).toEqual([
      ['payment.captured', 'pay_0'],
      ['payment.captured', 'pay_2'],
      ['payment.authorized', 'pay_1'],
      ['payment.authorized', 'pay_3'],
    ])
  })
})

describe('an error of Kafka', () => {
  const errorOf = async (error: Error) => {
    const { kafka, publisher } = publisherOf()
    kafka.onSend = async () => {
      throw error
    }
    return publisher.publish([rowOf(1)]).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
  }

  test.each([
    'CORRUPT_MESSAGE',
    'MESSAGE_TOO_LARGE',
    'RECORD_LIST_TOO_LARGE',
    'INVALID_TIMESTAMP',
    'INVALID_RECORD',
    'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  ])('%s is about the record', async type => {
    expect(await errorOf(protocolError(type))).toBeInstanceOf(RecordRefusedError)
  })

  test.each(['REQUEST_TIMED_OUT', 'COORDINATOR_NOT_AVAILABLE', 'UNKNOWN'])('%s is an outage', async type => {
    expect(await errorOf(protocolError(type))).toBeInstanceOf(DependencyUnavailableError)
  })

  test('inside the errors that kafkajs wraps around it is found', async () => {
    const refused = protocolError('MESSAGE_TOO_LARGE')
    // As kafkajs's own retry does; its types do not know the second argument.
    const wrapped = Object.assign(new kafkajs.KafkaJSNonRetriableError(refused), { cause: refused })
    const retried = new kafkajs.KafkaJSNumberOfRetriesExceeded(wrapped, { retryCount: 1, retryTime: 1 })

    expect(await errorOf(wrapped)).toBeInstanceOf(RecordRefusedError)
    expect(await errorOf(retried)).toBeInstanceOf(RecordRefusedError)
  })

  test('any other is an outage, with its cause', async () => {
    const lost = new Error('connection lost')

    const thrown = await errorOf(lost)

    expect(thrown).toBeInstanceOf(DependencyUnavailableError)
    expect((thrown as Error).cause).toBe(lost)
  })

  test('a chain of causes that leads back to itself ends', async () => {
    const circle = new Error('circle')
    circle.cause = circle

    expect(await errorOf(circle)).toBeInstanceOf(DependencyUnavailableError)
  })
})

describe('a topic that takes no records', () => {
  const [AUTHORIZED, CAPTURED] = ['payment.authorized', 'payment.captured']
  const topicsOf = (batch: { topicMessages?: { topic: string }[] }) => batch.topicMessages!.map(({ topic }) => topic)
  const rows = [rowOf(1, { topic: CAPTURED }), rowOf(2, { topic: AUTHORIZED }), rowOf(3, { topic: CAPTURED })]
  /** A broker that answers every send with the topic in it by this error. */
  const sickOf = (error: Error, topic = CAPTURED) => {
    const made = publisherOf()
    made.kafka.onSend = async batch => {
      if (topicsOf(batch).includes(topic)) throw error
    }
    const sent = () => made.kafka.batches.splice(0).map(batch => topicsOf(batch).join(' '))
    const publish = async () => (await made.publisher.publish(rows)).map(row => row.id)
    return { ...made, sent, publish }
  }
  const noMetadata = Object.assign(new Error('Producing to topic without metadata'), {
    name: 'KafkaJSMetadataNotLoaded',
  })

  test.each<[string, Error]>([
    ['is missing', protocolError('UNKNOWN_TOPIC_OR_PARTITION')],
    ['is not ours to write', protocolError('TOPIC_AUTHORIZATION_FAILED')],
    ['has no leader', protocolError('LEADER_NOT_AVAILABLE')],
    ['has too few replicas', protocolError('NOT_ENOUGH_REPLICAS')],
    ['cannot be written to disk', protocolError('KAFKA_STORAGE_ERROR')],
    ['kafkajs knows nothing of', noMetadata],
    ['is named far inside', new Error('retried', { cause: new Error('again', { cause: noMetadata }) })],
  ])('since it %s: the others are confirmed, each topic tried by itself', async (_, error) => {
    const { publish, sent, publisher, told } = sickOf(error)

    expect(await publish()).toEqual([2])

    expect(sent()).toEqual([`${CAPTURED} ${AUTHORIZED}`, CAPTURED, AUTHORIZED])
    expect(publisher.restingTopics()).toEqual([CAPTURED])
    expect(told).toEqual([expect.stringContaining(`${CAPTURED} failed: `)])
  })

  test('rests for a while, then is tried by itself and rests longer; the others are sent once', async () => {
    const { publish, sent, publisher, time, told } = sickOf(protocolError('UNKNOWN_TOPIC_OR_PARTITION'))
    await publish()
    sent()

    const pauses: number[] = []
    for (let tries = 0; tries < 7; tries++) {
      const fromMs = time.nowMs
      while (publisher.restingTopics().length > 0) time.nowMs += 500
      pauses.push(time.nowMs - fromMs)
      expect(await publish()).toEqual([2])
      expect(sent()).toEqual([AUTHORIZED, CAPTURED])
      expect(await publish()).toEqual([2])
      expect(sent()).toEqual([AUTHORIZED])
    }

    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    expect(told).toHaveLength(8)
  })

  test('goes along with the others again once it has taken one', async () => {
    const { publish, sent, kafka, time, told } = sickOf(protocolError('UNKNOWN_TOPIC_OR_PARTITION'))
    await publish()
    kafka.onSend = async () => {}
    time.nowMs += 1_000
    sent()

    expect(await publish()).toEqual([2, 1, 3])
    expect(sent()).toEqual([AUTHORIZED, CAPTURED])
    expect(told.at(-1)).toBe(`${CAPTURED} recovered`)
    await publish()
    expect(sent()).toEqual([`${CAPTURED} ${AUTHORIZED}`])
  })

  test('when all are, none is confirmed, and that is no outage', async () => {
    const { kafka, publisher } = sickOf(new Error())
    kafka.onSend = async () => {
      throw protocolError('NOT_ENOUGH_REPLICAS')
    }

    expect(await publisher.publish(rows)).toEqual([])
    expect(publisher.restingTopics()).toEqual([CAPTURED, AUTHORIZED])
    expect(await publisher.publish(rows)).toEqual([])
  })

  test('since it does not confirm in time: what the others confirmed counts, and only it stays closed', async () => {
    jest.useFakeTimers()
    const { publish, kafka, publisher, time } = sickOf(protocolError('UNKNOWN_TOPIC_OR_PARTITION'))
    const first = publish()
    await jest.advanceTimersByTimeAsync(1_000)
    expect(await first).toEqual([2])
    time.nowMs += 1_000
    kafka.onSend = batch => (topicsOf(batch).includes(CAPTURED) ? new Promise(() => {}) : Promise.resolve())

    const publishing = publish()
    await jest.advanceTimersByTimeAsync(DEADLINE_MS_MAX)

    expect(await publishing).toEqual([2])
    expect(publisher.restingTopics()).toEqual([CAPTURED])
    expect(await publish()).toEqual([2])
    // Its send may still arrive. That keeps nothing of the healthy topic back, and nothing of its own is sent meanwhile.
    time.nowMs += 2_000
    expect(publisher.restingTopics()).toEqual([])
    const sendCount = kafka.batches.length
    expect(await publish()).toEqual([2])
    expect(kafka.batches.slice(sendCount).map(topicsOf)).toEqual([[AUTHORIZED]])
  })

  test('does not hide that Kafka is away, nor that a record is refused', async () => {
    const { kafka, publisher, publish } = sickOf(new Error('connection lost'), AUTHORIZED)
    await expect(publish()).rejects.toThrow(DependencyUnavailableError)
    kafka.onSend = async batch => {
      throw protocolError(topicsOf(batch).length > 1 ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'MESSAGE_TOO_LARGE')
    }
    await expect(publisher.publish(rows)).rejects.toThrow(RecordRefusedError)
    expect(publisher.restingTopics()).toEqual([])
  })
})

describe('a send that does not end', () => {
  test('is given up within the time that the rows may be locked', async () => {
    jest.useFakeTimers()
    const { kafka, publisher } = publisherOf()
    kafka.holdNext()

    const publishing = publisher.publish([rowOf(1)])
    const refused = expect(publishing).rejects.toThrow(DependencyUnavailableError)
    await jest.advanceTimersByTimeAsync(DEADLINE_MS_MAX)

    await refused
  })

  // It may still arrive: what is newer must not overtake it.
  test('keeps its shard closed until it has ended, and no other', async () => {
    jest.useFakeTimers()
    const { kafka, publisher } = publisherOf()
    const { confirm } = kafka.holdNext()
    const refused = expect(publisher.publish([rowOf(1)])).rejects.toThrow(DependencyUnavailableError)
    await jest.advanceTimersByTimeAsync(DEADLINE_MS_MAX)
    await refused

    await expect(publisher.publish([rowOf(2)])).rejects.toThrow('an earlier send of this shard has not ended')
    await publisher.publish([rowOf(3, { shard: 1 })])
    confirm()
    await jest.advanceTimersByTimeAsync(0)
    await publisher.publish([rowOf(2)])

    expect(kafka.messages.map(message => message.key)).toEqual(['pay_1', 'pay_3', 'pay_2'])
  })

  test('keeps all shards of its rows closed, to sends for several as well, and opens them together', async () => {
    jest.useFakeTimers()
    const { kafka, publisher } = publisherOf()
    const { confirm } = kafka.holdNext()
    const refused = expect(publisher.publish([rowOf(1), rowOf(2, { shard: 1 })])).rejects.toThrow(
      DependencyUnavailableError,
    )
    await jest.advanceTimersByTimeAsync(DEADLINE_MS_MAX)
    await refused

    for (const rows of [[rowOf(3)], [rowOf(3, { shard: 1 })], [rowOf(3, { shard: 2 }), rowOf(4, { shard: 1 })]])
      await expect(publisher.publish(rows)).rejects.toThrow('an earlier send of this shard has not ended')
    await publisher.publish([rowOf(5, { shard: 2 })])
    confirm()
    await jest.advanceTimersByTimeAsync(0)
    await publisher.publish([rowOf(3, { shard: 1 }), rowOf(4)])

    expect(kafka.messages.map(message => message.key)).toEqual(['pay_1', 'pay_2', 'pay_5', 'pay_3', 'pay_4'])
  })

  // Node would end the process on an unhandled rejection, and jest would fail this test.
  test('and fails after its deadline harms nobody, and opens its shard again', async () => {
    jest.useFakeTimers()
    const { kafka, publisher } = publisherOf()
    const { fail } = kafka.holdNext()
    const refused = expect(publisher.publish([rowOf(1)])).rejects.toThrow(DependencyUnavailableError)
    await jest.advanceTimersByTimeAsync(DEADLINE_MS_MAX)
    await refused
    fail(new Error('too late'))
    await jest.advanceTimersByTimeAsync(0)

    await publisher.publish([rowOf(2)])
    expect(kafka.messages).toHaveLength(2)
  })

  test('a refused send opens its shard at once', async () => {
    const { kafka, publisher } = publisherOf()
    const { fail } = kafka.holdNext()
    const refused = expect(publisher.publish([rowOf(1)])).rejects.toThrow(RecordRefusedError)
    await settled()
    fail(protocolError('MESSAGE_TOO_LARGE'))
    await refused

    await publisher.publish([rowOf(2)])
    expect(kafka.messages).toHaveLength(2)
  })

  test('a confirmed send leaves no timer behind', async () => {
    jest.useFakeTimers()
    const { publisher } = publisherOf()

    await publisher.publish([rowOf(1)])

    expect(jest.getTimerCount()).toBe(0)
  })
})
