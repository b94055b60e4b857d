/** Waits grow, stay within their bounds, and end when asked to. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { backOffMs, sleep, within } from './back-off.ts'

const backOff = { firstMs: 200, maxMs: 10_000 }

describe('backOffMs', () => {
  test('doubles from the first wait up to the cap', () => {
    const waits = [1, 2, 3, 6, 7, 8].map(failedAttempts => backOffMs(failedAttempts, backOff, 1))
    expect(waits).toEqual([200, 400, 800, 6400, 10_000, 10_000])
  })

  test('draws the second half of the wait', () => {
    expect(backOffMs(3, backOff, 0)).toBe(400)
    expect(backOffMs(3, backOff, 0.5)).toBe(600)
  })

  test('stays between half the first wait and the cap for any number of failures', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failed, random) => {
          const waitMs = backOffMs(failed, backOff, random)
          expect(waitMs).toBeGreaterThanOrEqual(100)
          expect(waitMs).toBeLessThanOrEqual(10_000)
        },
      ),
    )
  })
})

describe('sleep', () => {
  test('ends at once, without an error, when its signal fires', async () => {
    const stop = new AbortController()
    const sleeping = sleep(3_600_000, stop.signal)
    stop.abort()
    await expect(sleeping).resolves.toBeUndefined()
  })
})

describe('within', () => {
  test('says whether the promise ended in time, even when it failed', async () => {
    expect(await within(3_600_000, Promise.resolve())).toBe(true)
    expect(await within(3_600_000, Promise.reject(new Error('failed')))).toBe(true)
    expect(await within(0, new Promise(() => {}))).toBe(false)
  })
})
