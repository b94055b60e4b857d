import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { closedLoop, type RunUnit } from './closed-loop.ts'

const options = { concurrency: 3, warmupMs: 20, durationMs: 60, begins: () => {}, ends: () => {} }

const answered: RunUnit = tally =>
  tally.step('authorize', async () => {
    await sleep(1)
    return undefined
  })

describe('closedLoop', () => {
  test('keeps so many under way, and no more', async () => {
    let underWay = 0
    let most = 0
    await closedLoop(options, tally =>
      tally.step('authorize', async () => {
        most = Math.max(most, ++underWay)
        await sleep(1)
        underWay--
        return undefined
      }),
    )
    expect(most).toBe(3)
    expect(underWay).toBe(0)
  })

  test('counts what ended in the measured time; warm-up and the last ones are in `all`', async () => {
    const moments: string[] = []
    const begins = () => void moments.push('begins')
    const ends = () => void moments.push('ends')
    const { requests, units, all, latencyMs, errors } = await closedLoop({ ...options, begins, ends }, answered)
    expect(moments).toEqual(['begins', 'ends'])
    expect(requests).toBeGreaterThan(0)
    expect(all.requests).toBeGreaterThan(requests)
    expect([units, all.units]).toEqual([requests, all.requests])
    expect(latencyMs.p50).toBeGreaterThan(0)
    expect(latencyMs.max).toBeGreaterThanOrEqual(latencyMs.p99)
    expect(errors).toEqual({})
  })

  test('an unexpected answer is counted by what it was, at any time, and breaks off its unit', async () => {
    let captures = 0
    const { units, errors, all } = await closedLoop({ ...options, warmupMs: 0 }, async tally => {
      await answered(tally)
      await tally.step('capture', async () => '503 SERVICE_UNAVAILABLE')
      captures++
    })
    expect({ units, captures, units_all: all.units }).toEqual({ units: 0, captures: 0, units_all: 0 })
    expect(errors['capture 503 SERVICE_UNAVAILABLE']).toBe(all.requests)
  })

  test('no answer at all is an error too, and a thousand of them end the load', async () => {
    const { errors, requests } = await closedLoop({ ...options, durationMs: 60_000 }, tally =>
      tally.step('authorize', () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))),
    )
    expect(errors['authorize no answer: ECONNREFUSED']).toBeGreaterThanOrEqual(1_000)
    expect(requests).toBe(0)
  })

  test('a bug in a unit ends the load', async () => {
    const broken = closedLoop({ ...options, durationMs: 60_000 }, () => Promise.reject(new TypeError('a bug')))
    await expect(broken).rejects.toThrow('a bug')
  })
})
