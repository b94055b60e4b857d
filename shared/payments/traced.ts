/** Work as spans of a trace. The trace is handed on by argument: works of different requests share transactions and batches. */
import type { Span, SpanAttributes, SpanStart, Tracer } from './ports.ts'

class Unrecorded implements Span {
  readonly isRecorded = false
  readonly traceparent: string | undefined

  constructor(traceparent: string | undefined) {
    this.traceparent = traceparent
  }

  set(): void {}
  link(): void {}
  end(): void {}
}

const nothing = new Unrecorded(undefined)

/** A span that is not recorded. The trace goes on with what was given. */
export const unrecorded = (traceparent: string | null | undefined): Span =>
  traceparent == null ? nothing : new Unrecorded(traceparent)

/** Records nothing, and hands on what callers send. */
export const noTracer: Tracer = {
  enter: (_start, traceparent) => unrecorded(traceparent),
  begin: (_start, parent) => unrecorded(parent),
  beginShared: () => nothing,
  during: work => work(),
}

/** Runs `work` as a part of a trace, which ends with it. Throws what `work` throws. */
export async function traced<T>(
  tracer: Pick<Tracer, 'begin'>,
  start: SpanStart,
  parent: string | null | undefined,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracer.begin(start, parent)
  if (!span.isRecorded) return work(span)
  return spanned([span], () => work(span))
}

export interface Batch<Member> {
  /** The work on all. */
  start: SpanStart
  members: readonly Member[]
  /** What the work is in the trace of one member. */
  startOf(member: Member): Omit<SpanStart, 'attributes'>
  /** Asked for when the trace of the member is recorded. */
  attributesOf(member: Member): SpanAttributes
  traceparentOf(member: Member): string | null | undefined
}

/**
 * Runs `work` on a batch: one span for each member in the member's own trace, and one for the batch, in a trace of its own, linked to
 * them both ways. `work` gets the spans of the members in their order. Throws what `work` throws.
 */
export function tracedBatch<Member, T>(
  tracer: Tracer,
  { start, members, startOf, attributesOf, traceparentOf }: Batch<Member>,
  work: (spans: readonly Span[]) => Promise<T>,
): Promise<T> {
  const spans = members.map(member => tracer.begin(startOf(member), traceparentOf(member)))
  if (!spans.some(span => span.isRecorded)) return work(spans)
  const shared = tracer.beginShared(start, spans)
  for (const [index, span] of spans.entries()) if (span.isRecorded) span.set(attributesOf(members[index]!))
  return spanned([...spans, shared], () => work(spans))
}

/** Runs `work` and ends the spans with it. Throws what `work` throws. */
export async function spanned<T>(spans: readonly Span[], work: () => Promise<T>): Promise<T> {
  try {
    const result = await work()
    for (const span of spans) span.end()
    return result
  } catch (error) {
    for (const span of spans) span.end(error)
    throw error
  }
}
