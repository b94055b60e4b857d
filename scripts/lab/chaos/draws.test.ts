/** A seed repeats what is drawn, and nothing that can be drawn is left out. */
import { describe, expect, test } from '@jest/globals'
import { testTokens } from '../../../shared/contracts/test-tokens.ts'
import { createRandom } from '../random.ts'
import { drawFaults, faultKinds, wordsOf } from './faults.ts'
import { drawPart, drawToken, weighted } from './load/draws.ts'
import { victims } from './stage.ts'

const LEASE_MS = 15_000

describe('faults', () => {
  test('are the same again with the same seed, and others with another', () => {
    const draw = (seed: number) => drawFaults(createRandom(seed), LEASE_MS)
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  test('are every kind at every victim before one comes again', () => {
    const all = victims.flatMap(victim => faultKinds.map(kind => `${victim} ${kind}`))
    expect(
      drawFaults(createRandom(3), LEASE_MS)
        .map(({ victim, kind }) => `${victim} ${kind}`)
        .toSorted(),
    ).toEqual(all.toSorted())
  })

  test('are pauses of 5 s and of more than the lease', () => {
    const drawn = Array.from({ length: 20 }, (_, seed) => drawFaults(createRandom(seed), LEASE_MS)).flat()
    const lengths = (kind: string) =>
      new Set(drawn.filter(fault => fault.kind === kind).map(({ lengthMs }) => lengthMs))
    expect(lengths('pause')).toEqual(new Set([5_000, 18_000]))
    expect(lengths('kill')).toEqual(new Set([0]))
  })

  test('are told in words', () => {
    const fault = { victim: 'kafka', lengthMs: 5_000, delayMs: 200 } as const
    expect(wordsOf({ ...fault, kind: 'delay' })).toBe('kafka delayed by 200 ms each way for 5 s')
    expect(wordsOf({ ...fault, kind: 'pause' })).toBe('kafka paused for 5 s')
  })
})

describe('clients', () => {
  test('draw every token of the sandbox, and one that is none', () => {
    const random = createRandom(1)
    const drawn = new Set(Array.from({ length: 20_000 }, () => drawToken(random)))
    expect([...drawn].toSorted()).toEqual([...testTokens, 'tok_of_nobody'].toSorted())
  })

  test('draw parts from 1 to all', () => {
    const random = createRandom(2)
    const drawn = new Set(Array.from({ length: 500 }, () => drawPart(random, 10)))
    expect([...drawn].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 10])
    expect(drawPart(random, 1)).toBe(1)
  })

  test('draw a name as often as its weight says', () => {
    const random = createRandom(3)
    const drawn = Array.from({ length: 3_000 }, () => weighted(random, { often: 3, never: 0, seldom: 1 }))
    const share = drawn.filter(name => name === 'often').length / drawn.length
    expect(drawn).not.toContain('never')
    expect(share).toBeGreaterThan(0.7)
    expect(share).toBeLessThan(0.8)
  })
})
