/** Rings: at most one on its way and one waiting per shard, never a failure, never a long wait. */
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { FakeKafka, fakeTopics, protocolError, settled } from '../../test/unit/fake-kafka.ts'
import { until } from '../runtime/until.ts'
import { KafkaDoorbell } from './doorbell.ts'

function bellOf(waitMsMax = 0, restMs = 0) {
  const kafka = new FakeKafka()
  const failures: unknown[] = []
  const { topics, told } = fakeTopics()
  const bell = new KafkaDoorbell({
    producer: kafka.lazyProducer,
    topics,
    waitMsMax,
    restMs,
    onFailure: error => void failures.push(error),
  })
  return { kafka, bell, failures, told }
}

const partitions = (kafka: FakeKafka) => kafka.messages.map(message => message.partition)

afterEach(() => {
  jest.useRealTimers()
})

describe('KafkaDoorbell', () => {
  test('a ring is a small message on outbox.ready, in the partition of the shard', async () => {
    const { kafka, bell } = bellOf()

    await bell.ring(3)
    await settled()

    expect(kafka.messages).toEqual([{ topic: 'outbox.ready', key: null, value: '3', partition: 3 }])
    expect(kafka.batches[0]!.acks).toBe(1)
  })

  test('tells of its topic when that takes none, once in a while, and when it does again', async () => {
    const { kafka, bell, told, failures } = bellOf()
    kafka.onSend = async () => {
      throw protocolError('TOPIC_AUTHORIZATION_FAILED')
    }

    await bell.ring(1)
    await settled()
    await bell.ring(2)
    await settled()
    kafka.onSend = async () => {}
    await bell.ring(3)
    // The client is new for the third time.
    await until(() => kafka.messages.length === 3, { what: 'the third ring' })
    await settled()

    const reason = 'TOPIC_AUTHORIZATION_FAILED: of TOPIC_AUTHORIZATION_FAILED'
    expect(told).toEqual([`outbox.ready failed: ${reason}`, 'outbox.ready recovered'])
    expect(failures).toHaveLength(2)
  })

  test('a hundred rings while one is on its way become one more', async () => {
    const { kafka, bell } = bellOf()
    const { confirm } = kafka.holdNext()

    await bell.ring(1)
    await settled()
    for (let rings = 0; rings < 100; rings++) await bell.ring(1)
    await settled()
    expect(partitions(kafka)).toEqual([1])
    confirm()
    await settled()

    expect(partitions(kafka)).toEqual([1, 1])
  })

  // Its row may have been written after the relay, woken by the first ring, had looked.
  test('a ring that comes after the send began is never swallowed by it', async () => {
    const { kafka, bell } = bellOf()
    const first = kafka.holdNext()
    await bell.ring(1)
    await settled()
    await bell.ring(1)
    first.confirm()
    const second = kafka.holdNext()
    await settled()
    await bell.ring(1)
    second.confirm()
    await settled()

    expect(partitions(kafka)).toEqual([1, 1, 1])
  })

  test('rings while it rests become one, which comes after the rest', async () => {
    jest.useFakeTimers()
    const { kafka, bell } = bellOf(0, 10)

    await bell.ring(1)
    await jest.advanceTimersByTimeAsync(5)
    for (let rings = 0; rings < 3; rings++) await bell.ring(1)
    expect(partitions(kafka)).toEqual([1])
    await jest.advanceTimersByTimeAsync(5)
    expect(partitions(kafka)).toEqual([1, 1])

    await jest.advanceTimersByTimeAsync(20)
    await bell.ring(1)
    await jest.advanceTimersByTimeAsync(0)
    expect(partitions(kafka)).toEqual([1, 1, 1])
  })

  test('shards that are rung for in one moment are sent together', async () => {
    const { kafka, bell } = bellOf()
    const { confirm } = kafka.holdNext()

    await bell.ring(0)
    await settled()
    for (const shard of [1, 3, 1]) await bell.ring(shard)
    confirm()
    await settled()

    expect(kafka.batches).toHaveLength(2)
    expect(partitions(kafka)).toEqual([0, 1, 3])
  })

  test('after it has rung it rings again', async () => {
    const { kafka, bell } = bellOf()

    for (const shard of [2, 2, 2]) {
      await bell.ring(shard)
      await settled()
    }

    expect(partitions(kafka)).toEqual([2, 2, 2])
  })
})

describe('a Kafka that does not take the ring', () => {
  test('is told of, fails nobody, and the next ring is tried afresh', async () => {
    const { kafka, bell, failures } = bellOf()
    kafka.connectError = new Error('refused')

    await bell.ring(1)
    await settled()
    kafka.connectError = undefined
    await bell.ring(1)
    await settled()

    expect(failures).toEqual([new Error('refused')])
    expect(partitions(kafka)).toEqual([1])
  })

  test('is not rung at again for those who waited: the sweep does that', async () => {
    const { kafka, bell, failures } = bellOf()
    const { fail } = kafka.holdNext()
    await bell.ring(1)
    await settled()
    await bell.ring(1)

    fail(new Error('lost'))
    await settled()

    expect(failures).toHaveLength(1)
    expect(partitions(kafka)).toEqual([1])
  })
})

describe('the wait of the answer', () => {
  test('offline there is none', async () => {
    const { kafka, bell } = bellOf(0)
    kafka.holdNext()

    await bell.ring(1)

    expect(kafka.batches.length).toBeLessThanOrEqual(1)
  })

  test('a Lambda waits for the ring, but at most as long as it was told', async () => {
    jest.useFakeTimers()
    const { kafka, bell } = bellOf(25)
    kafka.holdNext()
    let isOver = false

    const ringing = bell.ring(1).then(() => {
      isOver = true
    })
    await jest.advanceTimersByTimeAsync(24)
    expect(isOver).toBe(false)
    await jest.advanceTimersByTimeAsync(1)
    await ringing

    expect(isOver).toBe(true)
  })

  test('a ring that was taken at once leaves no timer behind', async () => {
    jest.useFakeTimers()
    const { bell } = bellOf(25)

    await bell.ring(1)

    expect(jest.getTimerCount()).toBe(0)
  })
})
