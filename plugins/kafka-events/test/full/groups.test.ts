/** Several processes in one consumer group: they share the partitions, and nothing is lost when one comes, goes or dies. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { DeliveryCheck } from '../delivery-check.ts'
import type { FixtureApp } from '../fixture-app.ts'
import {
  apps,
  committed,
  endOffsets,
  journal,
  kill,
  members,
  produceTo,
  start,
  TEST_TIMEOUT_MS,
  untilCommitted,
  untilShared,
  useTopic,
  valuesOf,
} from '../real-broker.ts'
import { until } from '../until.ts'

const PARTITIONS = 4
const BATCH_SIZE = 10
const moods = { FIXTURE_SLOW_MS: '30', FIXTURE_BATCH_SIZE: String(BATCH_SIZE) }

useTopic({ partitions: PARTITIONS })

test(
  'processes that join, leave and die share the partitions: nothing is lost, and only what was not committed comes again',
  async () => {
    const check = new DeliveryCheck(PARTITIONS, { overlap: 'across processes' })
    await whileProducing(async () => {
      const first = await start(moods)
      await untilWorking(first)

      journal.note({ kind: 'disturbed' })
      const second = await start(moods)
      await untilShared(PARTITIONS, [first, second])
      await untilWorking(second)

      first.signal('SIGTERM')
      expect(await first.exited).toBe(0)
      journal.note({ kind: 'gone', pid: first.pid })

      const third = await start(moods)
      await untilShared(PARTITIONS, [second, third])
      await untilWorking(third)

      await untilAtWork(check, second)
      await kill(second)
      journal.note({ kind: 'gone', pid: second.pid })
      await untilShared(PARTITIONS, [third])
    })
    const ends = await endOffsets()
    await untilCommitted(ends)
    check.take(journal.next())
    expect(check.finish(ends).slice(0, 10)).toEqual([])
    // Each of the four changes lets a partition go back to what was committed: once, or twice where one join meets another.
    expect(check.counts.rewinds).toBeLessThanOrEqual(2 * 4 * PARTITIONS)
  },
  TEST_TIMEOUT_MS,
)

test(
  'a handler that runs on across a rebalance: the new owner may begin, its own process does not begin a second one beside it',
  async () => {
    journal.hold()
    for (let partition = 0; partition < PARTITIONS; partition += 1) await produceTo(partition, ...valuesOf(BATCH_SIZE))
    const first = await start(moods)
    await until(() => journal.attempts('begin').length === PARTITIONS, { what: 'a batch of each partition to begin' })

    const second = await start(moods)
    await untilShared(PARTITIONS, [first, second])
    await until(() => begunBy(second) > 0, { what: 'the new owner to begin' })
    expect(begunBy(first)).toBe(PARTITIONS)

    journal.release()
    const ends = await endOffsets()
    await untilCommitted(ends)
    const check = new DeliveryCheck(PARTITIONS, { overlap: 'across processes' })
    // What was begun in the first generation is begun again in the second: the disturbance came before all of it.
    check.take([{ kind: 'disturbed' }, ...journal.next()])
    expect(check.finish(ends).slice(0, 10)).toEqual([])
  },
  TEST_TIMEOUT_MS,
)

test(
  'a process that is frozen for longer than its session, as by a laptop that sleeps, commits nothing that others have taken over',
  async () => {
    journal.hold()
    for (let partition = 0; partition < PARTITIONS; partition += 1)
      await produceTo(partition, ...valuesOf(3 * BATCH_SIZE))
    const frozen = await start(moods)
    await until(() => journal.attempts('begin').length === PARTITIONS, { what: 'a batch of each partition to begin' })
    frozen.signal('SIGSTOP')
    await until(async () => (await members()).length === 0, { what: 'the broker to give it up' })
    journal.note({ kind: 'disturbed' })

    journal.release()
    await start(moods)
    const ends = await endOffsets()
    await untilCommitted(ends)

    frozen.signal('SIGCONT')
    // It does not know yet that it is out of the group: it may even begin what it had fetched before.
    await until(() => doneBy(frozen) >= PARTITIONS, { what: 'the frozen handlers to end' })
    await untilShared(PARTITIONS, apps)
    expect(await committed()).toEqual(ends)

    for (let partition = 0; partition < PARTITIONS; partition += 1) await produceTo(partition, ...valuesOf(BATCH_SIZE))
    const laterEnds = await endOffsets()
    await untilCommitted(laterEnds)
    const check = new DeliveryCheck(PARTITIONS, { overlap: 'across processes' })
    check.take(journal.next())
    expect(check.finish(laterEnds).slice(0, 10)).toEqual([])
  },
  TEST_TIMEOUT_MS,
)

const begunBy = ({ pid }: FixtureApp): number => journal.attempts('begin').filter(attempt => attempt.pid === pid).length

const doneBy = ({ pid }: FixtureApp): number => journal.attempts('done').filter(attempt => attempt.pid === pid).length

async function untilWorking(app: FixtureApp): Promise<void> {
  await until(() => begunBy(app) > 0, { what: `${app.pid} to get records` })
}

/** Waits for a moment at which the process is in the middle of a batch. */
async function untilAtWork(check: DeliveryCheck, app: FixtureApp): Promise<void> {
  const probe = () => {
    check.take(journal.next())
    return check.runningIn(app.pid) > 0
  }
  await until(probe, { what: `${app.pid} to be at a batch`, intervalMs: 1 })
}

/** Keeps every partition busy while the steps are taken. */
async function whileProducing(steps: () => Promise<void>): Promise<void> {
  let over = false
  const producing = (async () => {
    while (!over) {
      for (let partition = 0; partition < PARTITIONS; partition += 1)
        await produceTo(partition, ...valuesOf(BATCH_SIZE))
      await sleep(50)
    }
  })()
  try {
    await steps()
  } finally {
    over = true
    await producing
  }
}
