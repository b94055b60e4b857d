/** The virtual clock of a sandbox service, the acquirer or the bank, moved over HTTP. */
import { DependencyUnavailableError, type FollowingClock } from '../payments/ports.ts'

const TIMEOUT_MS = 2_000
/** It is further ahead already. */
const GOES_BACK = 409

export class ServiceClock implements FollowingClock {
  readonly #service: string
  readonly #url: string

  /** `service` is how errors call it, such as `the bank`; `url` is the service's, with a path or without. */
  constructor(service: string, url: string) {
    this.#service = service
    this.#url = `${url.replace(/\/$/, '')}/clock`
  }

  async advanceTo(offsetMs: number): Promise<void> {
    const statusCode = await this.#put(JSON.stringify({ offsetMs }))
    if (statusCode !== 200 && statusCode !== GOES_BACK)
      throw new DependencyUnavailableError(`${this.#service} answered ${statusCode} to its clock`)
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
      throw new DependencyUnavailableError(`${this.#service} is away`, { cause: error })
    }
  }
}
