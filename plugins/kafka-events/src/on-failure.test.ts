/** What is written of a record that is given up, and that it is tried until it is written. */
import { describe, expect, test } from '@jest/globals'
import type { Kafka, ProducerRecord } from 'kafkajs'
import { recordOf, sourceOf } from '../test/records.ts'
import { until } from '../test/until.ts'
import { OnFailureTopic } from './on-failure.ts'

const source = sourceOf({ onFailureTopic: 'failed' })

/** A topic whose broker refuses the first few requests. */
function createTopic(refusals = 0) {
  const sent: ProducerRecord[] = []
  let producers = 0
  let refused = 0
  let silent = 0
  let connected = 0
  const producer = {
    connect: async () => {
      await new Promise(setImmediate)
      connected += 1
    },
    disconnect: async () => {},
    send: async (request: ProducerRecord) => {
      if (connected < producers) throw new Error('the producer is disconnected')
      if (silent-- > 0) return new Promise<void>(() => {})
      if (refused++ < refusals) throw new Error('this server does not host this topic')
      sent.push(request)
    },
  }
  const kafka = {
    producer: () => {
      producers += 1
      return producer
    },
  } as unknown as Kafka
  const log = { notice: () => {}, warning: () => {}, error: () => {}, debug: () => {} }
  const topic = new OnFailureTopic(kafka, log, functionKey => `arn:${functionKey}`, 200)
  const silence = (sends: number) => {
    silent = sends
  }
  return { topic, sent, silence, refused: () => refused, producers: () => producers }
}

const never = new AbortController().signal
const documents = (sent: ProducerRecord[]) =>
  sent.flatMap(({ messages }) => messages.map(({ value }) => JSON.parse(String(value))))

describe('OnFailureTopic', () => {
  test('writes one document a record, with its key', async () => {
    const { topic, sent } = createTopic()
    const records = [recordOf(4), recordOf(5, { key: null })]
    expect(await topic.write(source, { records, reason: 'RetriesExhausted', attempts: 3 }, never)).toBe(true)
    expect(sent.map(({ topic: name, acks }) => [name, acks])).toEqual([['failed', -1]])
    expect(sent[0]!.messages.map(({ key }) => key?.toString())).toEqual(['key 4', undefined])
    expect(documents(sent)[0]).toMatchObject({
      requestContext: { functionArn: 'arn:record-ledger', condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      responseContext: { statusCode: 200, functionError: 'Unhandled' },
      KafkaBatchInfo: { batchSize: 1, recordInfo: { offset: '4', timestamp: '2018-12-17T22:10:50.987Z' } },
      payload: { records: { 'payment.captured-0': [{ offset: 4 }] } },
    })
  })

  test('has a word for a timestamp that is no date', async () => {
    const { topic, sent } = createTopic()
    const records = [recordOf(4, { timestamp: '1545084650987000000' })]
    expect(await topic.write(source, { records, reason: 'RecordAgeExceeded', attempts: 0 }, never)).toBe(true)
    expect(documents(sent)[0].KafkaBatchInfo.recordInfo.timestamp).toBe('1545084650987000000')
    expect(documents(sent)[0]).not.toHaveProperty('responseContext')
  })

  test('sends no more at once than a broker takes', async () => {
    const { topic, sent } = createTopic()
    const records = [1, 2, 3].map(offset => recordOf(offset, { value: Buffer.alloc(200_000) }))
    await topic.write(source, { records, reason: 'RetriesExhausted', attempts: 1 }, never)
    expect(sent.map(({ messages }) => messages.length)).toEqual([1, 1, 1])
  })

  test('tries again with a new producer until the broker takes it', async () => {
    const { topic, sent, producers } = createTopic(2)
    expect(await topic.write(source, { records: [recordOf(1)], reason: 'RetriesExhausted', attempts: 1 }, never)).toBe(
      true,
    )
    expect(sent).toHaveLength(1)
    expect(producers()).toBe(3)
  })

  test('gives up a send that is never answered, and writes with a new producer', async () => {
    const { topic, sent, producers, silence } = createTopic()
    silence(1)
    expect(await topic.write(source, { records: [recordOf(1)], reason: 'RetriesExhausted', attempts: 1 }, never)).toBe(
      true,
    )
    expect(sent).toHaveLength(1)
    expect(producers()).toBe(2)
  })

  test('partitions that give up records at once share a producer, and wait until it is connected', async () => {
    const { topic, sent, producers } = createTopic()
    const writes = [1, 2].map(offset =>
      topic.write(source, { records: [recordOf(offset)], reason: 'RetriesExhausted', attempts: 1 }, never),
    )
    expect(await Promise.all(writes)).toEqual([true, true])
    expect(sent).toHaveLength(2)
    expect(producers()).toBe(1)
  })

  test('ends unwritten when stopped', async () => {
    const { topic, sent, refused } = createTopic(1_000_000)
    const stopping = new AbortController()
    const written = topic.write(
      source,
      { records: [recordOf(1)], reason: 'RetriesExhausted', attempts: 1 },
      stopping.signal,
    )
    await until(() => refused() > 0, { what: 'a refusal', intervalMs: 1 })
    stopping.abort()
    expect(await written).toBe(false)
    expect(sent).toEqual([])
  })
})
