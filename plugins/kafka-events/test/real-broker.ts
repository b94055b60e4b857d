/** For tests against the broker of the running system: a topic of their own, the fixture's processes, offsets, kills. */
import { randomBytes } from 'node:crypto'
import '../src/kafkajs-repairs.ts'
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals'
import { AssignerProtocol, Kafka, logLevel, type Producer } from 'kafkajs'
import { brokers } from './broker.ts'
import { type FixtureApp, startFixture } from './fixture-app.ts'
import { createJournal, type Journal } from './journal.ts'
import { until } from './until.ts'

// Longer than all the waits of a test together: a wait that outlives its test would use clients that are closed.
export const TEST_TIMEOUT_MS = 240_000
const START_DEADLINE_MS = 45_000
const COMMIT_DEADLINE_MS = 60_000
/** Characters of a process's output that go with a failure. */
const OUTPUT_TAIL = 5_000

/** For everything that is drawn at random; printed where it matters. */
export const seed = process.env.SEED ?? '20250101'

export const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
export const admin = kafka.admin()

/** What the running test uses. The group has the topic's name. */
export let topic: string
export let producer: Producer | undefined
export let journal: Journal
export let apps: FixtureApp[]

/** Makes a topic for each test of the file, and removes it with every process that the test has started. */
export function useTopic({ partitions }: { partitions: number }): void {
  beforeAll(() => admin.connect())
  afterAll(() => admin.disconnect())

  beforeEach(async () => {
    topic = `kafka-events-test-${randomBytes(6).toString('hex')}`
    journal = createJournal()
    apps = []
    // A producer asks for every topic it ever sent to, and fails once one is deleted: a new one for each test.
    await renewProducer()
    if (partitions > 0) await createTopic(partitions)
  }, TEST_TIMEOUT_MS)

  afterEach(async () => {
    journal.release()
    for (const app of apps) app.signal('SIGKILL')
    await Promise.all(apps.map(app => app.exited))
    await producer?.disconnect()
    if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic] })
    journal.remove()
  }, TEST_TIMEOUT_MS)
}

/** One that knows the topic as it is now: records for a partition that kafkajs has not heard of are dropped without a word. */
export async function renewProducer(): Promise<void> {
  await producer?.disconnect()
  producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
}

/** Answers when every partition has its leader; patient, since the broker may be just back from an outage. */
export async function createTopic(partitions: number): Promise<void> {
  const topics = [{ topic, numPartitions: partitions }]
  await until(() => admin.createTopics({ topics, waitForLeaders: false }).then(() => true), {
    what: 'the topic to be made',
  })
  await endOffsets()
}

/** The fixture with the test's topic. */
export async function launch(environment: Record<string, string> = {}, command?: string[]): Promise<FixtureApp> {
  const names = { FIXTURE_TOPIC: topic, FIXTURE_GROUP: topic, ...journal.env }
  const app = await startFixture({ KAFKA_BROKERS: brokers, FIXTURE_SEED: seed, ...names, ...environment }, command)
  apps.push(app)
  return app
}

/** Launches it and waits until its output has the text; else throws with the output. */
export async function start(environment: Record<string, string> = {}, ready = `group ${topic} reads`) {
  const app = await launch(environment)
  await untilSaid(app, ready)
  return app
}

export async function untilSaid(app: FixtureApp, text: string): Promise<void> {
  const probe = () => app.output().includes(text) || app.ended()
  const said = until(probe, { what: `"${text}" in the output`, deadlineMs: START_DEADLINE_MS })
  await explained(said.then(() => app.output().includes(text) || Promise.reject(new Error('it ended'))))
}

/** Ends the process as a crash would. */
export async function kill(app: FixtureApp): Promise<void> {
  app.signal('SIGKILL')
  await app.exited
}

export const valuesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `value ${index}`)

/** Spreads so many records over the partitions by their keys. */
export async function produce(count: number): Promise<void> {
  await producer!.send({ topic, messages: valuesOf(count).map(value => ({ key: value, value })) })
}

export async function produceTo(partition: number, ...values: string[]): Promise<void> {
  await producer!.send({ topic, messages: values.map(value => ({ partition, value })) })
}

/** Patient: a broker that is just back answers, but not for every partition yet. */
export async function endOffsets(): Promise<number[]> {
  return byPartition(await until(() => admin.fetchTopicOffsets(topic), { what: 'the end offsets' }))
}

/** −1 where the group has committed nothing. */
export async function committed(): Promise<number[]> {
  const fetch = () => admin.fetchOffsets({ groupId: topic, topics: [topic] })
  const [found] = await until(fetch, { what: 'the committed offsets' })
  return byPartition(found!.partitions)
}

/** What a dead group has committed, once the broker has also worked off what a killed process had just sent. */
export async function settledCommits(): Promise<number[]> {
  let last: number[] = []
  const probe = async () => {
    const before = last
    last = await committed()
    return JSON.stringify(before) === JSON.stringify(last)
  }
  await until(probe, { what: 'the committed offsets to rest', intervalMs: 300 })
  return last
}

export async function untilCommitted(expected: number[], deadlineMs = COMMIT_DEADLINE_MS): Promise<void> {
  const wanted = JSON.stringify(expected)
  let last: number[] = []
  const probe = async () => {
    last = await committed()
    return JSON.stringify(last) === wanted
  }
  await explained(until(probe, { what: `offsets ${wanted} to be committed`, deadlineMs }), () => `committed ${last}`)
}

/** Who is in the group, by the broker's account. */
export async function members(): Promise<{ clientId: string; partitions: number[] }[]> {
  const { groups } = await admin.describeGroups([topic])
  return groups[0]!.members.map(({ clientId, memberAssignment }) => ({
    clientId,
    // Without an assignment as long as the group forms itself anew.
    partitions: memberAssignment.length === 0 ? [] : partitionsOf(memberAssignment),
  }))
}

function partitionsOf(assignment: Buffer): number[] {
  return AssignerProtocol.MemberAssignment.decode(assignment)?.assignment[topic] ?? []
}

/** Waits until exactly these processes, each with a partition, share all partitions of the topic. */
export async function untilShared(partitions: number, among: FixtureApp[]): Promise<void> {
  let last: Awaited<ReturnType<typeof members>> = []
  const probe = async () => {
    last = await members()
    const everyoneHasSome = among.every(({ pid }) =>
      last.some(member => member.clientId.split('-').includes(String(pid)) && member.partitions.length > 0),
    )
    return (
      last.length === among.length && everyoneHasSome && last.flatMap(member => member.partitions).length === partitions
    )
  }
  await explained(until(probe, { what: 'the partitions to be shared', deadlineMs: COMMIT_DEADLINE_MS }), () =>
    JSON.stringify(last),
  )
}

/** A wait that failed also says what the fixture's processes have printed. */
async function explained<T>(wait: Promise<T>, more = () => ''): Promise<T> {
  try {
    return await wait
  } catch (error) {
    const outputs = apps.map(app => `--- ${app.pid}\n${app.output().slice(-OUTPUT_TAIL)}`)
    throw new Error([(error as Error).message, more(), ...outputs].join('\n'))
  }
}

function byPartition(offsets: { partition: number; offset: string }[]): number[] {
  return offsets.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset))
}
