/** Few commits, none lost, none of a generation that is over. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, test } from '@jest/globals'
import { until } from '../test/until.ts'
import { CommitQueue, type CommittedOffset } from './commit-queue.ts'
import { crashPoints } from './crash-points.ts'

/** A broker whose answers the test gives. */
function createBroker() {
  const commits: { offsets: Record<string, number>; answer(error?: Error): void }[] = []
  const commit = (offsets: CommittedOffset[]) =>
    new Promise<void>((resolve, reject) => {
      const byPartition = Object.fromEntries(
        offsets.map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]),
      )
      commits.push({ offsets: byPartition, answer: error => (error ? reject(error) : resolve()) })
    })
  return { commits, commit, sent: () => commits.map(({ offsets }) => offsets) }
}

function createQueue({ restMs = 0, broker = createBroker() } = {}) {
  const failures: string[] = []
  const committed: 'committed'[] = []
  const queue = new CommitQueue({
    groupId: 'ship',
    commit: broker.commit,
    committed: () => committed.push('committed'),
    commitFailed: error => failures.push((error as Error).message),
    waitMs: () => 0,
    restMs,
  })
  const mark = (partition: number, offset: number) => queue.mark({ topic: 't', partition, offset })
  return { broker, failures, committed, queue, mark }
}

const FOREVER_MS = 3_600_000
const settle = () => new Promise(resolve => setImmediate(resolve))

describe('CommitQueue', () => {
  test('sends at once when idle', () => {
    const { broker, mark } = createQueue()
    mark(0, 5)
    expect(broker.sent()).toEqual([{ 't-0': 5 }])
  })

  test('says with which topics and for which group it has come to a commit, and behind it', async () => {
    const heard: [string, unknown][] = []
    const listen = (message: unknown, name: string | symbol) => void heard.push([String(name), message])
    for (const point of crashPoints) subscribe(point, listen)
    const { broker, mark } = createQueue()
    mark(0, 5)
    expect(heard).toEqual([['kafka-events:committing', new Set(['ship', 't'])]])
    broker.commits[0]!.answer()
    await settle()
    expect(heard).toEqual(crashPoints.map(point => [point, new Set(['ship', 't'])]))
    for (const point of crashPoints) unsubscribe(point, listen)
  })

  test('gathers what comes during a commit into the next one, the newest offset of each partition', async () => {
    const { broker, mark, queue } = createQueue()
    mark(0, 5)
    mark(1, 7)
    mark(0, 9)
    mark(0, 12)
    expect(broker.sent()).toEqual([{ 't-0': 5 }])
    broker.commits[0]!.answer()
    await settle()
    expect(broker.sent()).toEqual([{ 't-0': 5 }, { 't-1': 7, 't-0': 12 }])
    broker.commits[1]!.answer()
    expect(await queue.flush(FOREVER_MS)).toBe(true)
  })

  test('rests after a commit, and sends all that came while it rested', async () => {
    const { broker, mark, queue } = createQueue({ restMs: 500 })
    mark(0, 5)
    broker.commits[0]!.answer()
    await settle()
    mark(0, 6)
    mark(0, 7)
    expect(broker.sent()).toEqual([{ 't-0': 5 }])
    const flushed = queue.flush(FOREVER_MS)
    await until(() => broker.commits.length === 2, { what: 'the second commit', intervalMs: 1 })
    broker.commits[1]!.answer()
    expect(await flushed).toBe(true)
    expect(broker.sent()).toEqual([{ 't-0': 5 }, { 't-0': 7 }])
  })

  test('tries a failed commit again, with what came meanwhile', async () => {
    const { broker, failures, mark, queue } = createQueue()
    mark(0, 5)
    mark(1, 7)
    mark(0, 9)
    broker.commits[0]!.answer(new Error('coordinator away'))
    const flushed = queue.flush(FOREVER_MS)
    await until(() => broker.commits.length === 2, { what: 'the second commit', intervalMs: 1 })
    expect(broker.sent()[1]).toEqual({ 't-0': 9, 't-1': 7 })
    broker.commits[1]!.answer()
    expect(await flushed).toBe(true)
    expect(failures).toEqual(['coordinator away'])
  })

  test('an abandoned generation sends nothing more, neither what waited nor what failed', async () => {
    const { broker, failures, mark, queue } = createQueue()
    mark(0, 5)
    mark(1, 7)
    queue.abandon()
    broker.commits[0]!.answer(new Error('illegal generation'))
    await settle()
    expect(broker.sent()).toEqual([{ 't-0': 5 }])
    expect(failures).toEqual([])
  })

  test.each([0, 1, 2, 3, 4, 5])('sends an offset that is marked %i microtasks after the last commit', async count => {
    const { broker, mark } = createQueue()
    mark(0, 5)
    broker.commits[0]!.answer()
    for (let passed = 0; passed < count; passed += 1) await Promise.resolve()
    mark(0, 6)
    await settle()
    expect(broker.sent()).toEqual([{ 't-0': 5 }, { 't-0': 6 }])
  })

  test('tells of each commit that got through, and not of one that did after its generation', async () => {
    const { broker, mark, queue, committed } = createQueue()
    mark(0, 5)
    broker.commits[0]!.answer()
    await settle()
    expect(committed).toHaveLength(1)
    mark(0, 6)
    queue.abandon()
    broker.commits[1]!.answer()
    await settle()
    expect(committed).toHaveLength(1)
  })

  test('an abandoned generation takes nothing more: what its handlers settle later is not theirs to commit', () => {
    const { broker, mark, queue } = createQueue()
    queue.abandon()
    mark(0, 5)
    expect(broker.sent()).toEqual([])
  })

  test('a hanging commit of an abandoned generation does not hold up the next generation', async () => {
    const { broker, mark, queue } = createQueue()
    mark(0, 5)
    queue.abandon()
    const next = createQueue({ broker })
    next.mark(0, 6)
    expect(broker.sent()).toEqual([{ 't-0': 5 }, { 't-0': 6 }])
    broker.commits[1]!.answer()
    expect(await next.queue.flush(FOREVER_MS)).toBe(true)
  })

  test('flush says when it did not get through in time', async () => {
    const { mark, queue } = createQueue()
    mark(0, 5)
    expect(await queue.flush(0)).toBe(false)
  })
})
