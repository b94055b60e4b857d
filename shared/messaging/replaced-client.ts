/** Keeps one client of a server: connected when first used, shared by everybody who uses it, and replaced when it fails. */
import { within } from './within.ts'

/** One client, from its first connection to its end. */
export interface ClientLife<C> {
  client: C
  connect(): Promise<void>
  /** Closes its connections at once, without waiting for the server. Requests that wait for an answer fail. */
  end(): void
}

export interface ReplacedClientOptions<C> {
  begin: () => ClientLife<C>
  /** Whether such an error is an answer of the server, so that the client works. Every other one replaces the client. */
  isAnswer: (error: unknown) => boolean
}

interface Current<C> {
  life: ClientLife<C>
  connected: Promise<void>
  userCount: number
  isLeft: boolean
}

/** Longer than a client needs to fail by itself: connecting and sending, each with its time-out and one retry. */
const USE_MS_MAX = 10_000
const REST_FIRST_MS = 100
/** Also the longest time until a server that is back is noticed. */
const REST_MS_MAX = 1_000

export class ReplacedClient<C> {
  readonly #options: ReplacedClientOptions<C>
  #current: Current<C> | undefined
  /** How many clients in a row failed before any use succeeded. */
  #failedCount = 0

  constructor(options: ReplacedClientOptions<C>) {
    this.#options = options
  }

  /**
   * Rejects with the error of the client or of its connection, at the latest after 10 s. The next use after a failure gets a new
   * client. The old one is ended after its last use, so that no use is cut off.
   */
  async use<T>(work: (client: C) => Promise<T>): Promise<T> {
    this.#current ??= this.#begin()
    const current = this.#current
    current.userCount++
    try {
      const result = await inTime(current.connected.then(() => work(current.life.client)))
      this.#failedCount = 0
      return result
    } catch (error) {
      if (!this.#options.isAnswer(error)) this.#leave(current)
      // Its caller no longer waits, and what it has not sent yet must not arrive after later sends.
      if (error instanceof LateError) current.life.end()
      throw error
    } finally {
      current.userCount--
      if (current.isLeft && current.userCount === 0) current.life.end()
    }
  }

  /** Waits for the uses under way. A later use connects a new client. */
  close(): void {
    const current = this.#current
    if (current === undefined) return
    this.#leave(current)
    if (current.userCount === 0) current.life.end()
  }

  #begin(): Current<C> {
    const life = this.#options.begin()
    const connected = this.#rest().then(() => life.connect())
    // The callers that use it get the error.
    connected.catch(() => undefined)
    return { life, connected, userCount: 0, isLeft: false }
  }

  /** After the first failure a new client is made at once. While the server is away, the pause grows with each one. */
  async #rest(): Promise<void> {
    if (this.#failedCount < 2) return
    const restMs = Math.min(REST_MS_MAX, REST_FIRST_MS * 2 ** (this.#failedCount - 2))
    await new Promise(done => setTimeout(done, restMs))
  }

  #leave(current: Current<C>): void {
    if (current.isLeft) return
    current.isLeft = true
    if (this.#current === current) this.#current = undefined
    this.#failedCount++
  }
}

class LateError extends Error {}

async function inTime<T>(work: Promise<T>): Promise<T> {
  if ((await within(USE_MS_MAX, work)) === 'late') throw new LateError(`no answer within ${USE_MS_MAX} ms`)
  return work
}
