/** One consumer group: keeps a kafkajs consumer alive through every outage and feeds its partitions to their functions. */
import './codecs.ts'
import './kafkajs-timers.ts'
import {
  type Consumer,
  type ConsumerEndBatchProcessEvent,
  type EachBatchPayload,
  Kafka,
  type KafkaConfig,
  PartitionAssigners,
} from 'kafkajs'
import { backOffMs, brokerBackOff, sleep, within } from './back-off.ts'
import { CommitQueue, type CommittedOffset } from './commit-queue.ts'
import { isKafkaError, isRebalancing, messageOf } from './errors.ts'
import { FetchWatch } from './fetch-watch.ts'
import { tellOfFormerGroups } from './former-group.ts'
import { leaveGroup } from './group-leave.ts'
import { createGroupOffsets, type GroupOffsets } from './group-offsets.ts'
import type { Invoke } from './invocation.ts'
import { type Log, quietLogCreator } from './log.ts'
import { OnFailureTopic } from './on-failure.ts'
import { PartitionProcessor, type PartitionStatus, type ProcessorPorts } from './partition-processor.ts'
import { Slots } from './slots.ts'
import type { KafkaSource, LocalSettings } from './source.ts'
import { fixedPositions, pinStartingPositions } from './starting-position.ts'
import { Trouble } from './trouble.ts'

// A fetch returns as soon as there is a record; this bounds how long a resumed partition or a stop waits for its end.
const FETCH_WAIT_MS = 250
const REQUEST_TIMEOUT_MS = 10_000
const REFUSED_MS = 50
// How soon a partition that was added is read.
const METADATA_MAX_AGE_MS = 5000
const REBALANCE_TIMEOUT_MS = 60_000
const STUCK_MS = 30_000
const STUCK_POLL_MS = 5000
// A heartbeat that was under way when a join began may be answered a moment later.
const HALF_JOINED_MS = 2000
const TOPIC_POLL_MS = 2000
// A consumer that failed after this long is replaced as if it were the first to fail.
const LONG_LIFE_MS = 30_000
const LEAVE_TIMEOUT_MS = 3000
const JOIN_GRACE_MS = 1000
// kafkajs tries, once a second, for as long as an outage lasts: the same member resumes at once, where a new one would have to
// wait for the session of the old one to end.
const RETRIES_MAX = 1_000_000

export interface GroupConsumerPorts {
  invoke: Invoke
  functionArnOf(functionKey: string): string
  log: Log
}

export interface GroupStatus {
  groupId: string
  /** `waiting` for a broker, a topic or its partitions. */
  state: 'waiting' | 'running' | 'stopped'
  lastError: string | null
  partitions: ({
    functionKey: string
    topic: string
    partition: number
    /** The next offset to be settled. Null, as those below, while the broker does not say. */
    position: number | null
    endOffset: number | null
    lag: number | null
  } & Omit<PartitionStatus, 'nextOffset'>)[]
}

type BatchPayload = ConsumerEndBatchProcessEvent['payload']

interface Session {
  topic: string
  partition: number
  source: KafkaSource
  processor: PartitionProcessor
}

export class GroupConsumer {
  readonly groupId: string
  readonly #sources: Map<string, KafkaSource>
  readonly #local: LocalSettings
  readonly #ports: GroupConsumerPorts
  readonly #slots: Slots
  readonly #stopping = new AbortController()
  /** The partitions that are ours in this generation of the group. */
  readonly #sessions = new Map<string, Session>()
  /** When the last invocation for a partition ends, whichever generation started it. */
  readonly #processorsEnd = new Map<string, Promise<void>>()
  readonly #commits: CommitQueue
  #hasToldOfFormerGroups = false
  #consumer: Consumer | undefined
  readonly #fetches = new FetchWatch(2 * REQUEST_TIMEOUT_MS)
  #lastHeartbeatMs = 0
  /** A join has begun and is not done: the partitions are nobody's here. */
  #joiningSinceMs: number | undefined
  #clientId = newClientId()
  #commit: EachBatchPayload['commitOffsetsIfNecessary'] | undefined
  #restart = (_reason: Error) => {}
  #loop: Promise<void> = Promise.resolve()
  readonly #trouble: Trouble
  readonly #commitTrouble: Trouble
  readonly #lifeTrouble: Trouble
  readonly #onFailure: OnFailureTopic
  readonly #offsets: () => Promise<GroupOffsets>

  constructor(sources: KafkaSource[], local: LocalSettings, ports: GroupConsumerPorts) {
    this.groupId = sources[0]!.groupId
    this.#sources = new Map(sources.map(source => [source.topic, source]))
    this.#local = local
    this.#ports = ports
    this.#slots = new Slots(local.partitionsInFlightMax)
    this.#trouble = new Trouble(`group ${this.groupId}`, ports.log)
    this.#commitTrouble = new Trouble(`group ${this.groupId}: commits`, ports.log)
    this.#lifeTrouble = new Trouble(`group ${this.groupId}: consumer`, ports.log)
    this.#onFailure = new OnFailureTopic(this.#kafka({ retries: 0 }), ports.log, ports.functionArnOf)
    this.#offsets = createGroupOffsets(this.#kafka({ retries: 0 }), this.groupId, [...this.#sources.keys()])
    this.#commits = new CommitQueue({
      commit: offsets => this.#sendCommit(offsets),
      onFailure: (error, failedForMs) => this.#commitFailed(error, failedForMs),
    })
  }

  /** Returns at once; connects, and connects again, in the background until `stop`. */
  start(): void {
    this.#loop = this.#keepAlive()
  }

  /** Fetches no more, lets running handlers finish, commits and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#restart(new Error('stopping'))
    await this.#loop
    await this.#onFailure.close()
  }

  /** Asks the broker for the ends of the partitions, for a second at most. */
  async status(): Promise<GroupStatus> {
    const offsets = await this.#offsets()
    const partitions = [...this.#sessions].map(([key, { topic, partition, source, processor }]) => {
      const { nextOffset, ...rest } = processor.status(partition)
      const known = offsets.get(key)
      const position = nextOffset ?? known?.committed ?? known?.low ?? null
      const endOffset = known?.end ?? null
      const lag = position === null || endOffset === null ? null : Math.max(0, endOffset - position)
      return { functionKey: source.functionKey, topic, partition, position, endOffset, lag, ...rest }
    })
    return { groupId: this.groupId, state: this.#state(), lastError: this.#lastError, partitions }
  }

  get #lastError(): string | null {
    return this.#trouble.reason ?? this.#commitTrouble.reason ?? this.#lifeTrouble.reason
  }

  #state(): GroupStatus['state'] {
    if (this.#stopping.signal.aborted) return 'stopped'
    return this.#consumer && this.#trouble.reason === null ? 'running' : 'waiting'
  }

  async #keepAlive(): Promise<void> {
    const { signal } = this.#stopping
    let failedLives = 0
    while (!signal.aborted) {
      const startedMs = performance.now()
      let trouble = this.#trouble
      try {
        const topics = await this.#presentTopics()
        await this.#tellOfFormerGroups()
        trouble = this.#lifeTrouble
        await this.#live(topics)
        failedLives = 0
      } catch (error) {
        const lastedMs = performance.now() - startedMs
        const wasLong = lastedMs > LONG_LIFE_MS
        failedLives = wasLong ? 1 : failedLives + 1
        trouble.note(messageOf(error))
        if (wasLong && trouble === this.#lifeTrouble) this.#sayEnded(error, Math.round(lastedMs))
        await sleep(backOffMs(failedLives, brokerBackOff), signal)
      }
    }
  }

  /** Once: after its first commit the group is no new one. */
  async #tellOfFormerGroups(): Promise<void> {
    if (this.#hasToldOfFormerGroups) return
    this.#hasToldOfFormerGroups = true
    await tellOfFormerGroups(this.#kafka({ retries: 5 }), [...this.#sources.values()], this.#ports.log)
  }

  #sayEnded(error: unknown, lastedMs: number): void {
    const { groupId } = this
    this.#ports.log.warning(
      `group ${groupId}: a new consumer begins, the last one ended after ${Math.round(lastedMs / 1000)} s: ${messageOf(error)}`,
      { event: 'consumer_ended', groupId, lastedMs, error: messageOf(error) },
    )
  }

  /** The topics that exist of those that are asked for. Throws while there is none, or no broker. */
  async #presentTopics(): Promise<string[]> {
    const admin = this.#kafka({ retries: 0 }).admin()
    try {
      await admin.connect()
      const existing = new Set(await admin.listTopics())
      const topics = [...this.#sources.keys()].filter(topic => existing.has(topic))
      if (topics.length === 0) throw new Error(`waiting for topic ${[...this.#sources.keys()].join(', ')} to exist`)
      return topics
    } finally {
      await within(LEAVE_TIMEOUT_MS, admin.disconnect())
    }
  }

  /** One consumer from its connection to its end: a crash, a topic that has appeared, or the stop. */
  async #live(topics: string[]): Promise<void> {
    const ended = Promise.withResolvers<Error>()
    this.#restart = ended.resolve
    this.#clientId = newClientId()
    const consumer = this.#createConsumer()
    this.#consumer = consumer
    this.#fetches.clear()
    this.#joiningSinceMs = undefined
    const starting = this.#run(consumer, topics)
    const isLasting = setTimeout(() => this.#lifeTrouble.over(), LONG_LIFE_MS)
    try {
      const reason = await this.#untilEnded(topics, starting, ended.promise)
      if (reason) throw reason
      await this.#finishHandlers()
    } finally {
      clearTimeout(isLasting)
      this.#revoke()
      await this.#leave(consumer, starting)
      this.#consumer = undefined
      this.#commit = undefined
    }
  }

  /**
   * kafkajs leaves the group only as a member: disconnected in the middle of a join it says nothing, and the next process would
   * get no partition before the session of this one is over. So a join gets a moment to end; else the group is left for it.
   */
  async #leave(consumer: Consumer, starting: Promise<void>): Promise<void> {
    const hasJoined = await within(JOIN_GRACE_MS, starting)
    const hasLeft = await within(LEAVE_TIMEOUT_MS, consumer.disconnect())
    if (hasJoined && hasLeft && this.#joiningSinceMs === undefined) return
    await within(LEAVE_TIMEOUT_MS, leaveGroup(this.#kafka({ retries: 1 }), this.groupId, this.#clientId))
  }

  async #run(consumer: Consumer, topics: string[]): Promise<void> {
    await consumer.connect()
    // Another start is pinned before the first fetch: this is where an offset that is gone is set to.
    for (const topic of topics) await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: payload => this.#take(consumer, payload),
    })
  }

  /** The error that ended it, or nothing when a missing topic has appeared or the plugin stops. */
  async #untilEnded(topics: string[], starting: Promise<void>, crashed: Promise<Error>): Promise<Error | undefined> {
    const done = new AbortController()
    const signal = AbortSignal.any([done.signal, this.#stopping.signal])
    const missing = [...this.#sources.keys()].filter(topic => !topics.includes(topic))
    try {
      return await Promise.race([
        // Only its failure ends the wait: a start that hangs for ever is found by the watch below.
        starting.then(() => new Promise<never>(() => {})),
        crashed.then(error => (this.#stopping.signal.aborted ? undefined : error)),
        this.#untilOneExists(missing, signal),
        this.#untilStuck(signal),
      ])
    } finally {
      done.abort()
    }
  }

  /**
   * While no broker answers, kafkajs is left to try, as the member it is. When one answers and the member's heartbeat, which is
   * part of fetching, still does not come through, kafkajs is stuck: on a topic that is gone, or a coordinator that moved.
   */
  async #untilStuck(signal: AbortSignal): Promise<Error | undefined> {
    this.#lastHeartbeatMs = performance.now()
    while (!signal.aborted) {
      await sleep(STUCK_POLL_MS, signal)
      if (performance.now() - this.#lastHeartbeatMs < STUCK_MS || this.#isJoiningInTime) continue
      if (await this.#isReachable()) return new Error(`no heartbeat for ${STUCK_MS / 1000} s though a broker answers`)
    }
  }

  /** The broker may hold a join up until every other member has joined, or has been given up. */
  get #isJoiningInTime(): boolean {
    const sinceMs = this.#joiningSinceMs
    return sinceMs !== undefined && performance.now() - sinceMs < REBALANCE_TIMEOUT_MS + this.#local.sessionTimeoutMs
  }

  async #isReachable(): Promise<boolean> {
    try {
      await this.#presentTopics()
      return true
    } catch {
      return false
    }
  }

  async #untilOneExists(missing: string[], signal: AbortSignal): Promise<undefined> {
    if (missing.length === 0) return new Promise(() => {})
    this.#ports.log.warning(`${this.groupId}: waiting for topic ${missing.join(', ')} to exist`, {
      event: 'topics_missing',
      groupId: this.groupId,
      topics: missing,
    })
    for (;;) {
      await sleep(TOPIC_POLL_MS, signal)
      if (signal.aborted) return
      const present = await this.#presentTopics().catch((): string[] => [])
      if (missing.some(topic => present.includes(topic))) return
    }
  }

  #createConsumer(): Consumer {
    const { sessionTimeoutMs } = this.#local
    const consumer = this.#kafka({ retries: RETRIES_MAX }).consumer({
      groupId: this.groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: Math.min(3000, Math.floor(sessionTimeoutMs / 4)),
      maxWaitTimeInMs: FETCH_WAIT_MS,
      minBytes: 1,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      partitionAssigners: [
        config => {
          const assigner = PartitionAssigners.roundRobin(config)
          // kafkajs asks for this first thing whenever it joins, for whatever reason: the one moment that is never missed.
          const protocol: typeof assigner.protocol = subscription => {
            if (consumer !== this.#consumer) throw new Error('this consumer has been replaced')
            this.#joining()
            return assigner.protocol(subscription)
          }
          return { ...assigner, protocol }
        },
      ],
      // A crashed consumer is never restarted by kafkajs: it would do so for some errors and stay dead after others.
      retry: { restartOnFailure: async () => false },
    })
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.#joined(consumer, payload.memberAssignment))
    consumer.on(consumer.events.CRASH, ({ payload }) => this.#restart(payload.error))
    consumer.on(consumer.events.HEARTBEAT, () => this.#heartbeat(consumer))
    consumer.on(consumer.events.FETCH_START, ({ payload }) => this.#fetches.started(String(payload.nodeId)))
    // It has waited for all its fetches then.
    consumer.on(consumer.events.REBALANCING, () => this.#fetches.allEnded())
    consumer.on(consumer.events.FETCH, ({ payload }) => this.#fetches.ended(String(payload.nodeId)))
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => this.#passed(consumer, payload))
    return consumer
  }

  #kafka({ retries }: { retries: number }): Kafka {
    const config: KafkaConfig = {
      clientId: this.#clientId,
      brokers: [...this.#sources.values()][0]!.brokers,
      ssl: this.#local.ssl,
      sasl: this.#local.sasl,
      logCreator: quietLogCreator(this.#ports.log, reason => this.#trouble.note(reason)),
      connectionTimeout: 2000,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: { retries, initialRetryTime: 100, maxRetryTime: 1000 },
    }
    return new Kafka(config)
  }

  /** A new generation of the group: these partitions are ours. */
  #joined(consumer: Consumer, assignment: Record<string, number[]>): void {
    if (consumer !== this.#consumer) {
      endZombie(consumer)
      return
    }
    this.#joiningSinceMs = undefined
    if (this.#stopping.signal.aborted) return
    this.#fetches.joined()
    for (const [topic, partitions] of Object.entries(assignment)) {
      const source = this.#sources.get(topic)
      if (!source) continue
      consumer.resume([{ topic, partitions }])
      for (const shared of chunksOf(partitions, this.#local.partitionsPerEventMax))
        this.#openProcessor(consumer, source, shared)
      if (fixedPositions.has(source.startingPosition)) void this.#pin(consumer, source, partitions)
    }
    this.#heartbeat(consumer)
    const names = Object.entries(assignment).map(([topic, partitions]) => `${topic} [${partitions.join(' ')}]`)
    this.#ports.log.notice(`group ${this.groupId} reads ${names.join(', ') || 'no partition'}`, {
      event: 'partitions_assigned',
      groupId: this.groupId,
      partitions: assignment,
    })
  }

  #openProcessor(consumer: Consumer, source: KafkaSource, partitions: number[]): void {
    const { topic } = source
    const keyOf = (partition: number) => `${topic}-${partition}`
    const isCurrent = (partition: number) => this.#processorOf(topic, partition) === processor
    const ports: ProcessorPorts = {
      ...this.#ports,
      writeOnFailure: (...given) => this.#onFailure.write(...given),
      slots: this.#slots,
      nowMs: () => Date.now(),
      settled: (partition, offset) => {
        if (isCurrent(partition)) this.#commits.mark({ topic, partition, offset })
      },
      roomy: partition => {
        if (isCurrent(partition)) whileRunning(() => consumer.resume([{ topic, partitions: [partition] }]))
      },
    }
    const earlier = Promise.allSettled(partitions.map(partition => this.#processorsEnd.get(keyOf(partition))))
    const processor = new PartitionProcessor(source, partitions, ports, earlier)
    for (const partition of partitions) {
      this.#sessions.set(keyOf(partition), { topic, partition, source, processor })
      this.#processorsEnd.set(keyOf(partition), processor.ended)
    }
    processor.ended.catch(error => this.#restart(error as Error))
  }

  #heartbeat(consumer: Consumer): void {
    if (consumer !== this.#consumer) return
    this.#lastHeartbeatMs = performance.now()
    this.#trouble.over()
    // A join whose connection breaks is dropped by kafkajs without a word: it goes on in its old generation, which we gave up.
    const joiningMs = performance.now() - (this.#joiningSinceMs ?? performance.now())
    if (joiningMs > HALF_JOINED_MS) this.#restart(new Error('a broken connection ended a join half-way'))
  }

  #joining(): void {
    this.#joiningSinceMs ??= performance.now()
    this.#revoke()
  }

  /** From here on nothing of the old generation may start or be committed; what runs runs on. */
  #revoke(): void {
    for (const { processor } of this.#sessions.values()) processor.stop()
    this.#sessions.clear()
    this.#commits.abandon()
  }

  /** Puts what was fetched into the partition's queue and returns, so that one slow partition holds up no other. */
  async #take(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, commitOffsetsIfNecessary, isStale, pause } = payload
    // What is not taken is fetched again at once: not as fast as it can.
    if (consumer === this.#consumer && this.#fetches.mayBeStale) return sleep(REFUSED_MS)
    const processor = this.#processorOf(batch.topic, batch.partition)
    const last = batch.messages.at(-1)
    if (consumer !== this.#consumer || !processor || processor.isStopped || !last || isStale()) return
    this.#commit = commitOffsetsIfNecessary
    this.#trouble.over()
    const isFull = processor.push(batch.partition, batch.messages, Number(batch.lastOffset()) + 1)
    resolveOffset(last.offset)
    if (isFull) pause()
  }

  /** kafkajs keeps batches without a record for the function to itself: what an aborted transaction wrote. */
  #passed(consumer: Consumer, { topic, partition, batchSize, lastOffset }: BatchPayload): void {
    if (consumer !== this.#consumer || batchSize > 0 || this.#fetches.mayBeStale) return
    this.#processorOf(topic, partition)?.push(partition, [], Number(lastOffset) + 1)
  }

  #processorOf(topic: string, partition: number): PartitionProcessor | undefined {
    return this.#sessions.get(`${topic}-${partition}`)?.processor
  }

  /** Commits where the topic begins for the group, partitions of other members included: only the first of them may say LATEST. */
  async #pin(consumer: Consumer, source: KafkaSource, partitions: number[]): Promise<void> {
    const { topic } = source
    const processorOf = (partition: number) => this.#processorOf(topic, partition)
    consumer.pause([{ topic, partitions }])
    try {
      const processors = new Map(partitions.map(partition => [partition, processorOf(partition)]))
      const pinned = await pinStartingPositions(this.#kafka({ retries: 5 }), source)
      if (
        consumer !== this.#consumer ||
        partitions.some(partition => processorOf(partition) !== processors.get(partition))
      )
        return
      const offsets = pinned.map(({ partition, offset }) => ({ topic, partition, offset: String(offset) }))
      for (const offset of offsets) if (processors.has(offset.partition)) consumer.seek(offset)
      if (offsets.length > 0) await consumer.commitOffsets(offsets)
      consumer.resume([{ topic, partitions }])
    } catch (error) {
      this.#restart(error as Error)
    }
  }

  /** kafkajs's own function of the fetch loop: it takes the generation at the call and does not retry into the next one. */
  async #sendCommit(offsets: CommittedOffset[]): Promise<void> {
    if (!this.#commit) throw new Error('not connected')
    const topics = Map.groupBy(offsets, ({ topic }) => topic)
    await this.#commit({
      topics: [...topics].map(([topic, of]) => ({
        topic,
        partitions: of.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      })),
    })
    this.#trouble.over()
    this.#commitTrouble.over()
  }

  #commitFailed(error: unknown, failedForMs: number): void {
    // The fetch loop finds out by its next heartbeat and joins anew; what is not committed is delivered again.
    if (!isRebalancing(error)) this.#commitTrouble.note(messageOf(error))
    if (failedForMs > 3 * this.#local.sessionTimeoutMs) this.#restart(new Error(`commits fail: ${messageOf(error)}`))
  }

  /** Fetches no more and waits for the handlers that run, at most as long as the settings say; then commits. */
  async #finishHandlers(): Promise<void> {
    const { drainTimeoutMs } = this.#local
    const sessions = [...this.#sessions.values()]
    const processors = [...new Set(sessions.map(({ processor }) => processor))]
    for (const processor of processors) processor.stop()
    for (const { topic, partition } of sessions)
      whileRunning(() => this.#consumer?.pause([{ topic, partitions: [partition] }]))
    const inTime = await within(drainTimeoutMs, Promise.all(processors.map(({ ended }) => ended)))
    const late = processors.filter(({ isInvoking }) => isInvoking).map(({ name }) => name)
    if (!inTime)
      this.#ports.log.warning(`still running after ${drainTimeoutMs} ms, delivered again later: ${late.join(', ')}`, {
        event: 'drain_timed_out',
        groupId: this.groupId,
        late,
      })
    if (await this.#commits.flush(LEAVE_TIMEOUT_MS)) return
    this.#ports.log.warning(
      `group ${this.groupId}: the last offsets are not committed, their records will be delivered again`,
      {
        event: 'commit_missing',
        groupId: this.groupId,
      },
    )
  }
}

/** kafkajs throws when the consumer has just ended; the next one starts with every partition resumed. */
function whileRunning(step: () => void): void {
  try {
    step()
  } catch (error) {
    if (!isKafkaError(error)) throw error
  }
}

function chunksOf<T>(list: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}

/** A consumer of its own for each: the broker is asked by it who is to leave the group, and containers share pids. */
const newClientId = () => `kafka-events-${process.pid}-${crypto.randomUUID().slice(0, 8)}`

/** Given up in the middle of its join, it would be a member that reads nothing. */
function endZombie(consumer: Consumer): void {
  void consumer.disconnect().catch(() => {})
}
