/** Outages: the process or the broker dies in the middle of batches, connections break, the broker is away. */
import { expect, test } from '@jest/globals'
import { until } from '../../../../shared/runtime/until.ts'
import { startJoinBreaker } from '../join-breaker.ts'
import {
  brokers,
  committed,
  endOffsets,
  journal,
  kill,
  produce,
  produceTo,
  start,
  TEST_TIMEOUT_MS,
  untilCommitted,
  useTopic,
  valuesOf,
} from '../real-broker.ts'

useTopic({ partitions: 3 })

test(
  'a join that a broken connection ends half-way holds up nothing for long',
  async () => {
    const breaker = await startJoinBreaker(Number(brokers.split(',')[0]!.split(':')[1]))
    try {
      await start({ KAFKA_BROKERS: breaker.brokers })
      await produce(20)
      await untilCommitted(await endOffsets())

      breaker.breakNextJoin()
      await until(() => breaker.joinsBroken() === 1, { what: 'a join to be broken' })

      await produce(20)
      await untilCommitted(await endOffsets())
    } finally {
      await breaker.close()
    }
  },
  TEST_TIMEOUT_MS,
)

test(
  'kill -9 in the middle of a batch: nothing of it is committed, and the next process gets it again',
  async () => {
    journal.hold()
    const first = await start()
    await produceTo(0, ...valuesOf(5))
    await until(() => journal.attempts('begin').length > 0, { what: 'the first batch to begin' })
    await kill(first)
    expect(await committed()).toEqual([-1, -1, -1])

    journal.release()
    const second = await start()
    await untilCommitted([5, -1, -1])
    const [begun] = journal.attempts('begin').filter(({ pid }) => pid === second.pid)
    expect(begun).toMatchObject({ partition: 0, first: 0 })
  },
  TEST_TIMEOUT_MS,
)

test(
  'a broker that is away at start is not fatal: HTTP answers',
  async () => {
    const app = await start({ KAFKA_BROKERS: '127.0.0.1:1' }, 'trying again until it works')
    const answer = await fetch(`${app.httpUrl}/health`)
    expect(answer.status).toBe(200)
    expect(await (await fetch(app.statusUrl)).text()).toContain('"waiting"')
  },
  TEST_TIMEOUT_MS,
)
