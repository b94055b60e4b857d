/** Outages: the process or the broker dies in the middle of batches, connections break, the broker is away. */
import { afterAll, expect, test } from '@jest/globals'
import { brokers, killBroker, startBroker, stopBroker } from '../broker.ts'
import { DeliveryCheck } from '../delivery-check.ts'
import { startJoinBreaker } from '../join-breaker.ts'
import {
  committed,
  endOffsets,
  journal,
  kill,
  produce,
  produceTo,
  renewProducer,
  start,
  TEST_TIMEOUT_MS,
  untilCommitted,
  untilSaid,
  useTopic,
  valuesOf,
} from '../real-broker.ts'
import { until } from '../until.ts'

const PARTITIONS = 3

useTopic({ partitions: PARTITIONS })

// A test that gave up must not leave the others without a broker.
afterAll(() => startBroker(), TEST_TIMEOUT_MS)

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
  'kill -9 of the broker in the middle of batches: they end, and what is not committed by then comes again at most',
  async () => {
    journal.hold()
    await start({ FIXTURE_BATCH_SIZE: '5' })
    for (let partition = 0; partition < PARTITIONS; partition += 1) await produceTo(partition, ...valuesOf(20))
    await until(() => journal.attempts('begin').length === PARTITIONS, { what: 'a batch of each partition to begin' })
    journal.note({ kind: 'disturbed' })
    await killBroker()
    journal.release()
    const ends = await endOffsets()
    await untilCommitted(ends)
    const check = new DeliveryCheck(PARTITIONS)
    check.take(journal.next())
    expect(check.finish(ends)).toEqual([])
  },
  TEST_TIMEOUT_MS,
)

test(
  'a broker that is away at start is waited for: HTTP answers meanwhile, and when it is back its records are read',
  async () => {
    await produceTo(0, 'before the outage')
    await stopBroker()
    try {
      const app = await start({}, 'trying again until it works')
      expect((await fetch(`${app.httpUrl}/health`)).status).toBe(200)
      expect(await (await fetch(app.statusUrl)).text()).toContain('"waiting"')
      expect(journal.attempts()).toEqual([])
    } finally {
      await startBroker()
    }
    await untilCommitted([1, -1, -1])
    expect(journal.attempts('done')).toMatchObject([{ partition: 0, first: 0, last: 0 }])
  },
  TEST_TIMEOUT_MS,
)

test(
  'a broker that was stopped and is back on its port: the process reads on without a duplicate, and stops cleanly',
  async () => {
    const app = await start()
    await produceTo(0, ...valuesOf(5))
    await untilCommitted([5, -1, -1])
    await stopBroker()
    try {
      await untilSaid(app, 'trying again until it works')
    } finally {
      await startBroker()
    }
    await renewProducer()
    await produceTo(0, ...valuesOf(5))
    await untilCommitted([10, -1, -1])
    const check = new DeliveryCheck(PARTITIONS)
    check.take(journal.next())
    expect(check.finish([10, 0, 0])).toEqual([])

    app.signal('SIGTERM')
    expect(await app.exited).toBe(0)
  },
  TEST_TIMEOUT_MS,
)

test(
  'TERM while the broker is away ends the process',
  async () => {
    const app = await start({ FIXTURE_DRAIN_TIMEOUT_MS: '1000', KAFKA_BROKERS: '127.0.0.1:1' }, 'trying again')
    app.signal('SIGTERM')
    expect(await app.exited).toBe(0)
  },
  TEST_TIMEOUT_MS,
)
