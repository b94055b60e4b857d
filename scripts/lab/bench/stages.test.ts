import { describe, expect, test } from '@jest/globals'
import type { CollectedSpan } from '../trace-collector.ts'
import { stagesOf } from './stages.ts'

const T0 = 1_790_000_000_000
let ids = 0

interface Given {
  name: string
  fromMs: number
  toMs: number
  kind?: number
  traceId?: string
  parent?: CollectedSpan
  links?: CollectedSpan[]
}

const nanoseconds = (ms: number): string => String(BigInt(T0) * 1_000_000n + BigInt(Math.round(ms * 1e6)))

const span = ({ name, fromMs, toMs, kind = 1, parent, links = [], traceId }: Given): CollectedSpan => ({
  traceId: traceId ?? parent?.traceId ?? `trace-${++ids}`,
  spanId: `span-${++ids}`,
  ...(parent && { parentSpanId: parent.spanId }),
  name,
  kind,
  startTimeUnixNano: nanoseconds(fromMs),
  endTimeUnixNano: nanoseconds(toMs),
  attributes: [],
  links,
  status: { code: 0 },
})

/** One authorize from 0 to 20 ms after `fromMs`, whose claim waited 2 ms and whose record 1.5 ms for a shared transaction. */
function authorize(fromMs: number): CollectedSpan[] {
  const at = (from: number, to: number) => ({ fromMs: fromMs + from, toMs: fromMs + to })
  const request = span({ name: 'POST /payments/authorize', kind: 2, ...at(0, 20) })
  const claim = span({ name: 'claim authorize', parent: request, ...at(1, 7) })
  const call = span({ name: 'PUT /operations/{operationId}', kind: 3, parent: request, ...at(7.5, 10) })
  const record = span({ name: 'record authorize', parent: request, ...at(11, 19) })
  const shared = [span({ name: 'shared transaction', links: [claim], ...at(3, 6.5) })]
  shared.push(span({ name: 'shared transaction', links: [record], ...at(12.5, 18) }))
  return [request, claim, call, record, ...shared]
}

describe('stagesOf', () => {
  const all = { beginMs: T0, endMs: T0 + 1_000 }

  test('the stages are the request, and with what is outside of it the latency that the client saw', () => {
    const stages = stagesOf(authorize(0), all, 25)
    expect(stages?.traces).toBe(1)
    const expected = {
      outside: 5,
      checks: 1,
      'claim waits': 2,
      claim: 4,
      acquirer: 4,
      'record waits': 1.5,
      record: 6.5,
    }
    for (const [name, ms] of Object.entries({ ...expected, answer: 1 }))
      expect({ [name]: stages?.meanMs[name as keyof typeof expected] }).toEqual({ [name]: expect.closeTo(ms, 3) })
  })

  test('counts the requests that began within the time, and no others', () => {
    const spans = [...authorize(0), ...authorize(500), ...authorize(1_000)]
    expect(stagesOf(spans, all, 25)?.traces).toBe(2)
    expect(stagesOf(spans, { beginMs: T0 + 2_000, endMs: T0 + 3_000 }, 25)).toBeUndefined()
  })

  test('a claim with a transaction of its own waited for none', () => {
    const spans = authorize(0).filter(({ name }) => name !== 'shared transaction')
    expect(stagesOf(spans, all, 20)?.meanMs).toMatchObject({ 'claim waits': 0, claim: expect.closeTo(6, 3) })
  })

  test('leaves out what was answered without a claim, and what is no request', () => {
    const read = span({ name: 'GET /payments/{paymentId}', kind: 2, fromMs: 0, toMs: 3 })
    const repeat = span({ name: 'POST /payments/authorize', kind: 2, fromMs: 0, toMs: 3 })
    expect(stagesOf([read, repeat], all, 5)).toBeUndefined()
  })
})
