/** Gathers processed offsets into few commits: one at a time, at once after a quiet moment, all that came meanwhile in the next one. */
import { backOffMs, commitBackOff, sleep, within } from './back-off.ts'

export interface CommittedOffset {
  topic: string
  partition: number
  offset: number
}

export interface CommitQueuePorts {
  /** Sends one commit; called only with offsets of the generation that is current at the call. */
  commit(offsets: CommittedOffset[]): Promise<void>
  onFailure(error: unknown, failedForMs: number): void
  waitMs?(failedAttempts: number): number
  restMs?: number
}

/**
 * Between two commits. A batch a commit costs a round trip and a write on the broker each, more than many a handler. A process
 * that is killed has processed so much that is delivered again.
 */
const REST_MS = 50

/** What one generation of the group has processed and not committed yet. */
interface Generation {
  pending: Map<string, CommittedOffset>
  over: AbortController
  sending?: Promise<void>
}

export class CommitQueue {
  readonly #ports: CommitQueuePorts
  #current: Generation = createGeneration()

  constructor(ports: CommitQueuePorts) {
    this.#ports = ports
  }

  /** The records before this offset are processed. */
  mark(offset: CommittedOffset): void {
    const generation = this.#current
    generation.pending.set(keyOf(offset), offset)
    generation.sending ??= this.#send(generation).finally(() => {
      generation.sending = undefined
    })
  }

  /** Waits until everything marked is committed, at most so long; says whether it is. */
  flush(timeoutMs: number): Promise<boolean> {
    return within(timeoutMs, this.#current.sending ?? Promise.resolve())
  }

  /**
   * The partitions may be somebody else's from now on: what is not sent yet never will be. A commit that is under way is not
   * waited for, since it may hang as long as an outage lasts; the broker refuses it by its generation.
   */
  abandon(): void {
    this.#current.over.abort()
    this.#current = createGeneration()
  }

  async #rest(signal: AbortSignal): Promise<void> {
    const { restMs = REST_MS } = this.#ports
    if (restMs > 0) await sleep(restMs, signal)
  }

  async #send({ pending, over: { signal } }: Generation): Promise<void> {
    let failedAttempts = 0
    let failingSinceMs = 0
    while (pending.size > 0 && !signal.aborted) {
      const offsets = [...pending.values()]
      pending.clear()
      try {
        await this.#ports.commit(offsets)
        failedAttempts = 0
        await this.#rest(signal)
      } catch (error) {
        if (signal.aborted) return
        putBack(pending, offsets)
        if (failedAttempts === 0) failingSinceMs = performance.now()
        failedAttempts += 1
        this.#ports.onFailure(error, performance.now() - failingSinceMs)
        await sleep(this.#ports.waitMs?.(failedAttempts) ?? backOffMs(failedAttempts, commitBackOff), signal)
      }
    }
  }
}

const createGeneration = (): Generation => ({ pending: new Map(), over: new AbortController() })

const keyOf = ({ topic, partition }: CommittedOffset): string => `${topic}-${partition}`

/** A failed commit is tried again, unless the partition has come further meanwhile. */
function putBack(pending: Map<string, CommittedOffset>, offsets: CommittedOffset[]): void {
  for (const offset of offsets) if (!pending.has(keyOf(offset))) pending.set(keyOf(offset), offset)
}
