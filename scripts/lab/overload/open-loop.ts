/** An open loop: requests are sent when they are due, whatever became of those before. Their time counts from when they were due. */
import { setTimeout as sleep } from 'node:timers/promises'
import { latencyOf, newHistogram } from '../bench/closed-loop.ts'
import type { Latency } from '../bench/order.ts'

export interface Answered {
  /** `201`, or the status with the code and its reason: `503 SERVICE_UNAVAILABLE overloaded`. */
  outcome: string
}

export interface OpenLoopOptions {
  perSecond: number
  /** At most. */
  seconds: number
  /** Nothing is sent once it is true. */
  isOver?(): boolean
  /** Sends one request. What it throws counts as an outcome of that name. */
  send(index: number): Promise<Answered>
}

export interface OpenLoopResult {
  perSecond: number
  seconds: number
  sent: number
  /** By outcome: how many, and their latency in milliseconds. */
  outcomes: Record<string, { count: number; latencyMs: Latency }>
  /** By second of the loop, of requests that ended in it. */
  bySecond: Array<Record<string, number>>
  /** How late the loop itself sent, in milliseconds. */
  lateMs: Latency
}

const OUTCOMES_MAX = 30

/** Ends when every request has ended. */
export async function openLoop({
  perSecond,
  seconds,
  send,
  isOver = () => false,
}: OpenLoopOptions): Promise<OpenLoopResult> {
  const histograms = new Map<string, ReturnType<typeof newHistogram>>()
  const late = newHistogram()
  const bySecond: Array<Record<string, number>> = []
  const startedMs = performance.now()
  const count = (outcome: string, dueMs: number) => {
    const name = histograms.has(outcome) || histograms.size < OUTCOMES_MAX ? outcome : 'others'
    const histogram = histograms.get(name) ?? newHistogram()
    histograms.set(name, histogram)
    histogram.record(microseconds(performance.now() - dueMs))
    const second = Math.floor((performance.now() - startedMs) / 1_000)
    bySecond[second] = { ...bySecond[second], [name]: (bySecond[second]?.[name] ?? 0) + 1 }
  }
  const total = Math.round(perSecond * seconds)
  const under = new Set<Promise<void>>()
  let index = 0
  while (index < total && !isOver()) {
    const dueCount = Math.min(total, Math.floor(((performance.now() - startedMs) * perSecond) / 1_000) + 1)
    for (; index < dueCount; index++) {
      const dueMs = startedMs + (index * 1_000) / perSecond
      late.record(microseconds(performance.now() - dueMs))
      const one = send(index)
        .then(({ outcome }) => count(outcome, dueMs))
        .catch((error: Error & { code?: string }) => count(`no answer: ${error.code ?? error.message}`, dueMs))
      under.add(one)
      void one.finally(() => under.delete(one))
    }
    await sleep(1)
  }
  await Promise.all(under)
  return {
    perSecond,
    seconds,
    sent: index,
    outcomes: Object.fromEntries(
      [...histograms].map(([name, histogram]) => [name, { count: histogram.count, latencyMs: latencyOf(histogram) }]),
    ),
    bySecond: Array.from(bySecond, second => second ?? {}),
    lateMs: latencyOf(late),
  }
}

const microseconds = (ms: number): number => Math.max(1, Math.round(ms * 1_000))
