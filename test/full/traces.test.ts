/** Traces of a running system: a payment is one trace from the request to the ledger, and requests at the same moment do not mix. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { attributeOf, type CollectedSpan, TraceCollector } from '../../scripts/lab/trace-collector.ts'
import { formatTraceparent } from '../../shared/contracts/traceparent.ts'
import { until } from '../../shared/runtime/until.ts'
import { PaymentApi } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { newKey, newMerchant } from '../support/payments.ts'

jest.setTimeout(120_000)

const AT_ONCE = 32
const SERVER = 2
const CLIENT = 3
const PRODUCER = 4
const CONSUMER = 5

/** What a purchase with capture consists of. The claim of the capture is part of the first record. */
const PURCHASE = [
  'POST /payments/authorize',
  'PUT /operations/{operationId}',
  'PUT /operations/{operationId}',
  'claim authorize',
  // The ledger and the settlement.
  'process payment.captured',
  'process payment.captured',
  'record authorize',
  'record capture',
  'send payment.authorized',
  'send payment.captured',
]
const SHARED = ['shared transaction', 'publish outbox', 'record ledger', 'expect settlement']

let collector: TraceCollector
let own: OwnSystem
let api: PaymentApi

beforeAll(async () => {
  collector = await TraceCollector.start()
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=shop%20one',
    TRACE_SAMPLE_RATIO: '1',
  }
  own = await startOwnSystem('traces', undefined, env)
  api = new PaymentApi(own.system.apiUrl)
}, 180_000)

afterAll(async () => {
  await own?.stop()
  await collector?.close()
}, 60_000)

/** A caller's trace. Its flag says that the caller records nothing, and that does not matter. */
const newTrace = () => ({
  traceId: randomBytes(16).toString('hex'),
  spanId: randomBytes(8).toString('hex'),
  isSampled: false,
})

function buy(headers: Record<string, string>) {
  const body = { merchantId: newMerchant(), amount: 10_000, currency: 'KRW', idempotencyKey: newKey(), capture: true }
  return api.authorize(body, headers)
}

const namesOf = (spans: readonly CollectedSpan[]) => spans.map(span => span.name).sort()

const untilBooked = (traceIds: readonly string[]) =>
  until(
    () => {
      const complete = traceIds.filter(traceId => collector.ofTrace(traceId).length >= PURCHASE.length)
      return complete.length === traceIds.length
    },
    { what: `the spans of ${traceIds.length} purchases`, deadlineMs: 60_000 },
  )

function theOne(spans: readonly CollectedSpan[], name: string, parentSpanId?: string): CollectedSpan {
  const found = spans.filter(span => span.name === name && (parentSpanId ?? span.parentSpanId) === span.parentSpanId)
  expect(found).toHaveLength(1)
  return found[0]!
}

const isLinked = (from: CollectedSpan, to: CollectedSpan) =>
  from.links.some(({ traceId, spanId }) => traceId === to.traceId && spanId === to.spanId)

/** The work on several traces that this span was a part of: they refer to each other. */
function sharedBy(span: CollectedSpan, name: string): CollectedSpan {
  const found = collector.spans.filter(other => other.name === name && isLinked(other, span) && isLinked(span, other))
  expect(found).toHaveLength(1)
  return found[0]!
}

/** As `sharedBy`, of the one among the spans of this name that has it. */
function sharedByOneOf(spans: readonly CollectedSpan[], name: string, shared: string): CollectedSpan {
  const all = collector.spans.filter(other => other.name === shared)
  const [found] = spans.filter(span => span.name === name && all.some(other => isLinked(span, other)))
  return sharedBy(found!, shared)
}

describe('a purchase with capture', () => {
  test('is one trace from the request to the ledger, and goes on with the trace of its caller', async () => {
    const caller = newTrace()
    const answer = await buy({ traceparent: formatTraceparent(caller) })
    expect(answer.status).toBe(201)
    await untilBooked([caller.traceId])

    const spans = collector.ofTrace(caller.traceId)
    expect(namesOf(spans)).toEqual(PURCHASE)
    const server = theOne(spans, 'POST /payments/authorize')
    expect(server).toMatchObject({ kind: SERVER, parentSpanId: caller.spanId, status: { code: 0 } })
    expect(attributeOf(server, 'http.response.status_code')).toBe('201')
    expect(attributeOf(server, 'payment.id')).toBe(answer.json.paymentId)
    for (const name of ['claim authorize', 'record authorize', 'record capture']) theOne(spans, name, server.spanId)
    const asked = spans.filter(span => span.kind === CLIENT)
    expect(asked.map(span => span.parentSpanId)).toEqual([server.spanId, server.spanId])
    expect(asked.map(span => attributeOf(span, 'payment.acquirer.outcome'))).toEqual(['approved', 'approved'])
    const recorded = theOne(spans, 'record capture')
    theOne(spans, 'send payment.authorized', theOne(spans, 'record authorize').spanId)
    const sent = theOne(spans, 'send payment.captured', recorded.spanId)
    expect(sent.kind).toBe(PRODUCER)
    const processed = spans.filter(span => span.name === 'process payment.captured')
    const messageId = attributeOf(sent, 'messaging.message.id')
    for (const { kind, parentSpanId } of processed) expect([kind, parentSpanId]).toEqual([CONSUMER, sent.spanId])
    expect(processed.map(span => attributeOf(span, 'messaging.message.id'))).toEqual([messageId, messageId])
  })

  test('refers to the work that it shared with others, which is in traces of its own', async () => {
    const caller = newTrace()
    await buy({ traceparent: formatTraceparent(caller) })
    await untilBooked([caller.traceId])
    await until(() => SHARED.every(name => collector.spans.some(span => span.name === name)), {
      what: 'spans of shared work',
    })

    const spans = collector.ofTrace(caller.traceId)
    const parts = [
      sharedBy(theOne(spans, 'claim authorize'), 'shared transaction'),
      sharedBy(theOne(spans, 'record capture'), 'shared transaction'),
      sharedBy(theOne(spans, 'send payment.captured'), 'publish outbox'),
      ...['record ledger', 'expect settlement'].map(name => sharedByOneOf(spans, 'process payment.captured', name)),
    ]
    for (const part of parts) {
      expect(part.traceId).not.toBe(caller.traceId)
      expect(part.parentSpanId).toBeUndefined()
    }
  })

  test('is told to the acquirer, who notes the ids', async () => {
    const caller = newTrace()
    await buy({ traceparent: formatTraceparent(caller) })
    await untilBooked([caller.traceId])

    const asked = collector.ofTrace(caller.traceId).filter(span => span.kind === CLIENT)
    const log = readFileSync(join(own.system.logsFolder, 'acquirer.log'), 'utf8')
    const noted = log.split('\n').filter(line => line.includes(caller.traceId))
    expect(noted.map(line => JSON.parse(line).parentSpanId).sort()).toEqual(asked.map(span => span.spanId).sort())
  })

  test('begins a trace when the caller sends none, or none that can be read', async () => {
    const unreadable = '00-00000000000000000000000000000000-b7ad6b7169203331-01'
    for (const headers of [{}, { traceparent: unreadable }] as Record<string, string>[]) {
      const { json } = await buy(headers)
      const isIts = (span: CollectedSpan) => attributeOf(span, 'payment.id') === json.paymentId
      await until(() => collector.spans.some(isIts), { what: 'the span of the request' })
      const server = collector.spans.find(isIts)!
      expect(server.parentSpanId).toBeUndefined()
      await untilBooked([server.traceId])
    }
  })

  test('exports carry the headers and the name that were set', () => {
    expect(collector.headers.at(-1)).toMatchObject({ 'x-tenant': 'shop one', 'content-type': 'application/json' })
    const [resource] = collector.resources
    expect(resource!.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'payment-backend' } })
  })
})

describe(`${AT_ONCE} purchases at once`, () => {
  test('are as many traces: none has a span of another, none a parent in another', async () => {
    const callers = Array.from({ length: AT_ONCE }, newTrace)
    const answers = await Promise.all(callers.map(caller => buy({ traceparent: formatTraceparent(caller) })))
    expect(answers.map(answer => answer.status)).toEqual(callers.map(() => 201))
    await untilBooked(callers.map(caller => caller.traceId))

    for (const [index, { traceId }] of callers.entries()) {
      const spans = collector.ofTrace(traceId)
      expect(namesOf(spans)).toEqual(PURCHASE)
      const { paymentId } = answers[index]!.json
      expect(attributeOf(theOne(spans, 'POST /payments/authorize'), 'payment.id')).toBe(paymentId)
    }
    const groups = collector.spans.filter(span => span.name === 'shared transaction' && span.links.length > 1)
    expect(groups.length).toBeGreaterThan(0)
  })

  test('and no span of all has its parent in another trace', () => {
    const traceOf = new Map(collector.spans.map(span => [span.spanId, span.traceId]))
    expect(traceOf.size).toBe(collector.spans.length)
    const strangers = collector.spans.filter(
      ({ parentSpanId, traceId }) => parentSpanId !== undefined && (traceOf.get(parentSpanId) ?? traceId) !== traceId,
    )
    expect(strangers).toEqual([])
    // Only the request itself has a parent outside of this system.
    const outside = collector.spans.filter(span => span.parentSpanId !== undefined && !traceOf.has(span.parentSpanId))
    expect(new Set(outside.map(span => span.kind))).toEqual(new Set([SERVER]))
  })
})
