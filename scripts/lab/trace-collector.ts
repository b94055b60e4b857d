/** A collector of traces for tests and measurements: takes OTLP over HTTP as JSON and keeps every span. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CollectedSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Array<{ key: string; value: { stringValue?: string; intValue?: string } }>
  links: Array<{ traceId: string; spanId: string }>
  status: { code: number; message?: string }
}

interface ExportRequest {
  resourceSpans: Array<{
    resource: { attributes: CollectedSpan['attributes'] }
    scopeSpans: Array<{ spans: CollectedSpan[] }>
  }>
}

export class TraceCollector {
  readonly spans: CollectedSpan[] = []
  /** Each request's headers. */
  readonly headers: IncomingMessage['headers'][] = []
  readonly resources: ExportRequest['resourceSpans'][number]['resource'][] = []
  /** What it answers. */
  statusCode = 200
  /** While it is set, nothing is answered. */
  hold: Promise<void> | undefined
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#take(request).then(
        () => response.writeHead(this.statusCode, { 'content-type': 'application/json' }).end('{}'),
        error => response.writeHead(400).end(String(error)),
      )
    })
  }

  static async start(): Promise<TraceCollector> {
    const collector = new TraceCollector()
    collector.#server.listen(0, '127.0.0.1')
    await once(collector.#server, 'listening')
    return collector
  }

  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  ofTrace(traceId: string): CollectedSpan[] {
    return this.spans.filter(span => span.traceId === traceId)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #take(request: IncomingMessage): Promise<void> {
    if (request.method !== 'POST' || request.url !== '/v1/traces') throw new Error(`${request.method} ${request.url}`)
    const chunks: Buffer[] = await request.toArray()
    const { resourceSpans }: ExportRequest = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    await this.hold
    this.headers.push(request.headers)
    if (this.statusCode !== 200) return
    for (const { resource, scopeSpans } of resourceSpans) {
      this.resources.push(resource)
      this.spans.push(...scopeSpans.flatMap(({ spans }) => spans))
    }
  }
}

/** The value of an attribute, as a text. */
export function attributeOf(span: CollectedSpan, key: string): string | undefined {
  const value = span.attributes.find(attribute => attribute.key === key)?.value
  return value?.stringValue ?? value?.intValue
}
