/** Token buckets of one process: what they admit, and what they tell. */
import { describe, expect, test } from '@jest/globals'
import { LocalLimits } from './local-limits.ts'
import { bucketOf } from './token-bucket.ts'

function limitsAt(nowMs = 0) {
  const clock = { nowMs }
  const limits = new LocalLimits(() => clock.nowMs)
  const bucket = bucketOf('caller', { perSecond: 10, burst: 3 })
  const take = (name = 'shop') => limits.take([{ name, bucket }])[0]!
  return { clock, limits, bucket, take }
}

describe('LocalLimits', () => {
  test('admits the burst, and then as many as flow back', () => {
    const { clock, take } = limitsAt()

    const burst = [take(), take(), take()]
    const beyond = take()
    clock.nowMs += 99
    const tooEarly = take()
    clock.nowMs += 1
    const later = take()

    expect(burst.map(({ remaining }) => remaining)).toEqual([2, 1, 0])
    expect(burst.every(({ retryAfterSeconds }) => retryAfterSeconds === undefined)).toBe(true)
    expect(beyond).toEqual({
      limit: 'caller',
      quota: 3,
      windowSeconds: 1,
      remaining: 0,
      resetSeconds: 1,
      retryAfterSeconds: 1,
    })
    expect(tooEarly.retryAfterSeconds).toBe(1)
    expect(later.retryAfterSeconds).toBeUndefined()
  })

  test('a bucket that was left alone is full, and never fuller', () => {
    const { clock, take } = limitsAt()
    take()
    clock.nowMs += 3_600_000

    expect([take(), take(), take(), take()].map(({ retryAfterSeconds }) => retryAfterSeconds)).toEqual([
      undefined,
      undefined,
      undefined,
      1,
    ])
  })

  test('a caller does not use up the bucket of another', () => {
    const { take } = limitsAt()
    for (let count = 0; count < 4; count++) take('loud')

    expect(take('quiet').retryAfterSeconds).toBeUndefined()
  })

  test('a request that one bucket refuses costs the other nothing', () => {
    const { limits, bucket } = limitsAt()
    const address = bucketOf('ip', { perSecond: 1, burst: 10 })
    const ask = () =>
      limits.take([
        { name: 'shop', bucket },
        { name: '::1', bucket: address },
      ])
    for (let count = 0; count < 3; count++) ask()

    for (let count = 0; count < 20; count++) expect(ask()[0]!.retryAfterSeconds).toBe(1)
    expect(ask()[1]).toMatchObject({ limit: 'ip', remaining: 7 })
    expect(ask()[1]!.retryAfterSeconds).toBeUndefined()
  })

  test('keeps at most ten thousand buckets, those that were used last', () => {
    const { take } = limitsAt()
    for (let count = 0; count < 3; count++) take('first')
    for (let index = 0; index < 9_999; index++) take(`shop-${index}`)
    expect(take('first').retryAfterSeconds).toBe(1)

    take('one-more')

    expect(take('first').retryAfterSeconds).toBeUndefined()
  })
})
