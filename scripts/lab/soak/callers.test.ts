/** Every kind of flow is carried out as it was drawn, and a wrong answer is named. */
import { describe, expect, test } from '@jest/globals'
import { createRandom } from '../random.ts'
import { type Answer, runFlow, type Send } from './callers.ts'
import { drawFlow, flowNamed, flowNames } from './flows.ts'
import { REFUSED, RIGHT } from './outcomes.ts'

const PAYMENT_ID = 'pay_01JD00000000000000000000AA'

/** Answers as is expected; `wrong` may say otherwise. */
function fakeApi(wrong: (path: string, count: number) => Partial<Answer> | undefined = () => undefined) {
  const paths: string[] = []
  const send: Send = async (call, path) => {
    paths.push(path)
    const text = JSON.stringify(call.expected < 300 ? { paymentId: PAYMENT_ID } : { code: 'SOME_CODE' })
    return { statusCode: call.expected, text, retryAfterMs: undefined, ...wrong(path, paths.length) }
  }
  return { send, paths }
}

describe('runFlow', () => {
  test.each(flowNames)('%s: right answers are right, and calls name the payment that was authorized', async name => {
    const { send, paths } = fakeApi()
    const flow = flowNamed(name, createRandom(1), 'flow-1')

    expect(await runFlow(flow, send)).toBe(RIGHT)
    expect(paths).toHaveLength(flow.calls.length)
    for (const path of paths) expect(path).not.toContain(':paymentId')
  })

  test('a wrong answer ends the flow and is named with its code and reason', async () => {
    const { send, paths } = fakeApi((_path, count) =>
      count === 2
        ? { statusCode: 503, text: '{"code":"SERVICE_UNAVAILABLE","details":{"reason":"mariadb"}}' }
        : undefined,
    )

    expect(await runFlow(flowNamed('authorize, capture, refund', createRandom(1), 'flow-1'), send)).toBe(
      'authorize, capture, refund: 503 SERVICE_UNAVAILABLE mariadb instead of 200',
    )
    expect(paths).toHaveLength(2)
  })

  test('what was refused because too much was in work is told from wrong answers', async () => {
    const text = '{"code":"SERVICE_UNAVAILABLE","details":{"reason":"overloaded"}}'
    const { send } = fakeApi((_path, count) => (count === 2 ? { statusCode: 503, text } : undefined))

    expect(await runFlow(flowNamed('authorize, void', createRandom(1), 'flow-1'), send)).toBe(REFUSED)
  })

  test('what is not known yet is asked again', async () => {
    const { send, paths } = fakeApi((_path, count) =>
      count === 2 || count === 3 ? { statusCode: 503, text: '{}', retryAfterMs: 1 } : undefined,
    )

    expect(await runFlow(flowNamed('outcome unknown', createRandom(1), 'flow-1'), send)).toBe(RIGHT)
    expect(paths).toHaveLength(4)
  })
})

describe('drawFlow', () => {
  test('a seed repeats its flows, and every kind is drawn', () => {
    const drawn = (seed: number) => {
      const random = createRandom(seed)
      return Array.from({ length: 2_000 }, (_, index) => drawFlow(random, `flow-${index}`))
    }

    expect(drawn(7)).toEqual(drawn(7))
    expect(new Set(drawn(7).map(({ name }) => name))).toEqual(new Set(flowNames))
  })

  test('only calls that are meant to be the same have the same key', () => {
    for (const name of flowNames) {
      const { calls } = flowNamed(name, createRandom(2), 'flow-1')
      const bodies = new Map<string, Set<string>>()
      for (const { headers, body } of calls) {
        const key = headers['idempotency-key']
        if (key !== undefined) bodies.set(key, (bodies.get(key) ?? new Set()).add(body!))
      }
      for (const [key, different] of bodies) expect({ key, bodies: different.size }).toEqual({ key, bodies: 1 })
    }
  })
})
