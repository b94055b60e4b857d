import { describe, expect, test } from '@jest/globals'
import { npmCommand } from '../../terminal/command.ts'
import { scaleSettingsOf, settingsOf, withBenchFlags } from './flags.ts'

const settingsFor = (...args: string[]) => {
  const command = withBenchFlags(npmCommand('npm run bench', 'Measures.'))
  // Else it would end the process, after the usage.
  command.exitOverride().configureOutput({ writeErr: () => {} })
  return settingsOf(command.parse(args, { from: 'user' }).opts())
}

describe('the flags', () => {
  test('measure every kind at 8, 32 and 64, three rounds of 10 s, unless told otherwise', () => {
    expect(settingsFor('--seed', '7')).toEqual({
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
    expect(settingsFor('--quick', '--seconds', '2')).toMatchObject({
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
  ])('refuse %s %s', (option, value) => {
    expect(() => settingsFor(`${option}=${value}`)).toThrow(option)
  })

  test('refuse an option that they do not know', () => {
    expect(() => settingsFor('--secs', '3')).toThrow('--secs')
  })
})

describe('--against', () => {
  const settingsBeside = (...args: string[]) => settingsFor('--against', 'HEAD', ...args)

  test('measures authorize and empty at 32, five rounds, unless told otherwise', () => {
    expect(settingsBeside()).toMatchObject({ rounds: 5, concurrency: [32], kinds: ['authorize', 'empty'], seconds: 10 })
    expect(settingsBeside('--rounds', '3', '--concurrency', '8,32')).toMatchObject({ rounds: 3, concurrency: [8, 32] })
  })

  test.each([
    ['--only', 'authorize'],
    ['--only', 'authorize,empty,direct-authorize'],
    ['--profile'],
    ['--compare', 'x.json'],
  ])('refuses %s %s', (...args) => {
    expect(() => settingsBeside(...args)).toThrow('--against')
  })
})

describe('--rows', () => {
  const scaleFor = (...args: string[]) => {
    const command = withBenchFlags(npmCommand('npm run bench', 'Measures.'))
    command.exitOverride().configureOutput({ writeErr: () => {} })
    const flags = command.parse(args, { from: 'user' }).opts()
    return scaleSettingsOf({ ...flags, rows: flags.rows! })
  }

  test('measures authorize, flow and the empty handler at 32, over whole books', () => {
    expect(scaleFor('--rows', '50000')).toMatchObject({
      rows: 50_000,
      shape: 'books',
      kinds: ['authorize', 'flow', 'empty'],
      concurrency: [32],
      drainEvents: 50_000,
    })
    expect(scaleFor('--rows', '5000000', '--shape', 'lists')).toMatchObject({ shape: 'lists', drainEvents: 100_000 })
  })

  test.each([
    ['too few rows', ['--rows', '999']],
    ['too many rows', ['--rows', '10000001']],
    ['an unknown shape', ['--rows', '5000', '--shape', 'towers']],
    ['cases of its own', ['--rows', '5000', '--only', 'authorize']],
    ['the profile', ['--rows', '5000', '--profile']],
  ])('refuses %s', (_, args) => {
    expect(() => scaleFor(...args)).toThrow()
  })
})

describe('--front', () => {
  test('measures both fronts with their ceilings, unless told otherwise', () => {
    expect(settingsFor('--front', 'minimal')).toMatchObject({
      kinds: ['authorize', 'flow', 'empty-quick', 'authorize-minimal', 'flow-minimal', 'empty-minimal'],
      rounds: 3,
    })
    expect(settingsFor('--front', 'minimal', '--only', 'authorize-minimal,authorize').kinds).toEqual([
      'authorize',
      'authorize-minimal',
    ])
  })

  test.each([
    ['a front that there is not', ['--front', 'express']],
    ['another commit beside it', ['--front', 'minimal', '--against', 'HEAD']],
    ['the profile', ['--front', 'minimal', '--profile']],
    ['rows', ['--front', 'minimal', '--rows', '5000']],
  ])('refuses %s', (_, args) => {
    expect(() => settingsFor(...args)).toThrow('--front')
  })

  test('cases through it are refused without it', () => {
    expect(() => settingsFor('--only', 'authorize-minimal')).toThrow('--front minimal')
  })
})
