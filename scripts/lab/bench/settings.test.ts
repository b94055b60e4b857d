import { describe, expect, test } from '@jest/globals'
import { caseName, readCommand, scheduleOf } from './settings.ts'

const settingsOf = (...args: string[]) => readCommand(args)!.settings

describe('readCommand', () => {
  test('measures every kind at 8, 32 and 64, three rounds of 10 s, unless told otherwise', () => {
    expect(settingsOf('--seed', '7')).toEqual({
      seconds: 10,
      warmupSeconds: 11,
      tailSeconds: 10.5,
      rounds: 3,
      concurrency: [8, 32, 64],
      kinds: ['authorize', 'flow', 'empty', 'empty-quick', 'empty-typescript', 'direct-authorize', 'direct-flow'],
      seed: 7,
    })
  })

  test('an option wins over --quick', () => {
    expect(settingsOf('--quick', '--seconds', '2')).toMatchObject({
      seconds: 2,
      tailSeconds: 0,
      rounds: 1,
      concurrency: [2],
    })
  })

  test.each([
    ['--seconds', '0'],
    ['--seconds', '121'],
    ['--seconds', 'ten'],
    ['--rounds', '10'],
    ['--rounds', '1.5'],
    ['--concurrency', '0'],
    ['--concurrency', '8,257'],
    ['--concurrency', '1,2,3,4,5,6,7'],
    ['--concurrency', ''],
    ['--only', 'authorise'],
    ['--seed', '-1'],
  ])('refuses %s %s', (option, value) => {
    expect(() => readCommand([`${option}=${value}`])).toThrow(option)
  })

  test('refuses an option that it does not know', () => {
    expect(() => readCommand(['--secs', '3'])).toThrow('--secs')
  })
})

describe('scheduleOf', () => {
  const settings = settingsOf('--seed', '7')
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
