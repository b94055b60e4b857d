/** Order, one batch at a time, every record to its end, and a stop that loses nothing. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { messageOf, sourceOf } from '../test/records.ts'
import { until } from '../test/until.ts'
import { compileFilterPattern } from './filter.ts'
import type { LambdaKafkaEvent } from './lambda-event.ts'
import type { Discarded } from './on-failure.ts'
import { PartitionProcessor } from './partition-processor.ts'
import { Slots } from './slots.ts'
import type { KafkaSource } from './source.ts'

interface Invocation {
  /** `partition: offset` of every record. */
  positions: string[]
  offsets: number[]
  succeed(response?: unknown): void
  fail(reason?: string): void
}

interface Options {
  partitions?: number[]
  after?: Promise<void>
  slots?: Slots
  waitMs?: number
  nowMs?: number
}

const processors: PartitionProcessor[] = []

afterEach(() => {
  for (const processor of processors.splice(0)) processor.stop()
})

/** A processor whose handler the test plays. */
function createProcessor(changes: Partial<KafkaSource> = {}, options: Options = {}) {
  const { partitions = [0], after = Promise.resolve(), slots = new Slots(10), waitMs = 0, nowMs = 0 } = options
  const invocations: Invocation[] = []
  const settled: string[] = []
  const lines: string[] = []
  const discarded: Discarded[] = []
  const roomy: number[] = []
  const say = (line: string) => void lines.push(line)
  const processor = new PartitionProcessor(
    sourceOf(changes),
    partitions,
    {
      invoke: (_functionKey: string, event: LambdaKafkaEvent) =>
        new Promise((resolve, reject) => {
          const records = Object.values(event.records).flat()
          const positions = records.map(({ partition, offset }) => `${partition}: ${offset}`)
          const offsets = records.map(({ offset }) => offset)
          const fail = (reason = 'database away') => reject(new Error(reason))
          invocations.push({ positions, offsets, succeed: resolve, fail })
        }),
      settled: (partition, nextOffset) => settled.push(`${partition}: ${nextOffset}`),
      writeOnFailure: async (_source, given) => {
        discarded.push(given)
        return true
      },
      roomy: partition => roomy.push(partition),
      slots,
      log: { notice: say, warning: say, error: say, debug: say },
      nowMs: () => nowMs,
      waitMs: () => waitMs,
    },
    after,
  )
  processors.push(processor)
  const push = (...offsets: number[]) => pushTo(0, ...offsets)
  const pushTo = (partition: number, ...offsets: number[]) =>
    processor.push(
      partition,
      offsets.map(offset => messageOf(offset)),
      offsets.at(-1)! + 1,
    )
  const invocation = (index: number) => until(() => invocations[index], { what: `invocation ${index}`, intervalMs: 1 })
  return { processor, push, pushTo, invocations, invocation, settled, lines, discarded, roomy }
}

const settle = () => new Promise(resolve => setImmediate(resolve))
const failureOf = (...positions: [partition: number, offset: number][]) => ({
  batchItemFailures: positions.map(([partition, offset]) => ({
    itemIdentifier: { partition: `payment.captured-${partition}`, offset },
  })),
})

describe('PartitionProcessor', () => {
  test('hands over at most the batch size, one batch at a time, in order', async () => {
    const { push, invocations, invocation, settled } = createProcessor()
    push(0, 1, 2)
    ;(await invocation(0)).succeed()
    expect(invocations).toHaveLength(1)
    ;(await invocation(1)).succeed()
    await until(() => settled.includes('0: 3'), { what: 'both batches' })
    expect(invocations.map(({ offsets }) => offsets)).toEqual([[0, 1], [2]])
    expect([...new Set(settled)]).toEqual(['0: 2', '0: 3'])
  })

  test('nothing counts as settled before the handler has succeeded, and nothing else starts', async () => {
    const { processor, push, invocations, invocation, settled } = createProcessor()
    push(0, 1, 2, 3)
    await invocation(0)
    await settle()
    expect(settled).toEqual([])
    expect(invocations).toHaveLength(1)
    expect(processor.status(0)).toMatchObject({ inFlight: 2, waiting: 2, nextOffset: null })
  })

  test('hands the same batch over again until it succeeds, and says so', async () => {
    const { processor, push, invocations, invocation, settled, lines } = createProcessor()
    push(4, 5)
    ;(await invocation(0)).fail()
    const second = await invocation(1)
    expect(processor.status(0)).toMatchObject({ failedAttempts: 1, lastError: 'database away' })
    push(6)
    second.fail()
    ;(await invocation(2)).succeed()
    await until(() => settled.length > 0, { what: 'the batch' })
    expect(invocations.slice(0, 3).map(({ offsets }) => offsets)).toEqual([
      [4, 5],
      [4, 5],
      [4, 5],
    ])
    expect([...new Set(settled)]).toEqual(['0: 6'])
    expect(processor.status(0)).toMatchObject({ failedAttempts: 0, lastError: null, nextOffset: 6 })
    expect(lines).toEqual([
      'record-ledger payment.captured-0: offset 4–5 failed (attempt 1): database away; again in 0 ms',
      'record-ledger payment.captured-0: offset 4–5 failed (attempt 2): database away; again in 0 ms',
      'record-ledger payment.captured-0: offset 4–5 succeeded at attempt 3',
    ])
  })

  test('commits past what the broker kept for itself behind the last record', async () => {
    const { processor, invocation, settled } = createProcessor()
    processor.push(0, [messageOf(7)], 9)
    ;(await invocation(0)).succeed()
    await until(() => settled.length > 0, { what: 'the batch' })
    expect([...new Set(settled)]).toEqual(['0: 9'])
  })

  test('commits past a batch that has nothing for the function', () => {
    const { processor, settled } = createProcessor()
    processor.push(0, [], 4)
    expect(settled).toEqual(['0: 4'])
  })

  test('a stopped processor keeps nothing', async () => {
    const { processor, push, invocation } = createProcessor()
    push(0, 1, 2, 3)
    const first = await invocation(0)
    processor.stop()
    expect(processor.status(0)).toMatchObject({ waiting: 0, inFlight: 2 })
    first.succeed()
    await processor.ended
  })

  test('a stopped processor takes nothing: what is filtered behind the records it forgot moves nothing', async () => {
    const { processor, push, pushTo, invocation, settled } = createProcessor({
      filters: [compileFilterPattern({ value: ['value 0'] })],
    })
    push(0)
    const first = await invocation(0)
    pushTo(0, 0)
    processor.stop()
    processor.push(0, [], 9)
    pushTo(0, 7)
    first.succeed()
    await processor.ended
    expect([...new Set(settled)]).toEqual(['0: 1'])
  })

  test('a batch ends before it would be larger than an invocation may be', async () => {
    const { processor, invocations, invocation } = createProcessor({ batchSize: 100 })
    const value = Buffer.alloc(2 * 1024 * 1024)
    processor.push(
      0,
      [0, 1, 2].map(offset => messageOf(offset, { value })),
      3,
    )
    ;(await invocation(0)).succeed()
    await invocation(1)
    expect(invocations.map(({ offsets }) => offsets)).toEqual([[0, 1], [2]])
  })

  test('gathers within the batching window and does not wait for it when the batch is full', async () => {
    const { push, invocations, invocation } = createProcessor({ batchingWindowMs: 3_600_000 })
    push(0)
    await settle()
    expect(invocations).toEqual([])
    push(1)
    expect((await invocation(0)).offsets).toEqual([0, 1])
  })

  test('hands over what there is when the batching window is over', async () => {
    const { push, invocation } = createProcessor({ batchingWindowMs: 1 })
    push(0)
    expect((await invocation(0)).offsets).toEqual([0])
  })

  test('says when its queue is full and when it has room again', async () => {
    const { push, invocation, roomy } = createProcessor({ batchSize: 5000 })
    expect(push(...Array(9999).keys())).toBe(false)
    expect(push(9999)).toBe(true)
    ;(await invocation(0)).succeed()
    ;(await invocation(1)).succeed()
    expect(roomy).toEqual([0])
  })

  test('stop lets the running attempt finish, counts it, and starts nothing more', async () => {
    const { processor, push, invocations, invocation, settled } = createProcessor()
    push(0, 1, 2)
    const first = await invocation(0)
    processor.stop()
    first.succeed()
    await processor.ended
    expect([...new Set(settled)]).toEqual(['0: 2'])
    expect(invocations).toHaveLength(1)
  })

  test('stop ends the wait before the next attempt', async () => {
    const { processor, push, invocation, settled, lines } = createProcessor({}, { waitMs: 3_600_000 })
    push(0)
    ;(await invocation(0)).fail()
    await until(() => lines.length > 0, { what: 'the failure' })
    processor.stop()
    await processor.ended
    expect(settled).toEqual([])
  })

  test('starts nothing before an earlier processor of the partition has ended', async () => {
    const earlier = Promise.withResolvers<void>()
    const { push, invocations, invocation } = createProcessor({}, { after: earlier.promise })
    push(0)
    await settle()
    expect(invocations).toEqual([])
    earlier.resolve()
    expect((await invocation(0)).offsets).toEqual([0])
  })

  test('a partition that waits for its next attempt leaves its slot to others', async () => {
    const slots = new Slots(1)
    const blocked = createProcessor({}, { slots, waitMs: 3_600_000 })
    const flowing = createProcessor({}, { slots })
    blocked.push(0)
    ;(await blocked.invocation(0)).fail('always')
    flowing.push(0)
    expect((await flowing.invocation(0)).offsets).toEqual([0])
  })
})

describe('functions that await nothing', () => {
  test('leave the process its turns between the batches', async () => {
    let handled = 0
    const processor = new PartitionProcessor(
      sourceOf({ batchSize: 1 }),
      [0],
      {
        invoke: async () => {
          const startMs = performance.now()
          while (performance.now() - startMs < 1);
          handled += 1
        },
        settled: () => {},
        writeOnFailure: async () => true,
        roomy: () => {},
        slots: new Slots(1),
        log: { notice: () => {}, warning: () => {}, error: () => {}, debug: () => {} },
        nowMs: () => 0,
      },
      Promise.resolve(),
    )
    processors.push(processor)
    const records = Array.from({ length: 200 }, (_, offset) => messageOf(offset))
    processor.push(0, records, records.length)
    const handledByThen = await new Promise(resolve => setTimeout(() => resolve(handled), 5))
    expect(handledByThen).toBeLessThan(200)
    await until(() => handled === 200, { what: 'all', intervalMs: 1 })
  })
})

describe('a processor of several partitions', () => {
  test('packs them into one event, within the batch size, and begins with another one each time', async () => {
    const { pushTo, invocation, settled } = createProcessor({ batchSize: 3 }, { partitions: [0, 1] })
    pushTo(0, 0, 1, 2, 3)
    pushTo(1, 7, 8)
    const first = await invocation(0)
    expect(first.positions).toEqual(['0: 0', '0: 1', '0: 2'])
    first.succeed()
    const second = await invocation(1)
    expect(second.positions).toEqual(['1: 7', '1: 8', '0: 3'])
    second.succeed()
    await until(() => settled.includes('0: 4') && settled.includes('1: 9'), { what: 'all', intervalMs: 1 })
  })

  // As kafkajs does: each after the handler of the one before has resolved.
  test('waits without a batching window for what one fetch brought, and hands it over together', async () => {
    const { pushTo, invocation } = createProcessor({ batchSize: 10 }, { partitions: [0, 1, 2] })
    await settle()
    for (const partition of [0, 1, 2]) {
      pushTo(partition, partition)
      for (let turns = 0; turns < 20; turns++) await Promise.resolve()
    }
    expect((await invocation(0)).positions).toEqual(['0: 0', '1: 1', '2: 2'])
  })

  test('a record that is too large gets its turn beside a busy partition', async () => {
    const { processor, pushTo, invocations, invocation, discarded } = createProcessor(
      { onFailureTopic: 'failed' },
      { partitions: [0, 1] },
    )
    pushTo(1, 0)
    const first = await invocation(0)
    processor.push(0, [messageOf(0, { value: Buffer.alloc(5 * 1024 * 1024) })], 1)
    pushTo(1, 1, 2, 3, 4)
    first.succeed()
    ;(await invocation(1)).succeed()
    await invocation(2)
    expect(invocations.map(({ positions }) => positions)).toEqual([['1: 0'], ['1: 1', '1: 2'], ['1: 3', '1: 4']])
    expect(discarded).toMatchObject([{ reason: 'MaximumPayloadSizeExceeded' }])
  })

  test('fails them together', async () => {
    const { processor, pushTo, invocation } = createProcessor({ batchSize: 10 }, { partitions: [0, 1] })
    pushTo(0, 0)
    const first = await invocation(0)
    pushTo(0, 1)
    pushTo(1, 5)
    first.succeed()
    ;(await invocation(1)).fail()
    expect((await invocation(2)).positions).toEqual(['1: 5', '0: 1'])
    expect(processor.status(0)).toMatchObject({ failedAttempts: 1, lastError: 'database away', nextOffset: 1 })
    expect(processor.status(1)).toMatchObject({ failedAttempts: 1, inFlight: 1, nextOffset: null })
  })

  test('a report of failed records settles each partition up to its own first failure', async () => {
    const changes = { batchSize: 10, reportsItemFailures: true }
    const { pushTo, invocation, settled } = createProcessor(changes, { partitions: [0, 1] })
    pushTo(0, 0)
    const first = await invocation(0)
    pushTo(0, 1, 2)
    pushTo(1, 5, 6)
    first.succeed()
    ;(await invocation(1)).succeed(failureOf([1, 6], [0, 1]))
    expect((await invocation(2)).positions).toEqual(['1: 6', '0: 1', '0: 2'])
    expect(settled).toContain('1: 6')
    expect(settled).not.toContain('0: 2')
  })
})

describe('filters', () => {
  const filters = [compileFilterPattern({ value: ['value 0'] })]

  test('what no pattern matches reaches no batch, and is settled with the record before it', async () => {
    const { push, invocation, settled } = createProcessor({ batchSize: 10, filters })
    push(0, 1)
    ;(await invocation(0)).succeed()
    await until(() => settled.includes('0: 2'), { what: 'both', intervalMs: 1 })
  })

  test('a record that is filtered while the one before it is handled is settled with it', async () => {
    const { push, invocation, settled } = createProcessor({ batchSize: 1, filters })
    push(0)
    const first = await invocation(0)
    push(1)
    expect(settled).toEqual([])
    first.succeed()
    await until(() => settled.includes('0: 2'), { what: 'both', intervalMs: 1 })
  })

  test('with nothing before it, it is settled at once', () => {
    const { push, settled, processor } = createProcessor({ filters })
    push(1)
    expect(settled).toEqual(['0: 2'])
    expect(processor.status(0)).toMatchObject({ nextOffset: 2, waiting: 0 })
  })
})

describe('failures', () => {
  test('bisecting isolates the poison and hands everything else over in order', async () => {
    const { push, invocations, settled, discarded } = createProcessor(
      { batchSize: 8, bisectOnError: true, retryAttemptsMax: 1, onFailureTopic: 'failed' },
      {},
    )
    push(0, 1, 2, 3, 4, 5, 6, 7)
    let played = 0
    await until(
      () => {
        for (; played < invocations.length; played += 1)
          if (invocations[played]!.offsets.includes(5)) invocations[played]!.fail()
          else invocations[played]!.succeed()
        return settled.includes('0: 8')
      },
      { what: 'all settled', intervalMs: 1 },
    )
    expect(invocations.map(({ offsets }) => offsets)).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7],
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [4, 5],
      [4],
      [5],
      [5],
      [6, 7],
    ])
    expect(discarded).toMatchObject([{ records: [{ offset: 5 }], reason: 'RetriesExhausted', attempts: 2 }])
    expect([...new Set(settled)]).toEqual(['0: 4', '0: 5', '0: 6', '0: 8'])
  })

  test('used-up retries go to the destination, and the partition moves on', async () => {
    const { push, invocation, settled, discarded, lines } = createProcessor({
      retryAttemptsMax: 1,
      onFailureTopic: 'failed',
    })
    push(0, 1, 2)
    ;(await invocation(0)).fail()
    ;(await invocation(1)).fail()
    expect((await invocation(2)).offsets).toEqual([2])
    expect(discarded).toMatchObject([{ records: [{ offset: 0 }, { offset: 1 }], attempts: 2 }])
    expect(settled).toContain('0: 2')
    expect(lines.at(-1)).toContain('offset 0–1 given up (RetriesExhausted) and written to failed')
  })

  test('without a destination used-up retries block the partition, aloud', async () => {
    const { push, invocation, settled, lines } = createProcessor({ retryAttemptsMax: 0 })
    push(0)
    for (const index of [0, 1, 2]) (await invocation(index)).fail()
    await invocation(3)
    expect(settled).toEqual([])
    expect(lines.filter(line => line.includes('is blocked'))).toEqual([
      'record-ledger payment.captured-0 is blocked: offset 0 is given up by its settings (RetriesExhausted), and there is no on-failure topic: it is tried until it succeeds, where AWS would go on without it. Last error: database away',
    ])
  })

  test('without a destination records above the age block the partition, aloud', async () => {
    const { push, invocation, lines } = createProcessor(
      { recordAgeMaxMs: 60_000 },
      { nowMs: 1_545_084_650_987 + 60_001 },
    )
    push(0)
    ;(await invocation(0)).fail()
    expect((await invocation(1)).offsets).toEqual([0])
    expect(lines.at(-1)).toContain('is blocked: offset 0 is given up by its settings (RecordAgeExceeded)')
  })

  test('without a destination they are dropped, aloud, where the settings ask for what AWS does', async () => {
    const { push, settled, invocation, lines } = createProcessor({
      retryAttemptsMax: 0,
      discardsWithoutDestination: true,
    })
    push(0)
    ;(await invocation(0)).fail()
    await until(() => settled.includes('0: 1'), { what: 'the record to be dropped', intervalMs: 1 })
    expect(lines.at(-1)).toContain('offset 0 given up (RetriesExhausted) and dropped')
  })

  test('records above the age go to the destination unseen by the function, the others do not', async () => {
    const nowMs = 1_000_000
    const { processor, invocation, discarded } = createProcessor(
      { batchSize: 10, recordAgeMaxMs: 60_000, onFailureTopic: 'failed' },
      { nowMs },
    )
    const timestamps = [nowMs - 60_001, nowMs - 60_000, nowMs - 70_000, nowMs]
    processor.push(
      0,
      timestamps.map((timestamp, offset) => messageOf(offset, { timestamp: String(timestamp) })),
      4,
    )
    expect((await invocation(0)).offsets).toEqual([1, 3])
    expect(discarded).toMatchObject([
      { records: [{ offset: 0 }, { offset: 2 }], reason: 'RecordAgeExceeded', attempts: 0 },
    ])
  })

  test('a settled record behind an unsettled one does not move its partition', async () => {
    const nowMs = 1_000_000
    const changes = { batchSize: 10, recordAgeMaxMs: 60_000, onFailureTopic: 'failed' }
    const { processor, invocation, settled } = createProcessor(changes, { nowMs })
    const messages = [nowMs, 0].map((timestamp, offset) => messageOf(offset, { timestamp: String(timestamp) }))
    processor.push(0, messages, 2)
    const first = await invocation(0)
    expect(settled).toEqual([])
    first.succeed()
    await until(() => settled.includes('0: 2'), { what: 'both', intervalMs: 1 })
  })

  test('a record larger than an invocation may be goes to the destination', async () => {
    const { processor, push, invocation, discarded } = createProcessor({ onFailureTopic: 'failed' })
    processor.push(0, [messageOf(0, { value: Buffer.alloc(5 * 1024 * 1024) })], 1)
    push(1)
    expect((await invocation(0)).offsets).toEqual([1])
    expect(discarded).toMatchObject([{ reason: 'MaximumPayloadSizeExceeded', records: [{ offset: 0 }] }])
  })

  test('a record larger than an invocation may be blocks its partition when there is no destination', async () => {
    const { processor, invocations, lines } = createProcessor({}, { waitMs: 3_600_000 })
    processor.push(0, [messageOf(0, { value: Buffer.alloc(5 * 1024 * 1024) }), messageOf(1)], 2)
    await until(() => lines.length > 0, { what: 'a line' })
    expect(lines[0]).toContain('offset 0 failed (attempt 1): the record is larger than 6 MB')
    expect(invocations).toEqual([])
  })
})

describe('ReportBatchItemFailures', () => {
  const reporting = { batchSize: 10, reportsItemFailures: true }

  test('what comes before the lowest failed offset is settled, the rest is handed over again', async () => {
    const { push, invocation, settled } = createProcessor(reporting)
    push(0, 1, 2, 3)
    ;(await invocation(0)).succeed(failureOf([0, 3], [0, 2]))
    const second = await invocation(1)
    expect(second.offsets).toEqual([2, 3])
    expect(settled).toEqual(['0: 2'])
    second.succeed({ batchItemFailures: [] })
    await until(() => settled.includes('0: 4'), { what: 'the rest', intervalMs: 1 })
  })

  test('the rest is a batch of its own: its attempts are counted from there', async () => {
    const { push, invocation, discarded } = createProcessor({
      ...reporting,
      retryAttemptsMax: 2,
      onFailureTopic: 'failed',
    })
    push(0, 1, 2)
    ;(await invocation(0)).succeed(failureOf([0, 2]))
    for (const index of [1, 2, 3]) (await invocation(index)).succeed(failureOf([0, 2]))
    await until(() => discarded[0], { what: 'the record to be given up', intervalMs: 1 })
    expect(discarded).toMatchObject([{ records: [{ offset: 2 }], attempts: 3, isReported: true }])
  })

  test.each([[null], [undefined], [''], [[]], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }]])(
    '%j is a success',
    async response => {
      const { push, invocation, settled } = createProcessor(reporting)
      push(0, 1)
      ;(await invocation(0)).succeed(response)
      await until(() => settled.includes('0: 2'), { what: 'the batch', intervalMs: 1 })
    },
  )

  test.each([
    ['a text', 'ok'],
    ['no list', { batchItemFailures: 'payment.captured-0' }],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['a null identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
    ['another key', { batchItemFailures: [{ identifier: { partition: 'payment.captured-0', offset: 1 } }] }],
    ['another partition', failureOf([1, 1])],
    ['an offset that is not in the batch', failureOf([0, 9])],
    ['no offset', { batchItemFailures: [{ itemIdentifier: { partition: 'payment.captured-0' } }] }],
  ])('%s fails the whole batch', async (_name, response) => {
    const { push, invocation, settled } = createProcessor(reporting)
    push(0, 1)
    ;(await invocation(0)).succeed(response)
    expect((await invocation(1)).offsets).toEqual([0, 1])
    expect(settled).toEqual([])
  })

  test('without the setting the answer says nothing', async () => {
    const { push, invocation, settled } = createProcessor({ batchSize: 10 })
    push(0, 1)
    ;(await invocation(0)).succeed(failureOf([0, 1]))
    await until(() => settled.includes('0: 2'), { what: 'the batch', intervalMs: 1 })
  })
})
