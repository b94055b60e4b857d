/** How late the generator itself is. Beyond a limit its figures are about this process, not about the system under test. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { percentile } from './metrics.ts'

export const LAG_MS_MAX = 10
const RESOLUTION_MS = 10

export class LagMeter {
  readonly #starts: number[] = []
  readonly #loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })

  begin(): void {
    this.#loop.enable()
  }

  /** An iteration began so much later than it was due. */
  late(ms: number): void {
    this.#starts.push(ms)
  }

  /** The larger of two 99th percentiles: of late starts, and of the event loop's delays. */
  end(): number {
    this.#loop.disable()
    const starts = percentile(Float64Array.from(this.#starts).sort(), 99)
    // The histogram holds the times between two samples, which are taken each RESOLUTION_MS.
    const loop = this.#loop.count === 0 ? 0 : this.#loop.percentile(99) / 1e6 - RESOLUTION_MS
    return Math.max(starts, loop)
  }
}
