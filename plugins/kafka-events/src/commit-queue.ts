/** Gathers the settled offsets of one generation of a group into few commits: one at a time, all that came meanwhile in the next one. */
import { backOffMs, commitBackOff, sleep, within } from './back-off.ts'
import { reached } from './crash-points.ts'

export interface CommittedOffset {
  topic: string
  partition: number
  offset: number
}

export interface CommitQueuePorts {
  groupId: string
  /** Sends one commit. Called only while the queue's generation is the group's, as far as this process knows. */
  commit(offsets: CommittedOffset[]): Promise<void>
  committed(): void
  /** A commit failed, and is tried again. `failedForMs` is how long all of them have failed. */
  commitFailed(error: unknown, failedForMs: number): void
  waitMs?(failedAttempts: number): number
  restMs?: number
}

/**
 * Between two commits. One commit for each batch would cost a round trip and a write on the broker: more than many a handler
 * takes. What a process has settled in this time and not committed is delivered again when the process is killed.
 */
const REST_MS = 50

export class CommitQueue {
  readonly #ports: CommitQueuePorts
  readonly #pending = new Map<string, CommittedOffset>()
  readonly #over = new AbortController()
  #sending: Promise<void> | undefined

  constructor(ports: CommitQueuePorts) {
    this.#ports = ports
  }

  /** The records before this offset are settled. Does nothing once the queue is abandoned. */
  mark(offset: CommittedOffset): void {
    if (this.#isOver) return
    this.#pending.set(keyOf(offset), offset)
    this.#sending ??= this.#send()
  }

  /** Waits until everything marked is committed, at most so long; says whether it is. */
  flush(timeoutMs: number): Promise<boolean> {
    return within(timeoutMs, this.#sending ?? Promise.resolve())
  }

  /**
   * The partitions may be another member's from now on: what is not sent yet never will be. A commit that is under way is not
   * waited for, since it may hang as long as an outage lasts. The broker refuses it by its generation.
   */
  abandon(): void {
    this.#over.abort()
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted
  }

  async #send(): Promise<void> {
    let failedAttempts = 0
    let failingSinceMs = 0
    while (this.#pending.size > 0 && !this.#isOver) {
      const offsets = [...this.#pending.values()]
      this.#pending.clear()
      try {
        reached('kafka-events:committing', this.#ports.groupId, offsets)
        await this.#ports.commit(offsets)
        reached('kafka-events:committed', this.#ports.groupId, offsets)
        failedAttempts = 0
        if (this.#isOver) break
        this.#ports.committed()
        await this.#rest()
      } catch (error) {
        if (this.#isOver) break
        this.#putBack(offsets)
        if (failedAttempts === 0) failingSinceMs = performance.now()
        failedAttempts += 1
        this.#ports.commitFailed(error, performance.now() - failingSinceMs)
        await sleep(this.#ports.waitMs?.(failedAttempts) ?? backOffMs(failedAttempts, commitBackOff), this.#over.signal)
      }
    }
    // In the same turn as the last look at what is pending: an offset that is marked later starts anew.
    this.#sending = undefined
  }

  async #rest(): Promise<void> {
    const { restMs = REST_MS } = this.#ports
    if (restMs > 0) await sleep(restMs, this.#over.signal)
  }

  /** A failed commit is tried again, unless the partition has come further meanwhile. */
  #putBack(offsets: CommittedOffset[]): void {
    for (const offset of offsets) if (!this.#pending.has(keyOf(offset))) this.#pending.set(keyOf(offset), offset)
  }
}

const keyOf = ({ topic, partition }: CommittedOffset): string => `${topic}-${partition}`
