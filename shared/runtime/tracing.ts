/** The tracer of a process. OpenTelemetry is loaded by the first invocation, and only where traces are recorded: it costs 50 ms of CPU. */
import type { Tracer } from '../payments/ports.ts'
import { noTracer } from '../payments/traced.ts'

export interface TracingConfig {
  /** Where OTLP/HTTP takes traces. */
  tracesUrl: string
  /** Sent with every export. */
  headers: Readonly<Record<string, string>>
  /** 0 < ratio ≤ 1. */
  sampleRatio: number
  serviceName: string
}

export interface TracingOptions {
  /** How long an answer waits at most for its spans to leave a process that may be frozen after it; 0: the process goes on. */
  flushMsMax: number
  /** Called when spans begin to be lost. Requests do not notice. */
  onFailed(error: unknown): void
  /** Called when they arrive again. */
  onRecovered(): void
}

/** Opens nothing. Without a configuration nothing is recorded, and what callers send is handed on. */
export const createTracer = (config: TracingConfig | undefined, options: TracingOptions): Tracer =>
  config === undefined ? noTracer : new LazyTracer(config, options)

class LazyTracer implements Tracer {
  readonly #config: TracingConfig
  readonly #options: TracingOptions
  #tracer = noTracer
  #loading: Promise<void> | undefined

  constructor(config: TracingConfig, options: TracingOptions) {
    this.#config = config
    this.#options = options
  }

  enter: Tracer['enter'] = (start, traceparent) => this.#tracer.enter(start, traceparent)
  begin: Tracer['begin'] = (start, parent) => this.#tracer.begin(start, parent)
  beginShared: Tracer['beginShared'] = (start, members) => this.#tracer.beginShared(start, members)

  during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#tracer !== noTracer) return this.#tracer.during(work)
    this.#loading ??= this.#load()
    return this.#loading.then(() => this.#tracer.during(work))
  }

  /** Never rejects: requests are served without traces then. */
  async #load(): Promise<void> {
    try {
      const { OpenTelemetryTracer } = await import('./open-telemetry.ts')
      this.#tracer = new OpenTelemetryTracer(this.#config, this.#options)
    } catch (error) {
      this.#options.onFailed(error)
    }
  }
}
