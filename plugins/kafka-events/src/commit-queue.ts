/** Gathers processed offsets into few commits: one at a time, at once when idle, all that came meanwhile in the next one. */
import { backOffMs, commitBackOff, sleep, within } from './back-off.ts'

export interface CommittedOffset {
  topic: string
  partition: number
  offset: number
}

export interface CommitQueuePorts {
  /** Sends one commit. It is called with the offsets of the current generation only. */
  commit(offsets: CommittedOffset[]): Promise<void>
  onFailure(error: unknown, failedForMs: number): void
  waitMs?(failedAttempts: number): number
}

export class CommitQueue {
  readonly #ports: CommitQueuePorts
  #pending = new Map<string, CommittedOffset>()
  #generation = 0
  #pump: Promise<void> | undefined
  #abandoned = new AbortController()

  constructor(ports: CommitQueuePorts) {
    this.#ports = ports
  }

  /** The records before this offset are processed. */
  mark(offset: CommittedOffset): void {
    this.#pending.set(`${offset.topic}-${offset.partition}`, offset)
    this.#pump ??= this.#send().finally(() => {
      this.#pump = undefined
    })
  }

  /** Waits until everything marked is committed, at most so long; says whether it is. */
  async flush(timeoutMs: number): Promise<boolean> {
    const inTime = await within(timeoutMs, this.#pump ?? Promise.resolve())
    return inTime && this.#pending.size === 0
  }

  /** The partitions are somebody else's from now on: what is not sent yet never will be. */
  abandon(): void {
    this.#generation += 1
    this.#pending.clear()
    this.#abandoned.abort()
    this.#abandoned = new AbortController()
  }

  async #send(): Promise<void> {
    let failedAttempts = 0
    let failingSince = 0
    while (this.#pending.size > 0) {
      const generation = this.#generation
      const offsets = [...this.#pending.values()]
      this.#pending.clear()
      try {
        await this.#ports.commit(offsets)
        failedAttempts = 0
      } catch (error) {
        if (generation !== this.#generation) continue
        this.#putBack(offsets)
        if (failedAttempts === 0) failingSince = performance.now()
        failedAttempts += 1
        this.#ports.onFailure(error, performance.now() - failingSince)
        await sleep(
          this.#ports.waitMs?.(failedAttempts) ?? backOffMs(failedAttempts, commitBackOff),
          this.#abandoned.signal,
        )
      }
    }
  }

  /** A failed commit is tried again, unless the partition has come further meanwhile. */
  #putBack(offsets: CommittedOffset[]): void {
    for (const offset of offsets) {
      const key = `${offset.topic}-${offset.partition}`
      if (!this.#pending.has(key)) this.#pending.set(key, offset)
    }
  }
}
