import { describe, expect, test } from '@jest/globals'
import { advanceRequest } from '../../../shared/contracts/routes/advance-clock.ts'
import type { ApiAnswer, ApiRequest } from '../api/answer.ts'
import { answerOf, refusalOf } from '../api/sample-answers.ts'
import { type ClockReading, clockRequest, durationOf, moveClock, readingOf } from './virtual-clock.ts'

const RECEIVED_AT = '2026-11-22T06:00:02.000Z'
const DAY_MS = 86_400_000
const counts = { resolved: 0, pruned: 0, settled: 0 }
const arrived = (now: string, expired = 0) => answerOf(200, { now, offsetMs: 1, expired, ...counts })
const underWay = (now: string, target: string, expired = 0) =>
  answerOf(202, {
    now,
    offsetMs: 1,
    expired,
    ...counts,
    target,
    left: { expiries: 1, inquiries: 0, answers: 0, settlements: 0 },
  })

/** An API with these answers in turn, the last one for ever. */
function apiOf(...answers: ApiAnswer[]) {
  const sent: string[] = []
  const readings: ClockReading[] = []
  const ask = async (request: ApiRequest) => {
    sent.push(JSON.parse(request.body ?? '').advance)
    return answers[Math.min(sent.length, answers.length) - 1] as ApiAnswer
  }
  return { sent, readings, ports: { ask, language: 'en' as const, onReading: (r: ClockReading) => readings.push(r) } }
}

describe('reading the clock', () => {
  test('asks for no advance, in the contract’s own form', () => {
    const { path, body } = clockRequest('ko')
    expect([path, body]).toEqual(['/sandbox/clock', '{"advance":"PT0S"}'])
  })

  test.each([
    [0, 'PT0S'],
    [1, 'PT1S'],
    [3_600_000, 'PT3600S'],
    [-5, 'PT0S'],
  ])('%d ms are %s, which the contract takes', (spanMs, text) => {
    expect(durationOf(spanMs)).toBe(text)
    expect(advanceRequest.safeParse({ advance: text }).success).toBe(true)
  })

  test('virtual time is told from where this browser’s clock stood when the answer came', () => {
    expect(readingOf(arrived('2026-11-29T06:00:02.000Z'))).toEqual({ isSandbox: true, aheadMs: 7 * DAY_MS })
    expect(readingOf(underWay('2026-11-22T06:00:01.000Z', RECEIVED_AT))).toEqual({ isSandbox: true, aheadMs: -1_000 })
  })

  test('an API that refuses it is no sandbox: both times are the same', () => {
    expect(readingOf(refusalOf(404, 'NOT_FOUND'))).toEqual({ isSandbox: false, aheadMs: 0 })
  })

  test.each([refusalOf(503, 'SERVICE_UNAVAILABLE'), answerOf(502, 'Bad gateway'), answerOf(200, '<!doctype html>')])(
    'nothing is known after $statusCode $bodyText',
    answer => {
      expect(readingOf(answer)).toBeUndefined()
    },
  )
})

describe('moving the clock', () => {
  test('the advance is sent once; while work is left, only that is gone on with', async () => {
    const target = '2026-11-29T06:00:02.000Z'
    const { sent, readings, ports } = apiOf(underWay('2026-11-25T06:00:02.000Z', target, 2), arrived(target, 1))

    expect(await moveClock(7 * DAY_MS, ports)).toEqual({ kind: 'arrived', now: target, expiredCount: 3 })
    expect(sent).toEqual(['PT604800S', 'PT0S'])
    expect(readings.map(({ aheadMs }) => aheadMs / DAY_MS)).toEqual([3, 7])
  })

  test('a person is asked when it takes too long', async () => {
    const now = '2026-11-25T06:00:02.000Z'
    const target = '2026-11-29T06:00:02.000Z'
    const { sent, ports } = apiOf(underWay(now, target))

    expect(await moveClock(7 * DAY_MS, ports)).toEqual({ kind: 'under_way', now, target })
    expect(sent).toHaveLength(8)
  })

  test.each([refusalOf(503, 'SERVICE_UNAVAILABLE'), refusalOf(404, 'NOT_FOUND')])(
    'after $statusCode it is not sent again',
    async refusal => {
      const { sent, ports } = apiOf(refusal)
      await expect(moveClock(DAY_MS, ports)).rejects.toThrow(String(refusal.statusCode))
      expect(sent).toEqual(['PT86400S'])
    },
  )
})
