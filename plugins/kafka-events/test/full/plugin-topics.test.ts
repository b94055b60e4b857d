/** Topics that change under a running consumer: not there yet, more partitions, deleted and made again. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import {
  admin,
  createTopic,
  journal,
  produceTo,
  renewProducer,
  start,
  TEST_TIMEOUT_MS,
  topic,
  untilCommitted,
  useTopic,
} from '../real-broker.ts'
import { until } from '../until.ts'

/** kafkajs looks for new partitions every 30 s, and the plugin for a consumer that is stuck as often. */
const NOTICE_DEADLINE_MS = 120_000

useTopic({ partitions: 0 })

test(
  'a topic that does not exist is waited for, which is said once, and then read from its beginning',
  async () => {
    const app = await start({}, `waiting for topic ${topic} to exist`)
    await createTopic(1)
    await produceTo(0, 'first')
    await untilCommitted([1])
    expect(app.output().split('waiting for topic')).toHaveLength(2)
  },
  TEST_TIMEOUT_MS,
)

describe('a topic that exists', () => {
  beforeEach(() => createTopic(1))

  test(
    'partitions that are added are read without a restart',
    async () => {
      await start()
      await produceTo(0, 'before')
      await untilCommitted([1])
      await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
      await until(async () => (await admin.fetchTopicOffsets(topic)).length === 3, {
        what: 'the partitions to be there',
      })
      await renewProducer()
      await produceTo(2, 'after')
      await produceTo(0, 'after')
      await untilCommitted([2, -1, 1], NOTICE_DEADLINE_MS)
      expect(journal.attempts('done').map(({ partition, first }) => [partition, first])).toEqual(
        expect.arrayContaining([
          [0, 0],
          [0, 1],
          [2, 0],
        ]),
      )
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'a topic that is deleted and made again is read from its beginning',
    async () => {
      await start()
      await produceTo(0, 'one', 'two', 'three')
      await untilCommitted([3])
      await admin.deleteTopics({ topics: [topic] })
      await until(async () => !(await admin.listTopics()).includes(topic), { what: 'the topic to be gone' })
      const before = journal.attempts('done').length
      await createTopic(1)
      await until(() => produceTo(0, 'new', 'new').then(() => true), { what: 'its records to be taken' })
      await untilCommitted([2], NOTICE_DEADLINE_MS)
      const [again] = journal.attempts('done').slice(before)
      expect(again).toMatchObject({ partition: 0, first: 0 })
    },
    TEST_TIMEOUT_MS,
  )
})
