/** One consumer group: decides when a consumer of it begins and when it is replaced, through every outage, until the stop. */
import './codecs.ts'
import './kafkajs-repairs.ts'
import type { Kafka } from 'kafkajs'
import { backOffMs, brokerBackOff, sleep } from './back-off.ts'
import { messageOf } from './errors.ts'
import { tellOfFormerGroups } from './former-group.ts'
import { GroupMember, type MemberPorts } from './group-member.ts'
import { createGroupOffsets, type GroupOffsets } from './group-offsets.ts'
import type { Invoke } from './invocation.ts'
import { kafkaClientsOf } from './kafka-clients.ts'
import type { Log } from './log.ts'
import { OnFailureTopic } from './on-failure.ts'
import type { PartitionStatus } from './partition-processor.ts'
import { presentTopics } from './present-topics.ts'
import { Processors } from './processors.ts'
import { Slots } from './slots.ts'
import type { KafkaSource, LocalSettings } from './source.ts'
import { Trouble } from './trouble.ts'

const STUCK_MS = 30_000
const STUCK_POLL_MS = 5000
const TOPIC_POLL_MS = 2000
// A consumer that failed after this long is replaced as if it were the first to fail.
const LASTING_MS = 30_000

export interface GroupPorts {
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

export class GroupSupervisor {
  readonly groupId: string
  readonly #sources: Map<string, KafkaSource>
  readonly #memberPorts: MemberPorts
  readonly #onFailure: OnFailureTopic
  readonly #offsets: () => Promise<GroupOffsets>
  readonly #brokerTrouble: Trouble
  readonly #commitTrouble: Trouble
  readonly #consumerTrouble: Trouble
  readonly #stopping = new AbortController()
  #hasToldOfFormerGroups = false
  #member: GroupMember | undefined
  #loop: Promise<void> = Promise.resolve()

  /** `sources` are all of the group on one cluster, one for each topic. */
  constructor(sources: KafkaSource[], local: LocalSettings, { invoke, functionArnOf, log }: GroupPorts) {
    const groupId = sources[0]!.groupId
    this.groupId = groupId
    this.#sources = new Map(sources.map(source => [source.topic, source]))
    this.#brokerTrouble = new Trouble(`group ${groupId}`, log)
    this.#commitTrouble = new Trouble(`group ${groupId}: commits`, log)
    this.#consumerTrouble = new Trouble(`group ${groupId}: consumer`, log)
    this.#memberPorts = {
      groupId,
      sources: this.#sources,
      local,
      log,
      createKafka: kafkaClientsOf(sources[0]!, local, log),
      processors: new Processors({
        invoke,
        writeOnFailure: (...given) => this.#onFailure.write(...given),
        slots: new Slots(local.partitionsInFlightMax),
        log,
        nowMs: () => Date.now(),
      }),
      brokerTrouble: this.#brokerTrouble,
      commitTrouble: this.#commitTrouble,
    }
    this.#onFailure = new OnFailureTopic(this.#kafka({ retries: 0 }), log, functionArnOf)
    this.#offsets = createGroupOffsets(this.#kafka({ retries: 0 }), groupId, this.#topics)
  }

  /** Returns at once; connects, and connects again, in the background until `stop`. */
  start(): void {
    this.#loop = this.#keepAlive()
  }

  /** Fetches no more, lets running handlers finish, commits and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
    await this.#onFailure.close()
  }

  /** Asks the broker for the ends of the partitions, for a second at most. */
  async status(): Promise<GroupStatus> {
    const offsets = await this.#offsets()
    const assigned = this.#member?.partitions ?? []
    const partitions = assigned.map(({ topic, partition, source, processor }) => {
      const { nextOffset, ...rest } = processor.status(partition)
      const known = offsets.get(`${topic}-${partition}`)
      const position = nextOffset ?? known?.committed ?? known?.low ?? null
      const endOffset = known?.end ?? null
      const lag = position === null || endOffset === null ? null : Math.max(0, endOffset - position)
      return { functionKey: source.functionKey, topic, partition, position, endOffset, lag, ...rest }
    })
    return { groupId: this.groupId, state: this.#state, lastError: this.#lastError, partitions }
  }

  get #lastError(): string | null {
    return this.#brokerTrouble.reason ?? this.#commitTrouble.reason ?? this.#consumerTrouble.reason
  }

  get #state(): GroupStatus['state'] {
    if (this.#stopping.signal.aborted) return 'stopped'
    return this.#member && this.#brokerTrouble.reason === null ? 'running' : 'waiting'
  }

  get #topics(): string[] {
    return [...this.#sources.keys()]
  }

  async #keepAlive(): Promise<void> {
    const { signal } = this.#stopping
    let failures = 0
    while (!signal.aborted) {
      const startedMs = performance.now()
      let trouble = this.#brokerTrouble
      try {
        const topics = await this.#presentTopics()
        await this.#tellOfFormerGroups()
        trouble = this.#consumerTrouble
        await this.#runMember(topics)
        failures = 0
      } catch (error) {
        const lastedMs = performance.now() - startedMs
        const wasLong = lastedMs > LASTING_MS
        failures = wasLong ? 1 : failures + 1
        trouble.note(messageOf(error))
        if (wasLong && trouble === this.#consumerTrouble) this.#sayReplaced(error, Math.round(lastedMs))
        await sleep(backOffMs(failures, brokerBackOff), signal)
      }
    }
  }

  /** One consumer from its connection to its end. Throws the failure when it ended by one. */
  async #runMember(topics: string[]): Promise<void> {
    const member = new GroupMember(topics, this.#memberPorts)
    this.#member = member
    const lasting = setTimeout(() => this.#consumerTrouble.over(), LASTING_MS)
    try {
      const failure = await this.#untilDue(member, topics)
      if (failure) throw failure
      await member.drain()
    } finally {
      clearTimeout(lasting)
      await member.end()
      this.#member = undefined
    }
  }

  /** When the member is to be ended: the error for which, or nothing when the plugin stops or a missing topic has appeared. */
  async #untilDue(member: GroupMember, topics: string[]): Promise<Error | undefined> {
    const due = new AbortController()
    const signal = AbortSignal.any([due.signal, this.#stopping.signal])
    const missing = this.#topics.filter(topic => !topics.includes(topic))
    try {
      return await Promise.race([
        aborted(signal),
        member.failed,
        this.#untilOneExists(missing, signal),
        this.#untilStuck(member, signal),
      ])
    } finally {
      due.abort()
    }
  }

  /**
   * While no broker answers, kafkajs is left to try, as the member it is. When one answers and the member's heartbeat, which is
   * part of fetching, still does not come through, kafkajs is stuck: on a topic that is gone, or a coordinator that moved.
   */
  async #untilStuck(member: GroupMember, signal: AbortSignal): Promise<Error | undefined> {
    while (!signal.aborted) {
      await sleep(STUCK_POLL_MS, signal)
      if (member.isSilent(STUCK_MS) && (await this.#isReachable()))
        return new Error(`no heartbeat for ${STUCK_MS / 1000} s though a broker answers`)
    }
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
    this.#memberPorts.log.warning(`${this.groupId}: waiting for topic ${missing.join(', ')} to exist`, {
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

  /** The topics that exist of those that are asked for. Throws while there is none, or no broker. */
  #presentTopics(): Promise<string[]> {
    return presentTopics(this.#kafka({ retries: 0 }), this.#topics)
  }

  /** Once: after its first commit the group is no new one. */
  async #tellOfFormerGroups(): Promise<void> {
    if (this.#hasToldOfFormerGroups) return
    this.#hasToldOfFormerGroups = true
    await tellOfFormerGroups(this.#kafka({ retries: 5 }), [...this.#sources.values()], this.#memberPorts.log)
  }

  #sayReplaced(error: unknown, lastedMs: number): void {
    const { groupId } = this
    this.#memberPorts.log.warning(
      `group ${groupId}: a new consumer begins, the last one ended after ${Math.round(lastedMs / 1000)} s: ${messageOf(error)}`,
      { event: 'consumer_ended', groupId, lastedMs, error: messageOf(error) },
    )
  }

  #kafka({ retries }: { retries: number }): Kafka {
    const onConnectionLost = (reason: string) => this.#brokerTrouble.note(reason)
    return this.#memberPorts.createKafka({ retries, onConnectionLost })
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined)
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(undefined), { once: true }))
}
