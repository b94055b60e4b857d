/** Spans by OpenTelemetry's SDK. Imported only where traces are recorded (tracing.ts). */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Context,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  RandomIdGenerator,
} from '@opentelemetry/sdk-trace-base'
import { formatTraceparent, parseTraceparent, type TraceContext } from '../contracts/traceparent.ts'
import type { Span, SpanAttributes, SpanStart, Tracer } from '../payments/ports.ts'
import { unrecorded } from '../payments/traced.ts'
import { monotonicClock } from './clock.ts'
import { OtlpExporter } from './otlp-exporter.ts'
import { Sampling } from './sampling.ts'
import type { TracingConfig, TracingOptions } from './tracing.ts'

/** Spans wait so long for others. */
const GATHERED_MS = 1_000
/** Beyond that spans are dropped. */
const WAITING_SPANS_MAX = 8_192
const SPANS_PER_EXPORT_MAX = 512
const EXPORT_TIMEOUT_MS = 5_000
/** As many as a shared transaction, or a batch of a trigger, has members. */
const LINKS_MAX = 512

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const

export class OpenTelemetryTracer implements Tracer {
  readonly #processor: BatchSpanProcessor
  readonly #tracer
  readonly #sampling: Sampling
  readonly #ids = new RandomIdGenerator()
  readonly #flushMsMax: number
  /** Whether a span was begun since the last flush. */
  #hasSpans = false

  constructor(config: TracingConfig, options: TracingOptions) {
    const exporter = new OtlpExporter(config, EXPORT_TIMEOUT_MS, options)
    this.#processor = new BatchSpanProcessor(exporter, {
      scheduledDelayMillis: GATHERED_MS,
      maxQueueSize: WAITING_SPANS_MAX,
      maxExportBatchSize: SPANS_PER_EXPORT_MAX,
      exportTimeoutMillis: EXPORT_TIMEOUT_MS,
    })
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': config.serviceName }),
      // What is not recorded never comes here.
      sampler: new AlwaysOnSampler(),
      spanLimits: { linkCountLimit: LINKS_MAX },
      spanProcessors: [this.#processor],
    })
    this.#tracer = provider.getTracer('payment-backend')
    this.#sampling = new Sampling({ ratio: config.sampleRatio, nowMs: monotonicClock.nowMs, random: Math.random })
    this.#flushMsMax = options.flushMsMax
  }

  enter(start: SpanStart, traceparent: string | undefined): Span {
    const caller = parseTraceparent(traceparent)
    if (this.#sampling.isRecorded(caller?.traceId))
      return this.#start(start, caller === undefined ? ROOT_CONTEXT : within(caller, true))
    const traceId = caller?.traceId ?? this.#ids.generateTraceId()
    return unrecorded(formatTraceparent({ traceId, spanId: this.#ids.generateSpanId(), isSampled: false }))
  }

  begin(start: SpanStart, parent: string | null | undefined): Span {
    const context = parseTraceparent(parent)
    return context?.isSampled ? this.#start(start, within(context, false)) : unrecorded(parent)
  }

  beginShared(start: SpanStart, members: readonly (Span | undefined)[]): Span {
    const recorded = members.filter(member => member instanceof RecordedSpan)
    if (recorded.length === 0) return unrecorded(undefined)
    const shared = this.#start(start, ROOT_CONTEXT)
    for (const member of recorded) {
      shared.link(member.traceparent)
      member.link(shared.traceparent)
    }
    return shared
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#flushMsMax === 0) return work()
    try {
      return await work()
    } finally {
      if (this.#hasSpans) await this.#flush()
    }
  }

  async #flush(): Promise<void> {
    this.#hasSpans = false
    const flushed = this.#processor.forceFlush().catch(() => {})
    await Promise.race([flushed, sleep(this.#flushMsMax, undefined, { ref: false })])
  }

  #start({ name, kind, attributes }: SpanStart, context: Context): RecordedSpan {
    this.#hasSpans = true
    return new RecordedSpan(this.#tracer.startSpan(name, { kind: kinds[kind ?? 'internal'], attributes }, context))
  }
}

const spanContextOf = ({ traceId, spanId }: TraceContext, isRemote: boolean): SpanContext => ({
  traceId,
  spanId,
  traceFlags: TraceFlags.SAMPLED,
  isRemote,
})

const within = (parent: TraceContext, isRemote: boolean): Context =>
  trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent, isRemote))

class RecordedSpan implements Span {
  readonly isRecorded = true
  readonly traceparent: string
  readonly #span: OtelSpan

  constructor(span: OtelSpan) {
    this.#span = span
    this.traceparent = formatTraceparent({ ...span.spanContext(), isSampled: true })
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes)
  }

  link(traceparent: string | undefined): void {
    const context = parseTraceparent(traceparent)
    if (context !== undefined) this.#span.addLink({ context: spanContextOf(context, false) })
  }

  /** Of an error only its name is kept: messages quote values. */
  end(error?: unknown): void {
    if (error !== undefined) {
      this.#span.setStatus({ code: SpanStatusCode.ERROR })
      this.#span.setAttribute('error.type', error instanceof Error ? error.name : String(error))
    }
    this.#span.end()
  }
}
