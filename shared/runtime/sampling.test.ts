import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { CALLERS_TRACES_PER_SECOND_MAX, Sampling, type SamplingOptions } from './sampling.ts'

const samplingOf = (given: Partial<SamplingOptions>) =>
  new Sampling({ ratio: 0.01, nowMs: () => 0, random: () => 0.5, ...given })

const newTraceId = () => randomBytes(16).toString('hex')
/** The lowest number at the end: recorded at any ratio. */
const chosenId = () => `${randomBytes(12).toString('hex')}00000000`

describe('a trace that begins here', () => {
  test.each([
    [0.009, true],
    [0.01, false],
    [0.99, false],
  ])('is recorded by chance: %d', (chance, isRecorded) => {
    expect(samplingOf({ random: () => chance }).isRecorded(undefined)).toBe(isRecorded)
  })
})

describe('the trace of a caller', () => {
  test('gets the same answer in every process', () => {
    const [one, other] = [samplingOf({ ratio: 0.5 }), samplingOf({ ratio: 0.5, random: () => 0 })]
    const ids = Array.from({ length: 100 }, newTraceId)
    expect(ids.map(id => one.isRecorded(id))).toEqual(ids.map(id => other.isRecorded(id)))
  })

  test('is recorded about as often as the ratio says', () => {
    let nowMs = 0
    const sampling = samplingOf({ ratio: 0.25, nowMs: () => (nowMs += 1_000) })
    const recorded = Array.from({ length: 4_000 }, newTraceId).filter(id => sampling.isRecorded(id))
    // Ten standard deviations.
    expect(Math.abs(recorded.length - 1_000)).toBeLessThan(275)
  })

  test('that was chosen to be recorded takes from a budget for each second', () => {
    let nowMs = 0
    const sampling = samplingOf({ nowMs: () => nowMs })
    const countOf = () => Array.from({ length: 1_000 }, chosenId).filter(id => sampling.isRecorded(id)).length
    expect(countOf()).toBe(CALLERS_TRACES_PER_SECOND_MAX)
    nowMs = 999
    expect(countOf()).toBe(0)
    nowMs = 1_000
    expect(countOf()).toBe(CALLERS_TRACES_PER_SECOND_MAX)
  })

  test('is always recorded at a ratio of 1', () => {
    const sampling = samplingOf({ ratio: 1 })
    expect(Array.from({ length: 1_000 }, newTraceId).every(id => sampling.isRecorded(id))).toBe(true)
  })
})
