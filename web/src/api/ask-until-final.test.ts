import { describe, expect, test } from '@jest/globals'
import type { ApiAnswer } from './answer.ts'
import { askUntilFinal, delayMsOf, judge, retryPolicy, type Waiting } from './ask-until-final.ts'
import { answerOf, paymentOf, refusalOf } from './sample-answers.ts'

/** A clock that only pauses move, and answers in the order given; the last one comes again and again. */
function scriptedPorts(script: (ApiAnswer | 'lost')[]) {
  const waits: (Waiting | undefined)[] = []
  const paused: number[] = []
  let clockMs = 0
  let asked = 0
  return {
    waits,
    paused,
    askCount: () => asked,
    askOnce: async () => {
      const next = script[Math.min(asked++, script.length - 1)] ?? 'lost'
      if (next === 'lost') throw new TypeError('Failed to fetch')
      return next
    },
    ports: {
      nowMs: () => clockMs,
      pause: async (delayMs: number) => {
        paused.push(delayMs)
        clockMs += delayMs
      },
      onWaiting: (waiting: Waiting | undefined) => waits.push(waiting),
    },
  }
}

const paid = answerOf(200, paymentOf('COMPLETED'))

describe('judge', () => {
  test.each([
    ['a payment', paid, { kind: 'final' }],
    ['a decline', refusalOf(402, 'PAYMENT_DECLINED'), { kind: 'final' }],
    ['a bad request', refusalOf(400, 'VALIDATION_FAILED'), { kind: 'final' }],
    ['a conflict', refusalOf(409, 'CAPTURE_CONFLICT', { status: 'VOIDED' }), { kind: 'final' }],
    ['another request under the key', refusalOf(422, 'DUPLICATE_REQUEST'), { kind: 'final' }],
    ['a key in progress', refusalOf(409, 'DUPLICATE_REQUEST', { reason: 'in_progress' }), repeat('in_progress')],
    ['a payment in progress', refusalOf(409, 'REFUND_CONFLICT', { reason: 'in_progress' }), repeat('in_progress')],
    ['an unknown outcome', refusalOf(503, 'OUTCOME_UNKNOWN'), repeat('unknown')],
    ['a database away', refusalOf(503, 'SERVICE_UNAVAILABLE'), repeat('unavailable')],
    ['a bug', refusalOf(500, 'INTERNAL_ERROR'), repeat('trouble')],
    ['a rate limit', refusalOf(429, 'RATE_LIMITED'), repeat('busy')],
    ['a proxy without an API', answerOf(502, ''), repeat('unreachable')],
    ['a page in place of the API', answerOf(200, '<!doctype html>'), repeat('unreachable')],
  ])('%s', (_name, answer, decision) => {
    expect(judge(answer)).toEqual(decision)
  })
})

function repeat(reason: string) {
  return { kind: 'repeat', reason }
}

describe('delayMsOf', () => {
  test('doubles up to its cap', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(attempt => delayMsOf(attempt, undefined, retryPolicy))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ])
  })

  test('honours Retry-After within reason', () => {
    expect(delayMsOf(1, 2_000, retryPolicy)).toBe(2_000)
    expect(delayMsOf(1, 3_600_000, retryPolicy)).toBe(retryPolicy.retryAfterMaxMs)
  })
})

describe('askUntilFinal', () => {
  test('a final answer at once is asked for once', async () => {
    const { ports, askOnce, askCount, waits } = scriptedPorts([paid])
    expect(await askUntilFinal(askOnce, ports)).toBe(paid)
    expect(askCount()).toBe(1)
    expect(waits).toEqual([undefined])
  })

  test('lost answers and in-progress answers are asked again until the final one', async () => {
    const busy = refusalOf(409, 'DUPLICATE_REQUEST', { reason: 'in_progress' }, { retryAfterMs: 1_000 })
    const { ports, askOnce, paused, waits } = scriptedPorts(['lost', busy, paid])
    expect(await askUntilFinal(askOnce, ports)).toBe(paid)
    expect(paused).toEqual([500, 1_000])
    expect(waits).toEqual([
      { reason: 'unreachable', attempt: 1, requestId: undefined, nextAtMs: 500, isUncertain: false },
      { reason: 'in_progress', attempt: 2, requestId: 'req_1', nextAtMs: 1_500, isUncertain: false },
      undefined,
    ])
  })

  test('an outcome that stays unknown is asked for until it is known, and a person is told meanwhile', async () => {
    const { ports, askOnce, askCount, waits } = scriptedPorts([...Array<'lost'>(20).fill('lost'), paid])
    expect(await askUntilFinal(askOnce, ports)).toBe(paid)
    expect(askCount()).toBe(21)
    expect(waits.slice(0, -1).map(waiting => waiting?.isUncertain)).toEqual([
      ...Array(4).fill(false),
      ...Array(16).fill(true),
    ])
  })

  test('an outcome that the API calls unknown is told at once, and asked for when Retry-After says', async () => {
    const unknown = refusalOf(503, 'OUTCOME_UNKNOWN', {}, { retryAfterMs: 2_000 })
    const { ports, askOnce, paused, waits } = scriptedPorts([unknown, paid])
    await askUntilFinal(askOnce, ports)
    expect(paused).toEqual([2_000])
    expect(waits[0]).toMatchObject({ reason: 'unknown', isUncertain: true })
  })
})
