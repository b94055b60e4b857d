/** The demo panel's traffic: its bounds, what it sends, and what it says of it. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Traffic } from '../../../shared/contracts/demo-panel.ts'
import { until } from '../../../shared/runtime/until.ts'
import { drawFlow } from './flow.ts'
import { TrafficGenerator, type TrafficReply, type TrafficRequest } from './traffic.ts'

const START_MS = Date.parse('2026-11-30T09:00:00.000Z')
const PAYMENT = 'pay_01M81XPMC6M0CP91D04PC91AQ5'

let nowMs: number
let sent: TrafficRequest[]
let ended: Traffic[]
let ticks: { intervalMs: number; work: () => void }[]
let answer: (request: TrafficRequest) => Promise<TrafficReply>
let generator: TrafficGenerator

beforeEach(() => {
  nowMs = START_MS
  sent = []
  ended = []
  ticks = []
  answer = async ({ path }) => ({ status: path.endsWith('authorize') ? 201 : 200, body: { paymentId: PAYMENT } })
  generator = new TrafficGenerator({
    send: request => {
      sent.push(request)
      return answer(request)
    },
    nowMs: () => nowMs,
    every: (intervalMs, work) => {
      const tick = { intervalMs, work }
      ticks.push(tick)
      return () => void ticks.splice(ticks.indexOf(tick), 1)
    },
    ended: traffic => void ended.push(traffic),
  })
})

const begin = (lengthSeconds = 60, ratePerSecond = 10) =>
  generator.begin({ seed: 7, ratePerSecond, lengthSeconds }, 'kim')
const tick = (times = 1) => {
  for (let at = 0; at < times; at++) for (const { work } of [...ticks]) work()
}
const untilIdle = () => until(() => generator.view()?.underWay === 0, { what: 'every payment to be over' })

describe('one run', () => {
  test('begins a payment each time, of those that its seed draws, and names seed, rate, length and who asked', async () => {
    expect(begin()).toBe(true)
    expect(ticks.map(({ intervalMs }) => intervalMs)).toEqual([100])
    tick(20)
    await untilIdle()
    expect(generator.view()).toMatchObject({
      ...{ isOn: true, askedBy: 'kim', seed: 7, ratePerSecond: 10, lengthSeconds: 60, begun: 20 },
      ...{ startedAt: '2026-11-30T09:00:00.000Z', endsAt: '2026-11-30T09:01:00.000Z' },
    })
    const bodies = sent.filter(({ path }) => path === '/payments/authorize').map(({ body }) => body)
    expect(bodies).toHaveLength(20)
    expect(bodies.map(({ amount }) => amount)).toEqual(bodies.map((_, at) => drawFlow(7, at).amount))
    expect(new Set(bodies.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(20)
    expect(new Set(bodies.map(({ orderId }) => orderId))).toEqual(new Set(['demo-7']))
  })

  test('goes on with a payment as it was drawn, under a key of its own for each step', async () => {
    begin()
    tick(60)
    await untilIdle()
    const changes = sent.filter(({ path }) => path !== '/payments/authorize')
    expect(new Set(changes.map(({ path }) => path))).toEqual(
      new Set(['capture', 'refund', 'void'].map(step => `/payments/${step}/${PAYMENT}`)),
    )
    expect(new Set(changes.map(({ headers }) => headers['idempotency-key'])).size).toBe(changes.length)
  })

  test('ends by itself after its length, and says so once', () => {
    begin(5)
    nowMs = START_MS + 4_999
    tick()
    nowMs = START_MS + 5_000
    tick()
    expect([generator.isOn, generator.view()?.begun, ticks.length, ended.length]).toEqual([false, 1, 0, 1])
    expect(generator.stop()).toBe(false)
  })

  test('is stopped: nothing is begun any more, no further step either', async () => {
    const reply = Promise.withResolvers<TrafficReply>()
    answer = () => reply.promise
    begin()
    tick(60)
    const authorizations = sent.length
    expect(generator.stop()).toBe(true)
    reply.resolve({ status: 201, body: { paymentId: PAYMENT } })
    await untilIdle()
    tick(5)
    expect(sent).toHaveLength(authorizations)
    expect(ended).toMatchObject([{ isOn: false, begun: 60 }])
  })

  test('is the only one', () => {
    begin()
    expect(generator.begin({ seed: 8, ratePerSecond: 1, lengthSeconds: 1 }, 'lee')).toBe(false)
    expect(generator.view()?.seed).toBe(7)
    generator.stop()
    expect(begin()).toBe(true)
  })

  test('has at most a hundred payments under way, and counts those that it left out', () => {
    answer = () => new Promise(() => {})
    begin()
    tick(103)
    expect(generator.view()).toMatchObject({ begun: 100, underWay: 100, leftOut: 3 })
    generator.stop()
  })
})

describe('what it is told', () => {
  test('is counted by status; declines are no failures, the newest ten failures are kept', async () => {
    const statuses = [201, 402, 503, 'lost', 503] as const
    let at = 0
    answer = async () => {
      const status = statuses[at++ % statuses.length]!
      if (status === 'lost') throw new Error('reset')
      return { status, body: status === 503 ? { code: 'OUTCOME_UNKNOWN', paymentId: PAYMENT } : {} }
    }
    begin()
    tick(25)
    await untilIdle()
    const { answers, failures } = generator.view()!
    expect(answers).toEqual([
      { answer: 201, count: 5 },
      { answer: 402, count: 5 },
      { answer: 503, count: 10 },
      { answer: 'unreachable', count: 5 },
    ])
    expect(failures).toHaveLength(10)
    const failed = (number: number) => ({
      ...{ at: expect.any(String), step: 'authorize', key: sent[number]!.body.idempotencyKey },
    })
    expect(failures.slice(0, 2)).toEqual([
      { ...failed(24), answer: 503, code: 'OUTCOME_UNKNOWN', paymentId: PAYMENT },
      { ...failed(23), answer: 'unreachable', code: null, paymentId: null },
    ])
  })

  test('a later step that failed is told by its own key', async () => {
    answer = async ({ path }) =>
      path.endsWith('authorize') ? { status: 201, body: { paymentId: PAYMENT } } : { status: 409, body: {} }
    begin()
    tick(30)
    await untilIdle()
    const [failure] = generator.view()!.failures
    expect(failure).toMatchObject({ answer: 409, paymentId: PAYMENT })
    expect(failure!.key).toMatch(new RegExp(`-${failure!.step}$`))
    expect(sent.map(({ headers }) => headers['idempotency-key'])).toContain(failure!.key)
  })

  test('a payment whose step did not succeed goes no further', async () => {
    answer = async ({ path }) =>
      path.endsWith('authorize') ? { status: 201, body: {} } : { status: 200, body: { paymentId: PAYMENT } }
    begin()
    tick(30)
    await untilIdle()
    expect(sent.every(({ path }) => path === '/payments/authorize')).toBe(true)
  })
})

test('before the first there is nothing to tell', () => {
  expect([generator.view(), generator.isOn, generator.stop()]).toEqual([null, false, false])
})
