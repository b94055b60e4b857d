import { describe, expect, test } from '@jest/globals'
import { type BenchSettings, caseKinds, caseName, scheduleOf } from './settings.ts'

describe('scheduleOf', () => {
  const settings: BenchSettings = {
    seconds: 10,
    warmupSeconds: 11,
    tailSeconds: 10.5,
    rounds: 3,
    concurrency: [8, 32, 64],
    kinds: [...caseKinds],
    seed: 7,
  }
  const names = (seed: number) => scheduleOf({ ...settings, seed }).map(round => round.map(caseName))

  test('runs every case once in every round, each time at another place', () => {
    const rounds = names(7)
    expect(rounds).toHaveLength(3)
    for (const round of rounds) expect(new Set(round).size).toBe(21)
    for (const name of rounds[0]!) expect(new Set(rounds.map(round => round.indexOf(name))).size).toBe(3)
  })

  test('the seed repeats the order', () => {
    expect(names(7)).toEqual(names(7))
    expect(names(7)).not.toEqual(names(8))
  })
})
