/**
 * The circuit to the acquirer: after many failed calls nobody is let through for a while, then a few probes are.
 * cockatiel decides on the states. It measures by the wall clock, which may be set back; so the times are ours.
 */
import { CircuitState, circuitBreaker, handleAll, type IBreaker } from 'cockatiel'

export type CircuitPosition = 'closed' | 'half_open' | 'open'

export interface CircuitOptions {
  /** Never set back. */
  nowMs: () => number
  onChange(position: CircuitPosition): void
}

export class CircuitOpenError extends Error {
  override name = 'CircuitOpenError'
}

/**
 * It opens when at least half of the calls of the last ten seconds failed, and these were at least 25: somebody who tries every failing
 * test token once does not open it.
 */
const FAILED_MIN = 25
const FAILED_SHARE_MIN = 0.5
const WINDOW_SECONDS = 10
const OPEN_MS = 2_000
/** A majority of them decides whether it closes. */
const PROBES = 3

const positions: Record<CircuitState, CircuitPosition> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
}

export class Circuit {
  readonly #nowMs: () => number
  readonly #policy
  #openedAtMs = 0
  /** How many of the calls since it was half opened are probes. */
  #probes = 0
  #permits = 0
  #permitsEndAtMs = 0

  constructor({ nowMs, onChange }: CircuitOptions) {
    this.#nowMs = nowMs
    this.#policy = circuitBreaker(handleAll, {
      breaker: new RecentCalls(nowMs),
      // Any call finds its wait over; `#isWaiting` says when one may be made.
      halfOpenAfter: Number.NEGATIVE_INFINITY,
      halfOpenSampling: { calls: PROBES, threshold: FAILED_SHARE_MIN },
    })
    this.#policy.onStateChange(state => {
      this.#probes = 0
      this.#permitsEndAtMs = 0
      if (state === CircuitState.Open) this.#openedAtMs = nowMs()
      onChange(positions[state])
    })
  }

  /** For how long it has let nobody through; undefined when it lets somebody through. */
  get openForMs(): number | undefined {
    return this.#isWaiting ? this.#nowMs() - this.#openedAtMs : undefined
  }

  /**
   * Whether a call may be begun. Unless the circuit is closed, each `true` is one of a few permits, so that not all who ask at once
   * become probes. A permit that was not used is given again later.
   */
  mayTry(): boolean {
    if (this.#policy.state === CircuitState.Closed) return true
    if (this.#isWaiting) return false
    const nowMs = this.#nowMs()
    if (nowMs >= this.#permitsEndAtMs) {
      this.#permits = PROBES
      this.#permitsEndAtMs = nowMs + OPEN_MS
    }
    if (this.#permits === 0) return false
    this.#permits--
    return true
  }

  /** The result of `work`, which counts as failed when it throws. Throws CircuitOpenError without calling it, or what it threw. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isWaiting) throw new CircuitOpenError('the circuit is open')
    // cockatiel would let further calls wait for the probes, which may take as long as a call may.
    if (this.#policy.state === CircuitState.HalfOpen && this.#probes === PROBES) return work()
    const running = this.#policy.execute(work)
    if (this.#policy.state === CircuitState.HalfOpen) this.#probes++
    return running
  }

  get #isWaiting(): boolean {
    return this.#policy.state === CircuitState.Open && this.#nowMs() - this.#openedAtMs < OPEN_MS
  }
}

/** Counts the calls of the last seconds. cockatiel's own counter keeps old failures for as long as nobody calls. */
class RecentCalls implements IBreaker {
  state: unknown
  readonly #nowMs: () => number
  #seconds: { second: number; failed: number; all: number }[] = []

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  success(state: CircuitState): void {
    if (state === CircuitState.HalfOpen) this.#seconds = []
    this.#count(0)
  }

  failure(state: CircuitState): boolean {
    this.#count(1)
    const isTooMuch = state !== CircuitState.Closed || this.#isTooMuch()
    // Calls that were under way when it opened must not open it once more.
    if (isTooMuch) this.#seconds = []
    return isTooMuch
  }

  #count(failed: 0 | 1): void {
    const second = Math.floor(this.#nowMs() / 1_000)
    let last = this.#seconds.at(-1)
    if (last?.second !== second) {
      last = { second, failed: 0, all: 0 }
      this.#seconds = [...this.#seconds.filter(({ second: then }) => then > second - WINDOW_SECONDS), last]
    }
    last.failed += failed
    last.all++
  }

  #isTooMuch(): boolean {
    const all = this.#seconds.reduce((sum, second) => sum + second.all, 0)
    const failed = this.#seconds.reduce((sum, second) => sum + second.failed, 0)
    return failed >= FAILED_MIN && failed >= all * FAILED_SHARE_MIN
  }
}
