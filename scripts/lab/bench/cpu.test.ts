import { describe, expect, test } from '@jest/globals'
import { cpuBetween, cpuSecondsOf, secondsFromPs, secondsFromStat } from './cpu.ts'

describe('cpu', () => {
  test('reads user and system time behind a command that holds parentheses', () => {
    const line = '12 (a) b (c)) S 1 12 12 0 -1 4194560 1 0 0 0 250 75 0 0 20 0 1 0 100 1 1'
    expect(secondsFromStat(line)).toBe(3.25)
  })

  test.each([
    ['  0:01.50\n', 1.5],
    ['12:01.50', 721.5],
    ['1:02:03', 3_723],
    ['2-01:00:00', 176_400],
    ['', null],
  ])('reads what ps says: %j', (text, expected) => {
    expect(secondsFromPs(text)).toBe(expected)
  })

  test('sees its own time grow', () => {
    const before = cpuSecondsOf(process.pid)!
    const endMs = performance.now() + 50
    while (performance.now() < endMs || cpuSecondsOf(process.pid)! <= before) Math.sqrt(endMs)
    expect(cpuSecondsOf(process.pid)).toBeGreaterThan(before)
  })

  test('what cannot be seen is null, not nothing', () => {
    expect(cpuSecondsOf(undefined)).toBeNull()
    expect(cpuBetween({ api: 1, kafka: null, redis: 2, mariadb: 9 }, { api: 3.5, kafka: 4, mariadb: 1 })).toEqual({
      api: 2.5,
      mariadb: null,
      kafka: null,
      redis: null,
    })
  })
})
