/** Where the time of a request went, from the spans of its trace (docs/tracing.md). */
import type { CollectedSpan } from '../trace-collector.ts'

/** In the order in which a request passes them. */
export const stageNames = [
  'outside',
  'checks',
  'claim waits',
  'claim',
  'acquirer',
  'record waits',
  'record',
  'answer',
] as const
export type StageName = (typeof stageNames)[number]

/** Milliseconds. */
type StageTimes = Record<StageName, number>

/** Means of the requests of one case; together they are the mean latency that its client saw. */
export interface Stages {
  /** Requests that were recorded, a part of all. */
  traces: number
  meanMs: StageTimes
}

/** Kind SERVER of OTLP. */
const SERVER = 2
const NS_A_MS = 1_000_000n

interface Times {
  beginMs: number
  endMs: number
}

const msOf = (nanoseconds: string): number => {
  const whole = BigInt(nanoseconds)
  return Number(whole / NS_A_MS) + Number(whole % NS_A_MS) / 1e6
}

const timesOf = (span: CollectedSpan): Times => ({
  beginMs: msOf(span.startTimeUnixNano),
  endMs: msOf(span.endTimeUnixNano),
})

const keyOf = ({ traceId, spanId }: Pick<CollectedSpan, 'traceId' | 'spanId'>): string => `${traceId} ${spanId}`

/** By the claim or record that they did their work for. */
function sharedTransactions(spans: readonly CollectedSpan[]): Map<string, CollectedSpan> {
  const shared = spans.filter(span => span.name === 'shared transaction')
  return new Map(shared.flatMap(span => span.links.map(link => [keyOf(link), span] as const)))
}

/** How long a claim or record waited for the transaction that it shares; 0 when it has one of its own. */
function waitMs(span: CollectedSpan, shared: Map<string, CollectedSpan>): number {
  const transaction = shared.get(keyOf(span))
  if (transaction === undefined) return 0
  return Math.max(0, timesOf(transaction).beginMs - timesOf(span).beginMs)
}

/**
 * Of the requests that began between two moments (epoch, ms) and were claimed and recorded. What the client waited beyond the
 * handler is `outside`: HTTP, serverless-offline and the queue before the API's thread. The client's mean latency is
 * `concurrency` ÷ requests a second, as in every closed loop.
 */
export function stagesOf(
  spans: readonly CollectedSpan[],
  { beginMs, endMs }: Times,
  clientMeanMs: number,
): Stages | undefined {
  const children = Map.groupBy(
    spans.filter(span => span.parentSpanId !== undefined && span.parentSpanId !== ''),
    span => `${span.traceId} ${span.parentSpanId}`,
  )
  const shared = sharedTransactions(spans)
  const requests = spans.filter(span => span.kind === SERVER && span.name.startsWith('POST /payments/'))
  const found = requests
    .filter(span => timesOf(span).beginMs >= beginMs && timesOf(span).beginMs < endMs)
    .flatMap(span => insideOf(span, children.get(keyOf(span)) ?? [], shared) ?? [])
  if (found.length === 0) return undefined
  const mean = (name: StageName) => found.reduce((sum, each) => sum + each[name], 0) / found.length
  const meanMs = Object.fromEntries(stageNames.map(name => [name, mean(name)])) as StageTimes
  const insideMs = stageNames.reduce((sum, name) => sum + meanMs[name], 0)
  return { traces: found.length, meanMs: { ...meanMs, outside: clientMeanMs - insideMs } }
}

/** Undefined of a request that was answered without a claim or a record. */
function insideOf(
  request: CollectedSpan,
  children: readonly CollectedSpan[],
  shared: Map<string, CollectedSpan>,
): StageTimes | undefined {
  const claim = children.find(({ name }) => name.startsWith('claim '))
  const record = children.find(({ name }) => name.startsWith('record '))
  if (claim === undefined || record === undefined) return undefined
  const [whole, claimed, recorded] = [request, claim, record].map(timesOf) as [Times, Times, Times]
  const claimWaits = waitMs(claim, shared)
  const recordWaits = waitMs(record, shared)
  return {
    outside: 0,
    checks: claimed.beginMs - whole.beginMs,
    'claim waits': claimWaits,
    claim: claimed.endMs - claimed.beginMs - claimWaits,
    acquirer: recorded.beginMs - claimed.endMs,
    'record waits': recordWaits,
    record: recorded.endMs - recorded.beginMs - recordWaits,
    answer: whole.endMs - recorded.endMs,
  }
}
