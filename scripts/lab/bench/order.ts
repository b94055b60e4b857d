/** What the tool tells the load generator, a process of its own, and what it hears back. */
import type { RequestedKind } from '../../../shared/contracts/lists.ts'

export const stepNames = ['authorize', 'capture', 'refund'] as const satisfies readonly RequestedKind[]
export type StepName = (typeof stepNames)[number]

/** One authorize, or one flow: authorize, capture, refund. */
export const units = ['authorize', 'flow'] as const
export type Unit = (typeof units)[number]

/** What one step of a real flow wrote. */
export interface StepTexts {
  operationId: string
  eventId: string
  /** Null for an authorize, which moves no money. */
  entryId: string | null
  canonicalRequest: string
  body: string
  payload: string
}

/** A real flow, whose texts the direct writer repeats with ids of its own. */
export interface FlowTexts {
  paymentId: string
  merchantId: string
  steps: Record<StepName, StepTexts>
}

export type Target =
  | { kind: 'http'; origin: string; pathPrefix?: string }
  | { kind: 'direct'; databaseUrl: string; connectionsMax: number; texts: FlowTexts }

export interface Order {
  target: Target
  unit: Unit
  /** The API's default when absent. */
  paymentMethod?: string
  concurrency: number
  /** Neither counted nor timed. */
  warmupMs: number
  durationMs: number
  seed: number
  /** Makes the keys of this order unlike those of any other; at most 20 characters. */
  runId: string
}

export interface Latency {
  p50: number
  p95: number
  p99: number
  max: number
}

export interface LoadResult {
  /** Of the measured time. */
  seconds: number
  /** Answered as expected within the measured time. */
  requests: number
  units: number
  /** Milliseconds, of every request that ended after the warm-up. */
  latencyMs: Latency
  stepLatencyMs: Partial<Record<StepName, Latency>>
  /** Milliseconds, of whole units. */
  unitLatencyMs: Latency
  /** Warm-up and the last ones under way included: this many must be in the database. */
  all: { units: number; requests: number }
  /** Unexpected answers at any time, by step, status and code. */
  errors: Record<string, number>
  /** The generator's own, of the measured time. */
  cpuSeconds: number
}

export type Report =
  | { kind: 'begins' }
  | { kind: 'ends' }
  | { kind: 'done'; result: LoadResult }
  | { kind: 'failed'; message: string }
