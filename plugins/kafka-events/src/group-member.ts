/** One kafkajs consumer as a member of its group, from its connection to its end. Once it is over, nothing of it acts any more. */
import type { Consumer, ConsumerEndBatchProcessEvent, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs'
import { type AssignedPartition, Assignment } from './assignment.ts'
import { sleep, within } from './back-off.ts'
import type { CommittedOffset } from './commit-queue.ts'
import { isKafkaError, isRebalancing, messageOf } from './errors.ts'
import { FetchWatch } from './fetch-watch.ts'
import { createGroupConsumer, REBALANCE_TIMEOUT_MS } from './group-consumer.ts'
import { leaveGroup } from './group-leave.ts'
import { JoinWatch } from './join-watch.ts'
import { type CreateKafka, newClientId, REQUEST_TIMEOUT_MS } from './kafka-clients.ts'
import type { Log } from './log.ts'
import type { Processors } from './processors.ts'
import type { KafkaSource, LocalSettings } from './source.ts'
import { fixedPositions, pinStartingPositions } from './starting-position.ts'
import type { Trouble } from './trouble.ts'

const REFUSED_MS = 50
const LEAVE_TIMEOUT_MS = 3000
const JOIN_GRACE_MS = 1000
// kafkajs tries, once a second, for as long as an outage lasts: the same member resumes at once, where a new one would have to
// wait for the session of the old one to end.
const RETRIES_MAX = 1_000_000

/** What all members of a group that follow each other in this process have in common. */
export interface MemberPorts {
  groupId: string
  /** By topic. */
  sources: ReadonlyMap<string, KafkaSource>
  local: LocalSettings
  log: Log
  createKafka: CreateKafka
  processors: Pick<Processors, 'open'>
  brokerTrouble: Trouble
  commitTrouble: Trouble
}

export class GroupMember {
  readonly #ports: MemberPorts
  readonly #clientId = newClientId()
  readonly #consumer: Consumer
  readonly #joins: JoinWatch
  readonly #fetches = new FetchWatch(2 * REQUEST_TIMEOUT_MS)
  readonly #starting: Promise<void>
  readonly #failure = Promise.withResolvers<Error>()
  /** Each removes one of its listeners from the consumer. */
  readonly #removers: (() => void)[]
  /** `draining`: what runs is finished, and no partition is taken any more. */
  #state: 'running' | 'draining' | 'over' = 'running'
  /** The partitions that are ours in this generation of the group; undefined while there is none. */
  #assignment: Assignment | undefined
  #commit: EachBatchPayload['commitOffsetsIfNecessary'] | undefined

  /** Connects, and joins the group for these topics, at once and in the background. */
  constructor(topics: string[], ports: MemberPorts) {
    this.#ports = ports
    this.#joins = new JoinWatch(REBALANCE_TIMEOUT_MS + ports.local.sessionTimeoutMs)
    this.#consumer = this.#createConsumer()
    this.#removers = this.#listen()
    this.#starting = this.#start(topics)
    // A start that hangs is found by the heartbeats that do not come.
    this.#starting.catch(error => this.#fail(error as Error))
  }

  /** Resolves with the reason when the consumer cannot go on. The member is then to be ended. */
  get failed(): Promise<Error> {
    return this.#failure.promise
  }

  get partitions(): AssignedPartition[] {
    return this.#assignment?.partitions ?? []
  }

  /** No heartbeat has come through for so long, and no join explains it. */
  isSilent(forMs: number): boolean {
    return this.#joins.isSilent(forMs)
  }

  /** Fetches no more and waits for the handlers that run, at most as long as the settings say; then commits. */
  async drain(): Promise<void> {
    this.#state = 'draining'
    const assignment = this.#assignment
    if (!assignment) return
    for (const { topic, partition } of assignment.partitions)
      whileRunning(() => this.#consumer.pause([{ topic, partitions: [partition] }]))
    const late = await assignment.drain(this.#ports.local.drainTimeoutMs)
    if (late) this.#sayLate(late)
    if (!(await assignment.flush(LEAVE_TIMEOUT_MS))) this.#sayNotCommitted()
  }

  /** Gives the partitions up and leaves the group. Handlers that run are not waited for. Never throws. */
  async end(): Promise<void> {
    this.#state = 'over'
    this.#revoke()
    for (const remove of this.#removers) remove()
    await this.#leave()
    // A join that is answered only now would make a member that reads nothing.
    this.#consumer.on(this.#consumer.events.GROUP_JOIN, () => this.#disconnectAgain())
  }

  /**
   * kafkajs leaves the group only as a member: disconnected in the middle of a join it says nothing, and the next process would
   * get no partition before the session of this one is over. So a join gets a moment to end; else the group is left for it.
   */
  async #leave(): Promise<void> {
    const { groupId } = this.#ports
    const hasStarted = await within(JOIN_GRACE_MS, this.#starting)
    const hasLeft = await within(LEAVE_TIMEOUT_MS, this.#consumer.disconnect())
    if (hasStarted && hasLeft && !this.#joins.isJoining) return
    await within(LEAVE_TIMEOUT_MS, leaveGroup(this.#kafka({ retries: 1 }), groupId, this.#clientId))
  }

  #fail(reason: Error): void {
    this.#failure.resolve(reason)
  }

  #disconnectAgain(): void {
    this.#consumer.disconnect().catch(() => {})
  }

  async #start(topics: string[]): Promise<void> {
    await this.#consumer.connect()
    // Another start is pinned before the first fetch: this is where an offset that is gone is set to.
    for (const topic of topics) await this.#consumer.subscribe({ topic, fromBeginning: true })
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: payload => this.#take(payload),
    })
  }

  #kafka({ retries }: { retries: number }) {
    const { createKafka, brokerTrouble } = this.#ports
    const onConnectionLost = (reason: string) => {
      if (this.#state !== 'over') brokerTrouble.note(reason)
    }
    return createKafka({ retries, clientId: this.#clientId, onConnectionLost })
  }

  #createConsumer(): Consumer {
    const { groupId, local } = this.#ports
    const joining = () => this.#joining()
    const options = { groupId, sessionTimeoutMs: local.sessionTimeoutMs, joining }
    return createGroupConsumer(this.#kafka({ retries: RETRIES_MAX }), options)
  }

  #listen(): (() => void)[] {
    const { events } = this.#consumer
    // Not removed at the end: leaving depends on whether a join is under way.
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => this.#joined(payload))
    return [
      this.#consumer.on(events.CRASH, ({ payload }) => this.#fail(payload.error)),
      this.#consumer.on(events.HEARTBEAT, () => this.#heartbeat()),
      this.#consumer.on(events.FETCH_START, ({ payload }) => this.#fetches.started(String(payload.nodeId))),
      // Before it tells of this, kafkajs has waited for all fetches.
      this.#consumer.on(events.REBALANCING, () => this.#fetches.allEnded()),
      this.#consumer.on(events.FETCH, ({ payload }) => this.#fetches.ended(String(payload.nodeId))),
      this.#consumer.on(events.END_BATCH_PROCESS, ({ payload }) => this.#passed(payload)),
    ]
  }

  /** Throws when the member is over: kafkajs would join once more, for nobody. */
  #joining(): void {
    if (this.#state === 'over') throw new Error('this consumer has been replaced')
    this.#joins.joining()
    this.#revoke()
  }

  /** From here on nothing of the old generation is begun or committed; what runs runs on. */
  #revoke(): void {
    this.#assignment?.end()
    this.#assignment = undefined
  }

  /** A new generation of the group: these partitions are ours. */
  #joined({ memberAssignment }: ConsumerGroupJoinEvent['payload']): void {
    this.#joins.joined()
    if (this.#state !== 'running') return
    this.#fetches.joined()
    const assignment = this.#createAssignment()
    this.#assignment = assignment
    for (const [topic, partitions] of Object.entries(memberAssignment)) {
      const source = this.#ports.sources.get(topic)
      if (!source) continue
      this.#consumer.resume([{ topic, partitions }])
      assignment.open(source, partitions)
      if (fixedPositions.has(source.startingPosition)) void this.#pin(assignment, source, partitions)
    }
    this.#ports.brokerTrouble.over()
    this.#sayAssigned(memberAssignment)
  }

  #createAssignment(): Assignment {
    return new Assignment({
      groupId: this.#ports.groupId,
      processors: this.#ports.processors,
      partitionsPerEventMax: this.#ports.local.partitionsPerEventMax,
      commit: offsets => this.#sendCommit(offsets),
      committed: () => this.#committed(),
      commitFailed: (error, failedForMs) => this.#commitFailed(error, failedForMs),
      resume: (topic, partition) => whileRunning(() => this.#consumer.resume([{ topic, partitions: [partition] }])),
      processorFailed: error => this.#fail(error),
    })
  }

  #heartbeat(): void {
    this.#joins.heartbeat()
    this.#ports.brokerTrouble.over()
    // Its partitions were given up when the join began.
    if (this.#joins.isHalfJoined) this.#fail(new Error('a broken connection ended a join half-way'))
  }

  /** Puts what was fetched into the partition's queue and returns, so that one slow partition holds up no other. */
  async #take({ batch, resolveOffset, commitOffsetsIfNecessary, isStale, pause }: EachBatchPayload): Promise<void> {
    // kafkajs fetches what is not taken again at once. Without a pause it would do nothing else.
    if (this.#fetches.mayBeStale) return sleep(REFUSED_MS)
    const processor = this.#assignment?.processorOf(batch.topic, batch.partition)
    const last = batch.messages.at(-1)
    if (!processor || processor.isStopped || !last || isStale()) return
    this.#commit = commitOffsetsIfNecessary
    this.#ports.brokerTrouble.over()
    const isFull = processor.push(batch.partition, batch.messages, Number(batch.lastOffset()) + 1)
    resolveOffset(last.offset)
    if (isFull) pause()
  }

  /** kafkajs does not hand over a batch without a record for the function, as an aborted transaction leaves. Only its end matters. */
  #passed({ topic, partition, batchSize, lastOffset }: ConsumerEndBatchProcessEvent['payload']): void {
    if (batchSize > 0 || this.#fetches.mayBeStale) return
    this.#assignment?.processorOf(topic, partition)?.push(partition, [], Number(lastOffset) + 1)
  }

  /**
   * Commits where the group begins in each partition of the topic, other members' partitions included. Once the group has an
   * offset in the topic, a partition without one begins at its oldest record: LATEST would not hold for them any more.
   */
  async #pin(assignment: Assignment, source: KafkaSource, partitions: number[]): Promise<void> {
    const { topic } = source
    try {
      this.#consumer.pause([{ topic, partitions }])
      const pinned = await pinStartingPositions(this.#kafka({ retries: 5 }), source)
      if (assignment.isOver) return
      const offsets = pinned.map(({ partition, offset }) => ({ topic, partition, offset: String(offset) }))
      for (const offset of offsets) if (partitions.includes(offset.partition)) this.#consumer.seek(offset)
      if (offsets.length > 0) await this.#consumer.commitOffsets(offsets)
      this.#consumer.resume([{ topic, partitions }])
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  /**
   * Commits by the function that kafkajs gave with a batch. It commits under the generation at the time of the call and does not
   * try again, while `consumer.commitOffsets` would try again under the next generation.
   */
  async #sendCommit(offsets: CommittedOffset[]): Promise<void> {
    if (!this.#commit) throw new Error('not connected')
    const topics = Map.groupBy(offsets, ({ topic }) => topic)
    await this.#commit({
      topics: [...topics].map(([topic, of]) => ({
        topic,
        partitions: of.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      })),
    })
  }

  #committed(): void {
    this.#ports.brokerTrouble.over()
    this.#ports.commitTrouble.over()
  }

  #commitFailed(error: unknown, failedForMs: number): void {
    // In a rebalance the fetch loop joins anew at its next heartbeat, and what is not committed is delivered again.
    if (!isRebalancing(error)) this.#ports.commitTrouble.note(messageOf(error))
    if (failedForMs > 3 * this.#ports.local.sessionTimeoutMs) this.#fail(new Error(`commits fail: ${messageOf(error)}`))
  }

  #sayAssigned(partitions: Record<string, number[]>): void {
    const { groupId, log } = this.#ports
    const names = Object.entries(partitions).map(([topic, numbers]) => `${topic} [${numbers.join(' ')}]`)
    const fields = { event: 'partitions_assigned', groupId, partitions }
    log.notice(`group ${groupId} reads ${names.join(', ') || 'no partition'}`, fields)
  }

  #sayLate(late: string[]): void {
    const { groupId, local, log } = this.#ports
    log.warning(`still running after ${local.drainTimeoutMs} ms, delivered again later: ${late.join(', ')}`, {
      event: 'drain_timed_out',
      groupId,
      late,
    })
  }

  #sayNotCommitted(): void {
    const { groupId, log } = this.#ports
    log.warning(`group ${groupId}: the last offsets are not committed, their records will be delivered again`, {
      event: 'commit_missing',
      groupId,
    })
  }
}

/** kafkajs throws when the consumer has just ended. That matters to nobody: the next one begins with every partition resumed. */
function whileRunning(step: () => void): void {
  try {
    step()
  } catch (error) {
    if (!isKafkaError(error)) throw error
  }
}
