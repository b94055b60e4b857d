/** The sandbox acquirer's virtual clock, moved over HTTP. */
import { DependencyUnavailableError, type FollowingClock } from '../payments/ports.ts'

const TIMEOUT_MS = 2_000
/** It is further ahead already. */
const GOES_BACK = 409

export class AcquirerClock implements FollowingClock {
  readonly #url: string

  /** `url` is the acquirer's, with a path or without. */
  constructor(url: string) {
    this.#url = `${url.replace(/\/$/, '')}/clock`
  }

  async advanceTo(offsetMs: number): Promise<void> {
    const statusCode = await this.#put(JSON.stringify({ offsetMs }))
    if (statusCode !== 200 && statusCode !== GOES_BACK)
      throw new DependencyUnavailableError(`the acquirer answered ${statusCode} to its clock`)
  }

  async #put(body: string): Promise<number> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(this.#url, { method: 'PUT', headers, body, signal })
      // Read to its end, so that the connection can be used again.
      await response.arrayBuffer()
      return response.status
    } catch (error) {
      throw new DependencyUnavailableError('the acquirer is away', { cause: error })
    }
  }
}
