/** Tells from the joins and heartbeats of a consumer whether it is still on its way: joining in time, or heard by the broker. */

// A heartbeat that was under way when a join began may be answered a moment later.
const HALF_JOINED_MS = 2000

export class JoinWatch {
  readonly #joinMsMax: number
  readonly #nowMs: () => number
  #lastHeartbeatMs: number
  #joiningSinceMs: number | undefined

  /** A join takes `joinMsMax` at most: the broker may hold it up until every other member has joined, or has been given up. */
  constructor(joinMsMax: number, nowMs = () => performance.now()) {
    this.#joinMsMax = joinMsMax
    this.#nowMs = nowMs
    this.#lastHeartbeatMs = nowMs()
  }

  /** A join has begun and is not done. */
  get isJoining(): boolean {
    return this.#joiningSinceMs !== undefined
  }

  /** kafkajs is about to ask the broker to join, perhaps once more. */
  joining(): void {
    this.#joiningSinceMs ??= this.#nowMs()
  }

  /** The broker has answered the join. */
  joined(): void {
    this.#joiningSinceMs = undefined
    this.heartbeat()
  }

  /** The broker has answered a heartbeat. */
  heartbeat(): void {
    this.#lastHeartbeatMs = this.#nowMs()
  }

  /** kafkajs drops a join whose connection breaks, without a word, and sends heartbeats of the generation before it. */
  get isHalfJoined(): boolean {
    return this.#joiningSinceMs !== undefined && this.#lastHeartbeatMs - this.#joiningSinceMs > HALF_JOINED_MS
  }

  /** No heartbeat has come through for so long, and no join explains it. */
  isSilent(forMs: number): boolean {
    return this.#nowMs() - this.#lastHeartbeatMs >= forMs && !this.#isJoiningInTime
  }

  get #isJoiningInTime(): boolean {
    return this.#joiningSinceMs !== undefined && this.#nowMs() - this.#joiningSinceMs < this.#joinMsMax
  }
}
