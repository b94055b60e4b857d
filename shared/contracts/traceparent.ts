/** W3C Trace Context, version 00: the `traceparent` of HTTP requests, outbox rows and Kafka records. */

export interface TraceContext {
  /** 32 hexadecimal digits. */
  traceId: string
  /** 16 hexadecimal digits. */
  spanId: string
  /** Whether the sender has recorded its part. */
  isSampled: boolean
}

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/
const SAMPLED_FLAG = 1

/** Undefined for everything that is not a traceparent. */
export function parseTraceparent(text: string | null | undefined): TraceContext | undefined {
  const found = text == null ? null : TRACEPARENT.exec(text)
  if (found === null) return undefined
  const [, traceId, spanId, flags] = found
  return { traceId: traceId!, spanId: spanId!, isSampled: (Number.parseInt(flags!, 16) & SAMPLED_FLAG) !== 0 }
}

export const formatTraceparent = ({ traceId, spanId, isSampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`

/** The trace id of a traceparent. Undefined for everything else. */
export const traceIdIn = (text: string | null | undefined): string | undefined => parseTraceparent(text)?.traceId
