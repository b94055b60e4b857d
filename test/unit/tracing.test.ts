/** The tracer of a process, with a collector on this machine: what it records, what it hands on, and what an answer waits for. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { attributeOf, TraceCollector } from '../../scripts/lab/trace-collector.ts'
import { parseTraceparent } from '../../shared/contracts/traceparent.ts'
import { traced, tracedBatch } from '../../shared/payments/traced.ts'
import { createTracer, type TracingConfig, type TracingOptions } from '../../shared/runtime/tracing.ts'
import { until } from '../../shared/runtime/until.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = `00-${TRACE_ID}-00f067aa0ba902b7-01`
/** So few that none of these tests meets one. */
const ALMOST_NONE = 1e-12

let collector: TraceCollector
let reports: string[]

beforeEach(async () => {
  collector = await TraceCollector.start()
  reports = []
})
afterEach(() => collector.close())

function tracerOf(config: Partial<TracingConfig> = {}, options: Partial<TracingOptions> = {}) {
  const standard = { tracesUrl: `${collector.url}/v1/traces`, headers: {}, sampleRatio: 1, serviceName: 'test' }
  return createTracer(
    { ...standard, ...config },
    {
      // Longer than any export takes; the test of a collector that is silent has its own.
      flushMsMax: 30_000,
      onFailed: () => void reports.push('failed'),
      onRecovered: () => void reports.push('recovered'),
      ...options,
    },
  )
}

const nothing = async () => {}

describe('without an address', () => {
  const tracer = createTracer(undefined, { flushMsMax: 1, onFailed: nothing, onRecovered: nothing })

  test('what the caller sent is handed on as it is, and nothing is recorded', async () => {
    const span = tracer.enter({ name: 'request' }, CALLER)
    expect([span.isRecorded, span.traceparent]).toEqual([false, CALLER])
    expect(tracer.begin({ name: 'part' }, span.traceparent).traceparent).toBe(CALLER)
    expect(tracer.enter({ name: 'request' }, undefined).traceparent).toBeUndefined()
    expect(await tracer.during(async () => 'result')).toBe('result')
  })
})

describe('a trace that is not recorded', () => {
  test('goes on by the id of the caller, says that it is not recorded, and so are its parts', async () => {
    const tracer = tracerOf({ sampleRatio: ALMOST_NONE })
    await tracer.during(nothing)

    const span = tracer.enter({ name: 'request' }, CALLER)
    const context = parseTraceparent(span.traceparent)
    expect(context).toMatchObject({ traceId: TRACE_ID, isSampled: false })
    expect(context!.spanId).not.toBe(parseTraceparent(CALLER)!.spanId)
    const part = tracer.begin({ name: 'part' }, span.traceparent)
    expect([part.isRecorded, part.traceparent]).toEqual([false, span.traceparent])
    expect(tracer.beginShared({ name: 'all' }, [span, part, undefined]).isRecorded).toBe(false)
  })

  test('begins without a caller', async () => {
    const tracer = tracerOf({ sampleRatio: ALMOST_NONE })
    await tracer.during(nothing)
    const ids = [1, 2].map(() => parseTraceparent(tracer.enter({ name: 'request' }, undefined).traceparent)!.traceId)
    expect(new Set(ids).size).toBe(2)
  })
})

describe('a recorded trace', () => {
  test('has left the process before a function may freeze', async () => {
    const tracer = tracerOf()
    const result = await tracer.during(async () => {
      const span = tracer.enter({ name: 'request', kind: 'server' }, CALLER)
      await traced(tracer, { name: 'part', attributes: { count: 3, left: undefined } }, span.traceparent, nothing)
      span.end()
      return 'result'
    })

    expect(result).toBe('result')
    const [part, request] = collector.spans
    expect(request).toMatchObject({ name: 'request', traceId: TRACE_ID, parentSpanId: '00f067aa0ba902b7', kind: 2 })
    expect(part).toMatchObject({ name: 'part', traceId: TRACE_ID, parentSpanId: request!.spanId, kind: 1 })
    expect(part!.attributes).toEqual([{ key: 'count', value: { intValue: '3' } }])
    expect(BigInt(part!.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(part!.startTimeUnixNano))
    expect(Math.abs(Number(BigInt(part!.startTimeUnixNano) / 1_000_000n) - Date.now())).toBeLessThan(60_000)
  })

  test('keeps of an error its name, because a message quotes values', async () => {
    const tracer = tracerOf()
    const fails = () => Promise.reject(new RangeError('card 4242424242424242'))
    const run = () =>
      tracer.during(() => {
        const { traceparent } = tracer.enter({ name: 'request' }, undefined)
        return traced(tracer, { name: 'part' }, traceparent, fails)
      })

    await expect(run()).rejects.toThrow('card')
    const [part] = collector.spans
    expect(part!.status).toEqual({ code: 2 })
    expect(attributeOf(part!, 'error.type')).toBe('RangeError')
    expect(JSON.stringify(collector.spans)).not.toContain('4242')
  })

  test('is not continued by what only looks like one', async () => {
    const tracer = tracerOf()
    await tracer.during(nothing)
    for (const parent of [undefined, null, '', 'x', `${CALLER}-`])
      expect(tracer.begin({ name: 'part' }, parent).isRecorded).toBe(false)
  })

  test('of several at once: a batch belongs to none, and refers to each that is recorded', async () => {
    const tracer = tracerOf()
    const members = await tracer.during(async () => {
      const spans = [1, 2].map(() => tracer.enter({ name: 'request' }, undefined))
      const traceparents = [...spans.map(span => span.traceparent), undefined, CALLER.replace(/01$/, '00')]
      const batch = {
        start: { name: 'batch' },
        members: traceparents,
        startOf: () => ({ name: 'member' }),
        attributesOf: () => ({}),
        traceparentOf: (traceparent: string | undefined) => traceparent,
      }
      await tracedBatch(tracer, batch, async given =>
        expect(given.map(span => span.isRecorded)).toEqual([true, true, false, false]),
      )
      return spans
    })

    const batch = collector.spans.find(span => span.name === 'batch')!
    const parts = collector.spans.filter(span => span.name === 'member')
    expect(parts.map(part => part.traceId)).toEqual(members.map(span => parseTraceparent(span.traceparent)!.traceId))
    expect(batch.parentSpanId).toBeUndefined()
    expect(parts.map(part => part.traceId)).not.toContain(batch.traceId)
    expect(batch.links.map(link => link.spanId)).toEqual(parts.map(part => part.spanId))
    for (const part of parts) expect(part.links).toMatchObject([{ traceId: batch.traceId, spanId: batch.spanId }])
  })
})

describe('a collector', () => {
  const request = (tracer: ReturnType<typeof tracerOf>) =>
    tracer.during(async () => tracer.enter({ name: 'request' }, undefined).end())

  test('that does not answer costs an answer a moment, and nothing else', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    collector.hold = promise
    await request(tracerOf({}, { flushMsMax: 1 }))
    expect(collector.spans).toEqual([])
    resolve()
    await until(() => collector.spans.length === 1, { what: 'the span' })
  })

  test('that refuses is reported once, and its recovery too', async () => {
    const tracer = tracerOf()
    collector.statusCode = 503
    await request(tracer)
    await request(tracer)
    await until(() => collector.headers.length === 2, { what: 'two refusals' })
    await until(() => reports.length > 0, { what: 'the report' })
    collector.statusCode = 200
    await request(tracer)
    await until(() => reports.length > 1, { what: 'the recovery' })
    expect(reports).toEqual(['failed', 'recovered'])
  })

  test('that is away is reported, and the request is served', async () => {
    const tracer = tracerOf({ tracesUrl: 'http://127.0.0.1:1/v1/traces' })
    await request(tracer)
    await until(() => reports.length > 0, { what: 'the report' })
    expect(reports).toEqual(['failed'])
  })
})
