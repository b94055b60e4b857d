/** A consumer's life: what it is assigned is handled and committed, and once a generation or the life is over, nothing of it acts. */
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import { messageOf, sourceOf } from '../test/records.ts'
import { until } from '../test/until.ts'
import { GroupMember } from './group-member.ts'
import type { LambdaKafkaEvent } from './lambda-event.ts'
import { Processors } from './processors.ts'
import { Slots } from './slots.ts'
import type { LocalSettings } from './source.ts'
import { Trouble } from './trouble.ts'

const source = sourceOf()
const { topic, groupId } = source
const local = { sessionTimeoutMs: 30_000, drainTimeoutMs: 10, partitionsPerEventMax: 1 } as LocalSettings

const members: GroupMember[] = []

afterEach(async () => {
  for (const member of members.splice(0)) await member.end()
})

/** A kafkajs consumer whose fetches, joins and other events the test plays. */
function createConsumer() {
  const events = {
    GROUP_JOIN: 'join',
    CRASH: 'crash',
    HEARTBEAT: 'heartbeat',
    FETCH_START: 'fetch start',
    REBALANCING: 'rebalancing',
    FETCH: 'fetch',
    END_BATCH_PROCESS: 'batch end',
  }
  const listeners = new Map<string, Set<(event: { payload: unknown }) => void>>()
  const calls: string[] = []
  const commits: string[] = []
  let protocol = (_: { topics: string[] }): unknown => undefined
  let eachBatch: ((payload: EachBatchPayload) => Promise<void>) | undefined
  const consumer = {
    events,
    on(name: string, listener: (event: { payload: unknown }) => void) {
      const those = listeners.get(name) ?? new Set()
      listeners.set(name, those.add(listener))
      return () => those.delete(listener)
    },
    connect: async () => {},
    subscribe: async () => {},
    run: async (options: { eachBatch: typeof eachBatch }) => {
      eachBatch = options.eachBatch
    },
    disconnect: async () => void calls.push('disconnect'),
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
    describeGroup: async () => ({ members: [] }),
  } as unknown as Consumer
  const kafka = {
    consumer: ({ partitionAssigners: [createAssigner] }: { partitionAssigners: [(config: object) => unknown] }) => {
      const cluster = { findGroupCoordinator: async () => undefined }
      const assigner = createAssigner({ cluster }) as { protocol: typeof protocol }
      if (!eachBatch) protocol = assigner.protocol
      return consumer
    },
  } as unknown as Kafka
  const emit = (name: keyof typeof events, payload: unknown = {}) => {
    for (const listener of listeners.get(events[name]) ?? []) listener({ payload })
  }
  /** What kafkajs does with a fetched batch of one partition. Says whether it was taken. */
  const fetched = async (partition: number, ...offsets: number[]): Promise<boolean> => {
    let isTaken = false
    await eachBatch!({
      batch: {
        topic,
        partition,
        messages: offsets.map(offset => messageOf(offset)),
        lastOffset: () => String(offsets.at(-1)),
      },
      resolveOffset: () => (isTaken = true),
      isStale: () => false,
      pause: () => () => {},
      commitOffsetsIfNecessary: async ({ topics: [first] }: { topics: { partitions: object[] }[] }) => {
        for (const { partition: of, offset } of first!.partitions as { partition: number; offset: string }[])
          commits.push(`${of}: ${offset}`)
      },
    } as unknown as EachBatchPayload)
    return isTaken
  }
  const join = (...partitions: number[]) => {
    protocol({ topics: [topic] })
    emit('GROUP_JOIN', { memberAssignment: { [topic]: partitions } })
  }
  return { kafka, calls, commits, emit, fetched, join, askToJoin: () => protocol({ topics: [topic] }) }
}

function createMember() {
  const consumer = createConsumer()
  const invocations: { offsets: number[]; succeed(): void }[] = []
  const lines: string[] = []
  const say = (line: string) => void lines.push(line)
  const log = { notice: say, warning: say, error: say, debug: say }
  const brokerTrouble = new Trouble('group', log)
  const commitTrouble = new Trouble('commits', log)
  const processors = new Processors({
    invoke: (_functionKey: string, event: LambdaKafkaEvent) =>
      new Promise(resolve => {
        const offsets = Object.values(event.records).flatMap(records => records.map(({ offset }) => offset))
        invocations.push({ offsets, succeed: () => resolve(undefined) })
      }),
    writeOnFailure: async () => true,
    slots: new Slots(10),
    log,
    nowMs: () => 0,
  })
  const member = new GroupMember([topic], {
    groupId,
    sources: new Map([[topic, source]]),
    local,
    log,
    createKafka: () => consumer.kafka,
    processors,
    brokerTrouble,
    commitTrouble,
  })
  members.push(member)
  const invocation = (index: number) => until(() => invocations[index], { what: `invocation ${index}`, intervalMs: 1 })
  return { member, ...consumer, invocations, invocation, lines, brokerTrouble }
}

const settle = () => new Promise(resolve => setImmediate(resolve))
const hasFailed = (member: GroupMember) => Promise.race([member.failed, settle().then(() => 'no')])

describe('while it is a member', () => {
  test('hands over what it fetches, and commits what is settled', async () => {
    const { member, join, fetched, invocation, commits } = createMember()
    await settle()
    join(0, 1)
    expect(member.partitions.map(({ partition }) => partition)).toEqual([0, 1])
    expect(await fetched(0, 5, 6)).toBe(true)
    ;(await invocation(0)).succeed()
    await until(() => commits.length > 0, { what: 'the commit', intervalMs: 1 })
    expect(commits).toEqual(['0: 7'])
  })

  test('a crash of the consumer is its failure', async () => {
    const { member, emit } = createMember()
    await settle()
    expect(await hasFailed(member)).toBe('no')
    emit('CRASH', { error: new Error('crashed') })
    expect(await hasFailed(member)).toMatchObject({ message: 'crashed' })
  })
})

describe('a join', () => {
  test('ends the generation: what was running is not committed in the next one, which waits for it', async () => {
    const { join, fetched, invocation, invocations, commits } = createMember()
    await settle()
    join(0)
    await fetched(0, 5)
    const former = await invocation(0)
    join(0)
    await fetched(0, 5, 6)
    await settle()
    expect(invocations).toHaveLength(1)

    former.succeed()
    const { offsets, succeed } = await invocation(1)
    expect({ offsets, commits }).toEqual({ offsets: [5, 6], commits: [] })
    succeed()
    await until(() => commits.length > 0, { what: 'the commit', intervalMs: 1 })
    expect(commits).toEqual(['0: 7'])
  })

  test('that has begun leaves nothing to be taken until it is done', async () => {
    const { member, join, fetched, askToJoin } = createMember()
    await settle()
    join(0)
    askToJoin()
    expect(member.partitions).toEqual([])
    expect(await fetched(0, 5)).toBe(false)
    join(0)
  })

  test('in the middle of the drain gives it no partition', async () => {
    const { member, join, fetched, invocation } = createMember()
    await settle()
    join(0)
    await fetched(0, 5)
    await invocation(0)
    const drained = member.drain()
    join(0)
    expect(member.partitions).toEqual([])
    await drained
  })
})

describe('once it is over', () => {
  async function createEnded() {
    const created = createMember()
    await settle()
    created.join(0)
    await created.fetched(0, 5)
    const running = await created.invocation(0)
    await created.member.end()
    created.calls.length = 0
    return { ...created, running }
  }

  test('what ran runs on, and is not committed', async () => {
    const { running, commits, invocations } = await createEnded()
    running.succeed()
    await settle()
    await settle()
    expect({ commits, invocations: invocations.length }).toEqual({ commits: [], invocations: 1 })
  })

  test('nothing that is fetched is taken', async () => {
    const { fetched, invocations } = await createEnded()
    expect(await fetched(0, 6)).toBe(false)
    expect(invocations).toHaveLength(1)
  })

  test('its consumer neither fails it nor speaks for the group', async () => {
    const { member, emit, brokerTrouble } = await createEnded()
    brokerTrouble.note('of the next consumer')
    emit('HEARTBEAT')
    emit('CRASH', { error: new Error('crashed') })
    expect(brokerTrouble.reason).toBe('of the next consumer')
    expect(await hasFailed(member)).toBe('no')
  })

  test('it may not join again; a join that is answered only then is left at once', async () => {
    const { askToJoin, emit, calls, member } = await createEnded()
    expect(askToJoin).toThrow('replaced')
    emit('GROUP_JOIN', { memberAssignment: { [topic]: [0] } })
    expect(calls).toEqual(['disconnect'])
    expect(member.partitions).toEqual([])
  })
})
