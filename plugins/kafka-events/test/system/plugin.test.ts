/** The plugin under the real `serverless offline` and a real broker: what is handled, what is committed, what ends the start. More of it in test/full/starting.test.ts. */
import { expect, test } from '@jest/globals'
import { DeliveryCheck } from '../delivery-check.ts'
import {
  endOffsets,
  journal,
  launch,
  produce,
  produceTo,
  seed,
  start,
  TEST_TIMEOUT_MS,
  untilCommitted,
  useTopic,
} from '../real-broker.ts'
import { until } from '../until.ts'

const PARTITIONS = 3

useTopic({ partitions: PARTITIONS })

test(
  `every record is handled, in order, without overlap and without a duplicate, while handlers fail (seed ${seed})`,
  async () => {
    await produce(300)
    await start({ FIXTURE_FAIL_RATE: '0.3', FIXTURE_SLOW_MS: '10' })
    const ends = await endOffsets()
    await untilCommitted(ends)
    const check = new DeliveryCheck(PARTITIONS)
    check.take(journal.next())
    expect(check.finish(ends)).toEqual([])
    expect(check.counts.failures).toBeGreaterThan(0)
  },
  TEST_TIMEOUT_MS,
)

test(
  'a partition whose handler always fails holds up no other and is not committed',
  async () => {
    await produceTo(1, 'poison')
    await start()
    await until(() => journal.attempts('fail').length >= 3, { what: 'the poisoned batch to be tried again' })
    for (const partition of [0, 2]) await produceTo(partition, 'good')
    await untilCommitted([1, -1, 1])
    expect(journal.attempts('done').filter(({ partition }) => partition === 1)).toEqual([])
  },
  TEST_TIMEOUT_MS,
)

test(
  'a wrong setting stops the process with the function, the setting and what it must be',
  async () => {
    const app = await launch({ FIXTURE_BATCH_SIZE: 'many' })
    expect(await app.exited).toBe(1)
    expect(app.output()).toContain('function record: kafka.batchSize must be a whole number from 1 to 10000')
  },
  TEST_TIMEOUT_MS,
)
