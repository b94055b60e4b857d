/** Keeps one client of a server: connected when first used, shared by everybody who uses it, and replaced when it fails. */
import { within } from './within.ts'

/** One client, from its first connection to its end. */
export interface ClientLife<C> {
  client: C
  connect(): Promise<void>
  /** Closes its connections at once, whatever its server does: everything that still waits for an answer fails. */
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

/** Longer than a client takes to find out by itself: connecting and sending, each with its time-out and one retry. */
const USE_MS_MAX = 10_000
const REST_FIRST_MS = 100
/** Also how late a server that is back may be noticed. */
const REST_MS_MAX = 1_000

export class ReplacedClient<C> {
  readonly #options: ReplacedClientOptions<C>
  #current: Current<C> | undefined
  /** Clients in a row of which nobody had anything. */
  #failedCount = 0

  constructor(options: ReplacedClientOptions<C>) {
    this.#options = options
  }

  /**
   * Rejects with the error of the client or of its connection, at the latest after 10 s. The next use after a failure gets a new
   * client; the old one is ended when the last who use it have done, so that nothing of theirs is cut off.
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
      // Nobody waits for it any more, and what it still holds must not arrive after what comes next.
      if (error instanceof LateError) current.life.end()
      throw error
    } finally {
      current.userCount--
      if (current.isLeft && current.userCount === 0) current.life.end()
    }
  }

  /** Lets those who use it finish. A later use connects anew. */
  close(): void {
    const current = this.#current
    if (current === undefined) return
    this.#leave(current)
    if (current.userCount === 0) current.life.end()
  }

  #begin(): Current<C> {
    const life = this.#options.begin()
    const connected = this.#rest().then(() => life.connect())
    // Whoever uses it is told.
    connected.catch(() => undefined)
    return { life, connected, userCount: 0, isLeft: false }
  }

  /** The first failure is followed at once by a new client; while the server is away each waits longer than the last. */
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
