/** Order, one batch at a time, the same batch until it succeeds, and a stop that loses nothing. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { until } from '../../../shared/runtime/until.ts'
import { recordOf, sourceOf } from '../test/records.ts'
import type { LambdaKafkaEvent } from './lambda-event.ts'
import { PartitionWorker } from './partition-worker.ts'
import type { KafkaSource } from './settings.ts'
import { Slots } from './slots.ts'

interface Invocation {
  offsets: number[]
  succeed(): void
  fail(reason: string): void
}

const workers: PartitionWorker[] = []

afterEach(() => {
  for (const worker of workers.splice(0)) worker.stop()
})

/** A worker whose handler the test plays. */
function createWorker(
  changes: Partial<KafkaSource> = {},
  after = Promise.resolve(),
  slots = new Slots(10),
  waitMs = 0,
) {
  const invocations: Invocation[] = []
  const processed: number[] = []
  const lines: string[] = []
  let roomy = 0
  const say = (line: string) => void lines.push(line)
  const worker = new PartitionWorker(
    sourceOf(changes),
    0,
    {
      invoke: (_functionKey: string, event: LambdaKafkaEvent) =>
        new Promise<void>((resolve, reject) => {
          const offsets = event.records['payment.captured-0']!.map(({ offset }) => offset)
          invocations.push({ offsets, succeed: resolve, fail: reason => reject(new Error(reason)) })
        }),
      processed: nextOffset => processed.push(nextOffset),
      roomy: () => {
        roomy += 1
      },
      slots,
      log: { notice: say, warning: say, error: say, debug: say },
      waitMs: () => waitMs,
    },
    after,
  )
  workers.push(worker)
  const invocation = (index: number) => until(() => invocations[index], { what: `invocation ${index}`, intervalMs: 1 })
  return { worker, invocations, invocation, processed, lines, roomy: () => roomy }
}

const recordsOf = (...offsets: number[]) => offsets.map(offset => recordOf(offset))
const settle = () => new Promise(resolve => setImmediate(resolve))

describe('PartitionWorker', () => {
  test('hands over at most the batch size, one batch at a time, in order', async () => {
    const { worker, invocations, invocation, processed } = createWorker()
    worker.push(recordsOf(0, 1, 2))
    ;(await invocation(0)).succeed()
    expect(invocations).toHaveLength(1)
    ;(await invocation(1)).succeed()
    await until(() => processed.length === 2, { what: 'both batches' })
    expect(invocations.map(({ offsets }) => offsets)).toEqual([[0, 1], [2]])
    expect(processed).toEqual([2, 3])
  })

  test('nothing counts as processed before the handler has succeeded, and nothing else starts', async () => {
    const { worker, invocations, invocation, processed } = createWorker()
    worker.push(recordsOf(0, 1, 2, 3))
    await invocation(0)
    await settle()
    expect(processed).toEqual([])
    expect(invocations).toHaveLength(1)
    expect(worker.status()).toMatchObject({ inFlight: 2, waiting: 2, nextOffset: null })
  })

  test('hands the same batch over again until it succeeds, and says so', async () => {
    const { worker, invocations, invocation, processed, lines } = createWorker()
    worker.push(recordsOf(4, 5))
    ;(await invocation(0)).fail('database away')
    const second = await invocation(1)
    expect(worker.status()).toMatchObject({ failedAttempts: 1, lastError: 'database away' })
    worker.push(recordsOf(6))
    second.fail('database away')
    ;(await invocation(2)).succeed()
    await until(() => processed.length === 1, { what: 'the batch' })
    expect(invocations.slice(0, 3).map(({ offsets }) => offsets)).toEqual([
      [4, 5],
      [4, 5],
      [4, 5],
    ])
    expect(processed).toEqual([6])
    expect(worker.status()).toMatchObject({ failedAttempts: 0, lastError: null, nextOffset: 6 })
    expect(lines).toEqual([
      'record-ledger payment.captured-0: offset 4–5 failed (attempt 1): database away; again in 0 ms',
      'record-ledger payment.captured-0: offset 4–5 failed (attempt 2): database away; again in 0 ms',
      'record-ledger payment.captured-0: offset 4–5 succeeded at attempt 3',
    ])
  })

  test('commits past what the broker kept for itself behind the last record', async () => {
    const { worker, invocation, processed } = createWorker()
    worker.push([{ ...recordOf(7), nextOffset: 9 }])
    ;(await invocation(0)).succeed()
    await until(() => processed.length === 1, { what: 'the batch' })
    expect(processed).toEqual([9])
  })

  test('a batch ends before it would be larger than an invocation may be', async () => {
    const { worker, invocations, invocation } = createWorker({ batchSize: 100 })
    const twoMiB = Buffer.alloc(2 * 1024 * 1024)
    worker.push([0, 1, 2].map(offset => recordOf(offset, { value: twoMiB })))
    ;(await invocation(0)).succeed()
    await invocation(1)
    expect(invocations.map(({ offsets }) => offsets)).toEqual([[0, 1], [2]])
  })

  test('a record that is too large alone is handed over alone', async () => {
    const { worker, invocation } = createWorker()
    worker.push([recordOf(0, { value: Buffer.alloc(7 * 1024 * 1024) }), recordOf(1)])
    expect((await invocation(0)).offsets).toEqual([0])
  })

  test('gathers within the batching window and does not wait for it when the batch is full', async () => {
    const { worker, invocations, invocation } = createWorker({ batchingWindowMs: 3_600_000 })
    worker.push(recordsOf(0))
    await settle()
    expect(invocations).toEqual([])
    worker.push(recordsOf(1))
    expect((await invocation(0)).offsets).toEqual([0, 1])
  })

  test('hands over what there is when the batching window is over', async () => {
    const { worker, invocation } = createWorker({ batchingWindowMs: 1 })
    worker.push(recordsOf(0))
    expect((await invocation(0)).offsets).toEqual([0])
  })

  test('says when its buffer is full and when it has room again', async () => {
    const { worker, invocation, roomy } = createWorker({ batchSize: 5000 })
    expect(worker.push(recordsOf(...Array(9999).keys()))).toBe(false)
    expect(worker.push(recordsOf(9999))).toBe(true)
    ;(await invocation(0)).succeed()
    ;(await invocation(1)).succeed()
    expect(roomy()).toBe(1)
  })

  test('stop lets the running attempt finish, counts it, and starts nothing more', async () => {
    const { worker, invocations, invocation, processed } = createWorker()
    worker.push(recordsOf(0, 1, 2))
    const first = await invocation(0)
    worker.stop()
    first.succeed()
    await worker.ended
    expect(processed).toEqual([2])
    expect(invocations).toHaveLength(1)
  })

  test('stop ends the wait before the next attempt', async () => {
    const { worker, invocation, processed, lines } = createWorker({}, undefined, undefined, 3_600_000)
    worker.push(recordsOf(0))
    ;(await invocation(0)).fail('database away')
    await until(() => lines.length > 0, { what: 'the failure' })
    worker.stop()
    await worker.ended
    expect(processed).toEqual([])
  })

  test('starts nothing before an earlier worker of the partition has ended', async () => {
    const earlier = Promise.withResolvers<void>()
    const { worker, invocations, invocation } = createWorker({}, earlier.promise)
    worker.push(recordsOf(0))
    await settle()
    expect(invocations).toEqual([])
    earlier.resolve()
    expect((await invocation(0)).offsets).toEqual([0])
  })

  test('a partition that waits for its next attempt leaves its slot to others', async () => {
    const slots = new Slots(1)
    const blocked = createWorker({}, undefined, slots, 3_600_000)
    const flowing = createWorker({}, undefined, slots)
    blocked.worker.push(recordsOf(0))
    ;(await blocked.invocation(0)).fail('always')
    flowing.worker.push(recordsOf(0))
    expect((await flowing.invocation(0)).offsets).toEqual([0])
  })
})
