/** Sends spans to a collector: OTLP over HTTP, as JSON. One try each; what a collector does not take is lost. */
import type { Attributes, AttributeValue, HrTime, Link } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { TracingConfig, TracingOptions } from './tracing.ts'

type Done = Parameters<SpanExporter['export']>[1]

/** Of `ExportResultCode` in @opentelemetry/core, whose only other use here would be its import. */
const SUCCESS = 0
const FAILED = 1

export class OtlpExporter implements SpanExporter {
  readonly #config: TracingConfig
  readonly #timeoutMs: number
  readonly #reports: Pick<TracingOptions, 'onFailed' | 'onRecovered'>
  readonly #underWay = new Set<Promise<void>>()
  #isFailing = false

  constructor(config: TracingConfig, timeoutMs: number, reports: Pick<TracingOptions, 'onFailed' | 'onRecovered'>) {
    this.#config = config
    this.#timeoutMs = timeoutMs
    this.#reports = reports
  }

  export(spans: ReadableSpan[], done: Done): void {
    const sending = this.#send(spans).then(
      () => {
        this.#ended(undefined)
        done({ code: SUCCESS })
      },
      error => {
        this.#ended(error)
        done({ code: FAILED, error })
      },
    )
    this.#underWay.add(sending)
    void sending.finally(() => this.#underWay.delete(sending))
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  shutdown(): Promise<void> {
    return this.forceFlush()
  }

  async #send(spans: readonly ReadableSpan[]): Promise<void> {
    const { tracesUrl, headers } = this.#config
    const response = await fetch(tracesUrl, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(requestOf(spans)),
      signal: AbortSignal.timeout(this.#timeoutMs),
    })
    // A body that is not read keeps its connection from being used again.
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`the collector answered ${response.status}`)
  }

  /** Says it once when it begins and once when it is over. */
  #ended(error: unknown): void {
    const isFailing = error !== undefined
    if (isFailing === this.#isFailing) return
    this.#isFailing = isFailing
    if (isFailing) this.#reports.onFailed(error)
    else this.#reports.onRecovered()
  }
}

/** An ExportTraceServiceRequest in the JSON mapping of OTLP: ids in hexadecimal, 64-bit integers as texts. */
export function requestOf(spans: readonly ReadableSpan[]) {
  const [first] = spans
  const scopeSpans = [{ scope: { name: first?.instrumentationScope.name }, spans: spans.map(spanOf) }]
  return { resourceSpans: [{ resource: { attributes: pairsOf(first?.resource.attributes ?? {}) }, scopeSpans }] }
}

const spanOf = (span: ReadableSpan) => ({
  traceId: span.spanContext().traceId,
  spanId: span.spanContext().spanId,
  ...(span.parentSpanContext && { parentSpanId: span.parentSpanContext.spanId }),
  name: span.name,
  // OTLP counts from 1; its 0 is "unspecified".
  kind: span.kind + 1,
  startTimeUnixNano: nanosecondsOf(span.startTime),
  endTimeUnixNano: nanosecondsOf(span.endTime),
  attributes: pairsOf(span.attributes),
  links: span.links.map(linkOf),
  status: span.status,
})

const linkOf = ({ context: { traceId, spanId } }: Link) => ({ traceId, spanId, attributes: [] })

const nanosecondsOf = ([seconds, nanoseconds]: HrTime): string => `${seconds}${String(nanoseconds).padStart(9, '0')}`

const pairsOf = (attributes: Attributes) =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: otlpValueOf(value) }],
  )

/** We set no lists. */
function otlpValueOf(value: AttributeValue) {
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value !== 'number') return { stringValue: String(value) }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
