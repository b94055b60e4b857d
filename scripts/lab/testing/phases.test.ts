import { describe, expect, test } from '@jest/globals'
import { checkFiles, filesOf, type Phase, runPhases, wantedPhases } from './phases.ts'
import { oneFailed, onePassed, type Tally } from './tally.ts'

const ran: string[] = []

const phase = (name: string, details: Partial<Phase<string>> = {}): Phase<string> => ({
  name,
  live: false,
  work: async run => {
    ran.push(`${run}: ${name}`)
    return onePassed
  },
  ...details,
})

const phases = [
  phase('static'),
  phase('system', { live: true }),
  phase('kill', { live: true, slow: true }),
  phase('verify', { live: true }),
  phase('fresh', { slow: true }),
]

/** Counts a phase that throws as the real one does. */
const runnerWith = (start: Tally) => ({
  one: (name: string, work: () => Promise<Tally>) => {
    if (name === 'start') ran.push(name)
    return work().catch(() => oneFailed)
  },
  startSystem: async () => start,
})

const namesOf = (some: { name: string }[]) => some.map(({ name }) => name)

describe('the phases that are wanted', () => {
  test('are the quick ones, all with --full, or those that are named, in their own order', () => {
    expect(namesOf(wantedPhases(phases, { full: false }))).toEqual(['static', 'system', 'verify'])
    expect(namesOf(wantedPhases(phases, { full: true }))).toEqual(namesOf(phases))
    expect(namesOf(wantedPhases(phases, { full: false, only: ['fresh', 'kill'] }))).toEqual(['kill', 'fresh'])
  })

  test('cannot be others than there are', () => {
    expect(() => wantedPhases(phases, { full: false, only: ['static', 'unti'] })).toThrow(
      'there is no phase "unti"; there are static, system',
    )
  })
})

describe('phases run', () => {
  test('in order, with the system started once, before the first that needs it', async () => {
    ran.length = 0
    expect(await runPhases('a', phases, runnerWith(onePassed))).toEqual({ passed: 6, failed: 0 })
    expect(ran).toEqual(['a: static', 'start', 'a: system', 'a: kill', 'a: verify', 'a: fresh'])
  })

  test('without those that need the system when it does not start: that is one failure', async () => {
    ran.length = 0
    expect(await runPhases('b', phases, runnerWith(oneFailed))).toEqual({ passed: 2, failed: 1 })
    expect(ran).toEqual(['b: static', 'start', 'b: fresh'])
  })

  test('to the last one, whichever fails: a slow one counts like the others', async () => {
    ran.length = 0
    const broken = phase('kill', { live: true, slow: true, work: () => Promise.reject(new Error('lost money')) })
    const some = [phase('static', { work: async () => ({ passed: 3, failed: 2 }) }), broken, phase('fresh')]
    expect(await runPhases('c', some, runnerWith(onePassed))).toEqual({ passed: 5, failed: 3 })
    expect(ran).toEqual(['start', 'c: fresh'])
  })

  test('without a system when none needs it', async () => {
    ran.length = 0
    await runPhases('d', [phase('static'), phase('fresh')], runnerWith(oneFailed))
    expect(ran).toEqual(['d: static', 'd: fresh'])
  })
})

test('named test files go to the phase that they belong to; a phase without any has nothing to do', () => {
  const files = ['test/full/cfn-lint.test.ts', 'test/faults', './test/full/x.test.ts']
  expect(filesOf('full', files)).toEqual(['test/full/cfn-lint.test.ts', './test/full/x.test.ts'])
  expect(filesOf('system', files)).toEqual(['test/faults'])
  expect(filesOf('full', ['test/faults'])).toBeUndefined()
  expect(filesOf('system', [])).toEqual([])
})

test('a named file that no wanted phase would run is refused', () => {
  expect(() => checkFiles(['test/full/x.test.ts'], [{ name: 'unit' }, { name: 'system' }])).toThrow(
    'test/full/x.test.ts',
  )
  expect(() => checkFiles(['test/full'], [{ name: 'system' }])).toThrow('test/full: not run')
  expect(() => checkFiles(['test/faults', 'test/full'], [{ name: 'system' }, { name: 'full' }])).not.toThrow()
})
