/** How the plugin ends: what runs is finished and committed, or left to the next start, and the group is left behind tidily. */
import { describe, expect, test } from '@jest/globals'
import type { Consumer } from 'kafkajs'
import type { FixtureApp } from '../fixture-app.ts'
import {
  committed,
  journal,
  kafka,
  launch,
  members,
  produceTo,
  start,
  TEST_TIMEOUT_MS,
  topic,
  untilCommitted,
  untilSaid,
  useTopic,
  valuesOf,
} from '../real-broker.ts'
import { until } from '../until.ts'

/** Long enough that nobody is counted out of a group in the course of a test: who is gone has left. */
const LONG_SESSION_MS = 120_000
const STOPPING = 'letting running handlers finish'

useTopic({ partitions: 3 })

describe('TERM in the middle of a batch', () => {
  test(
    'the batch is finished and committed, and no other begins',
    async () => {
      const app = await startAndHold({})
      app.signal('SIGTERM')
      await untilSaid(app, STOPPING)
      journal.release()
      expect(await app.exited).toBe(0)

      const [begun, ...later] = journal.attempts('begin')
      expect(later).toEqual([])
      expect(journal.attempts('done')).toMatchObject([{ first: begun!.first, last: begun!.last }])
      expect(await committed()).toEqual([begun!.last + 1, -1, -1])
      expect(await members()).toEqual([])
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'a batch that takes longer than drainTimeoutMs is left uncommitted to the next start',
    async () => {
      const app = await startAndHold({ FIXTURE_DRAIN_TIMEOUT_MS: '500' })
      app.signal('SIGTERM')
      expect(await app.exited).toBe(0)
      expect(app.output()).toContain('delivered again later')
      expect(await committed()).toEqual([-1, -1, -1])
      expect(await members()).toEqual([])

      journal.release()
      const next = await start()
      await untilCommitted([10, -1, -1])
      expect(journal.attempts('done')[0]).toMatchObject({ pid: next.pid, partition: 0, first: 0 })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'a second signal quits at once and commits nothing',
    async () => {
      const app = await startAndHold({ FIXTURE_DRAIN_TIMEOUT_MS: '900000' })
      app.signal('SIGTERM')
      await untilSaid(app, STOPPING)
      // A second one that comes with the first, as from a terminal by way of npm, is not a second wish: so more than one.
      const again = () => {
        app.signal('SIGTERM')
        return app.ended()
      }
      await until(again, { what: 'the process to be gone', intervalMs: 200 })
      expect(await app.exited).toBe(1)
      expect(journal.attempts('done')).toEqual([])
      expect(await committed()).toEqual([-1, -1, -1])
    },
    TEST_TIMEOUT_MS,
  )
})

describe('TERM while the consumer joins its group', () => {
  test(
    'short starts one after the other leave nobody behind: the next one gets the partitions and the records',
    async () => {
      for (let round = 0; round < 3; round += 1) {
        const app = await launch({ FIXTURE_SESSION_TIMEOUT_MS: String(LONG_SESSION_MS) })
        await until(async () => (await members()).length > 0, {
          what: 'the broker to know the consumer',
          intervalMs: 5,
        })
        app.signal('SIGTERM')
        expect(await app.exited).toBe(0)
        expect(await members()).toEqual([])
      }
      await start({ FIXTURE_SESSION_TIMEOUT_MS: String(LONG_SESSION_MS) })
      await produceTo(0, 'a record')
      await untilCommitted([1, -1, -1])
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'a join that another member holds up for longer than drainTimeoutMs: the group is left all the same',
    async () => {
      const busy = await joinAndBlock()
      try {
        const app = await launch({
          FIXTURE_DRAIN_TIMEOUT_MS: '1000',
          FIXTURE_SESSION_TIMEOUT_MS: String(LONG_SESSION_MS),
        })
        await until(async () => app.ended() || (await members()).length === 2, {
          what: 'the broker to know the consumer',
        })
        app.signal('SIGTERM')
        expect(await app.exited).toBe(0)
        expect(await members()).toHaveLength(1)
      } finally {
        await busy.release()
      }
    },
    TEST_TIMEOUT_MS,
  )
})

/** Ten records in partition 0, and a handler that holds the first five of them. */
async function startAndHold(environment: Record<string, string>): Promise<FixtureApp> {
  journal.hold()
  const app = await start({ FIXTURE_BATCH_SIZE: '5', ...environment })
  await produceTo(0, ...valuesOf(10))
  await until(() => journal.attempts('begin').length > 0, { what: 'the first batch to begin' })
  return app
}

/** A member of the test's group that is at a record and does not notice that others want to join. */
async function joinAndBlock(): Promise<{ release(): Promise<void> }> {
  const blocked = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  const consumer: Consumer = kafka.consumer({ groupId: topic, sessionTimeout: LONG_SESSION_MS })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async () => {
      arrived.resolve()
      await blocked.promise
    },
  })
  await produceTo(0, 'to be busy with')
  await arrived.promise
  return {
    release: async () => {
      blocked.resolve()
      await consumer.disconnect()
    },
  }
}
